// @ts-check
// npm run wasm: assembles scripts/wasm/score-keys.wat into the module of the library that holds its bytes.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { root } from './run.js';

const target = join(root, 'src', 'lib', 'trace', 'pyramid', 'score-keys.wasm.ts');

/** The module's text. */
export async function assemble() {
  const { default: load } = await import('wabt');
  const source = readFileSync(join(root, 'scripts', 'wasm', 'score-keys.wat'), 'utf8');
  const { buffer } = (await load()).parseWat('score-keys.wat', source, { simd: true }).toBinary({});
  return `/** scripts/wasm/score-keys.wat, assembled by \`npm run wasm\`. */\nexport const scoreKeysWasm =\n  '${Buffer.from(buffer).toString('base64')}';\n`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(target, await assemble());
