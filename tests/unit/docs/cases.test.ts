// The code of the pages on cases runs, block after block, on the fixtures they name.
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import * as ort from 'onnxruntime-node';
import { expect, test } from 'vitest';
import * as attentrace from '../../../src/lib/index.js';
import * as analysis from '../../../src/lib/analysis/index.js';
import * as inference from '../../../src/lib/inference/index.js';
import * as io from '../../../src/lib/io/index.js';
import { documents as tokenizer } from '../../../src/stories/inference/tokenizers.js';

const root = new URL('../../../', import.meta.url).pathname;
const modules: Record<string, object> = {
  attentrace,
  'attentrace/analysis': analysis,
  'attentrace/inference': inference,
  'attentrace/io': io,
  'node:fs/promises': { readFile },
};

/** Runs all `js` blocks of a page as one program, and gives the variables that are asked for. */
async function run(page: string, wanted: string[], given: Record<string, unknown> = {}) {
  const blocks = [...readFileSync(`${root}docs/${page}.md`, 'utf8').matchAll(/```js\n(.*?)```/gs)];
  const imported = new Set<string>();
  const code = blocks
    .map(([, block]) => block!)
    .join('\n')
    .replace(/import \{([^}]+)\} from '([^']+)';/g, (_, names: string, from: string) => {
      // One program: what a block before has imported is there.
      const fresh = names
        .split(',')
        .map((name) => name.trim())
        .filter((name) => !imported.has(name));
      fresh.forEach((name) => imported.add(name));
      return `const { ${fresh.join(', ')} } = modules['${from}'];`;
    })
    .replace(/'([\w-]+\.(?:safetensors|json))'/g, `'${root}fixtures/$1'`);
  const AsyncFunction = (async () => undefined).constructor as FunctionConstructor;
  const program = AsyncFunction(
    'modules',
    ...Object.keys(given),
    `${code}\nreturn { ${wanted.join(', ')} };`,
  );
  return (await program(modules, ...Object.values(given))) as Record<string, unknown>;
}

test('docs/rag.md', async () => {
  const model = readFileSync(`${root}fixtures/models/rag/model.onnx`);
  const wanted = ['shares', 'removed', 'weighted', 'together', 'heads', 'tracer'];
  const found = await run('rag', wanted, { ort, model, tokenizer });
  await (found.tracer as inference.Tracer).destroy();
  const shares = found.shares as analysis.GroupShares;
  const removed = found.removed as attentrace.RemovedGroup[];
  // What the page says of them: the sentence's own document, the next one's share, and what removing them changes.
  const rows = shares.queryGroups.map(({ name }, i) => {
    const own = [1, 3, 0, 2][i]!;
    const share = (document: number): number => shares.cell(i, document).share;
    const changes = removed.filter(({ query }) => query === name).map(({ change }) => change);
    const others = [0, 1, 2, 3, 4].filter((document) => document !== own);
    const most = (of: number[]): string => Math.max(...of).toFixed(2);
    return [
      name,
      share(own).toFixed(2),
      most(others.map(share)),
      changes[own]!.toFixed(2),
      most(others.map((k) => changes[k]!)),
    ];
  });
  const page = readFileSync(`${root}docs/rag.md`, 'utf8').replace(/ +\|/g, ' |');
  for (const row of rows) expect(page).toContain(`| ${row.join(' | ')} |`);
  const weighted = found.weighted as analysis.GroupShares;
  for (const [i, { name }] of shares.queryGroups.entries()) {
    const ranked = [0, 1, 2, 3, 4].sort((a, b) => weighted.cell(i, b).share - weighted.cell(i, a).share);
    expect(ranked[0]).toBe([1, 3, 0, 2][i]);
    const [most, next] = ranked.map((document) => weighted.cell(i, document).share.toFixed(2));
    expect(page).toContain(`| ${name} | ${most} | ${next} |`);
    if (i === 3) expect(ranked[1]).toBe(4);
  }
  expect((found.together as inference.AblationResult).changes[0]!.change).toBeCloseTo(1, 2);
  expect(found.heads).toHaveLength(12);
});

test('docs/bias.md', async () => {
  const { found, most } = await run('bias', ['found', 'most']);
  expect(found).toHaveLength(27);
  const { mean, low, high, ...place } = most as analysis.HeadPairsDifference;
  expect(place).toMatchObject({ layer: 1, head: 3 });
  expect([mean, low, high].map((value) => value.toFixed(2))).toEqual(['0.36', '0.28', '0.42']);
});

test('docs/fine-tuning.md', async () => {
  const { beyond, gained } = await run('fine-tuning', ['beyond', 'gained']);
  const heads = beyond as analysis.HeadDistance[];
  expect(heads[0]).toMatchObject({ layer: 5, head: 3 });
  expect([heads[0]!.distance, heads[0]!.floor!.distance].map((value) => value.toFixed(2))).toEqual([
    '0.45',
    '0.13',
  ]);
  for (const { layer, distance } of heads) if (layer === 0) expect(distance).toBeLessThan(0.025);
  expect((gained as number[]).map((value) => value.toFixed(2))).toEqual(['0.05', '-0.02']);
});
