// The example of docs/inference.md that records what contributions are made of, run as it stands.
import { readFileSync } from 'node:fs';
import * as ort from 'onnxruntime-node';
import { expect, test } from 'vitest';
import * as analysis from '../../../src/lib/analysis/index.js';
import * as inference from '../../../src/lib/inference/index.js';
import { traceOf, type Trace } from '../../../src/lib/trace/index.js';

const root = new URL('../../../', import.meta.url);

test('record: values, W_O and residual, as streams of contributions', async () => {
  const page = readFileSync(new URL('docs/inference.md', root), 'utf8');
  const [, shown] = /### What a token contributes[\s\S]*?```ts\n([\s\S]*?)```/.exec(page)!;
  const code = shown!.replace(/^import .*\n/gm, '');
  const names = { ort, traceOf, ...analysis, ...inference };
  const run = new Function(
    ...[...Object.keys(names), 'model', 'tokenizer'],
    `return (async () => { ${code}; await tracer.destroy(); return trace; })();`,
  ) as (...given: unknown[]) => Promise<Trace>;
  const model = readFileSync(new URL('fixtures/models/sublayers/bert/model.onnx', root));
  // A letter is its place in the alphabet.
  const encode = (text: string) => ({ ids: [...text].map((c) => c.charCodeAt(0) & 31), tokens: [...text] });
  const trace = await run(...Object.values(names), model, {
    encode: (text: string) => encode(text.slice(0, 9)),
  });
  expect(trace.streams.map(({ name }) => name)).toEqual(['self', 'value norms', 'block norms', 'ALTI']);
  const row = await trace.stream('ALTI').matrix(1, 0).block({ row: 3, col: 0, rows: 1, cols: 9 });
  expect(
    [...(row.data as Float32Array).subarray(row.offset, row.offset + 9)].reduce((a, b) => a + b),
  ).toBeCloseTo(1, 5);
});
