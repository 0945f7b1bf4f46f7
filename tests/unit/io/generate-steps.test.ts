import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { fromGenerateSteps, parseSafetensors, type GenerateStep } from '../../../src/lib/io/index.js';
import {
  blockWeights,
  type Block,
  type Stream,
  type Tensor,
  type Trace,
} from '../../../src/lib/trace/index.js';

const { tensors, metadata } = parseSafetensors(
  readFileSync(new URL('generate-steps.safetensors', import.meta.url)),
);

/** What make_generate_steps.py wrote of a case. */
interface Case {
  ids: number[];
  prompt: number;
  row: number;
  beams: number[] | null;
  padding: number;
  source?: number[];
}
const caseOf = (name: string) => JSON.parse(metadata.get(name)!) as Case;

/** Two layers, as generate() returns them. */
const layersOf = (name: string): Tensor[] => [0, 1].map((layer) => tensors.get(`${name}.${layer}`)!);
const stepsOf = (name: string): Tensor[][] => [0, 1, 2, 3, 4, 5].map((n) => layersOf(`${name}.${n}`));
const texts = (ids: readonly number[]): string[] => ids.map((id) => `id${id}`);
const rawOf = (stream: Stream) => stream.queryTokens.map(({ raw }) => raw);

function weightsOf(stream: Stream): number[] {
  return stream.layers.flatMap((layer) =>
    stream.heads.flatMap((head) => {
      const matrix = stream.matrix(layer, head);
      return [
        ...blockWeights(matrix.block({ row: 0, col: 0, rows: matrix.rows, cols: matrix.cols }) as Block),
      ];
    }),
  );
}

/** The largest difference from what one pass over all tokens gave. */
function distance(stream: Stream, expected: Tensor): number {
  const { rows, cols } = stream.matrix(0, 0);
  expect([stream.layers.length, stream.heads.length, rows, cols]).toEqual(expected.dims);
  return weightsOf(stream).reduce((worst, w, i) => Math.max(worst, Math.abs(w - expected.data[i]!)), 0);
}

function generated(name: string, more: object = {}): Trace {
  const { ids, row, beams, padding } = caseOf(name);
  return fromGenerateSteps({
    steps: stepsOf(`${name}.steps`),
    tokens: texts(ids),
    ...(beams ? { beamIndices: beams } : { batch: row }),
    padding,
    ...more,
  });
}

describe('what transformers returned, stitched, is what one pass over the tokens gives', () => {
  test.each([
    'greedy',
    'no_cache',
    'static_cache',
    'beams',
    'beams_no_cache',
    'batch',
    'sliding_window',
    'static_sliding_window',
  ])('%s', (name) => {
    const { ids, prompt, padding } = caseOf(name);
    const trace = generated(name, name.endsWith('sliding_window') ? { slidingWindow: 6 } : {});
    const stream = trace.stream('self');
    expect(distance(stream, tensors.get(`${name}.full`)!)).toBeLessThan(1e-5);
    expect(rawOf(stream)).toEqual(texts(ids).slice(padding, -1));
    expect(stream.querySegments).toEqual([
      { name: 'prompt', start: 0, end: prompt - padding },
      { name: 'answer', start: prompt - padding, end: ids.length - 1 - padding },
    ]);
    expect(stream.causal).toBe(true);
  });

  test.each(['translation', 'translation_beams'])('%s: encoder, decoder and cross', (name) => {
    const { ids, row, beams, source } = caseOf(name);
    const ended = beams?.indexOf(-1) ?? -1;
    const trace = fromGenerateSteps({
      encoder: { attention: layersOf(`${name}.encoder`), tokens: texts(source!) },
      decoder: { steps: stepsOf(`${name}.steps`), tokens: texts(ids) },
      cross: { steps: stepsOf(`${name}.cross`) },
      batch: row,
      beamIndices: beams ?? undefined,
    });
    expect(trace.streams.map(({ name }) => name)).toEqual(['encoder', 'decoder', 'cross']);
    expect(distance(trace.stream('encoder'), tensors.get(`${name}.full_encoder`)!)).toBeLessThan(1e-5);
    expect(distance(trace.stream('decoder'), tensors.get(`${name}.full`)!)).toBeLessThan(1e-5);
    const cross = trace.stream('cross');
    expect(distance(cross, tensors.get(`${name}.full_cross`)!)).toBeLessThan(1e-5);
    expect(rawOf(cross)).toEqual(texts(ids).slice(0, ended < 0 ? -1 : ended));
    expect(cross.keyTokens.map(({ raw }) => raw)).toEqual(texts(source!));
    expect(cross.querySegments[0]).toEqual({ name: 'prompt', start: 0, end: 1 });
  });

  test('one of the cases ends before the others of its search', () => {
    expect(caseOf('translation_beams').beams).toContain(-1);
  });
});

test('cross attention without a cache: each step has all rows again', () => {
  // [layer][query][key] of two heads, from the rows with a cache.
  const rows = stepsOf('translation.cross');
  const again = rows.map((_, n) =>
    [0, 1].map((layer) => ({
      dims: [2, 2, n + 1, 5],
      data: [0, 1].flatMap((b) =>
        [0, 1].flatMap((head) =>
          rows.slice(0, n + 1).flatMap((step) => {
            const at = (b * 2 + head) * 5;
            return [...(step[layer]!.data as Float32Array).slice(at, at + 5)];
          }),
        ),
      ),
    })),
  );
  const { ids, source } = caseOf('translation');
  const trace = fromGenerateSteps({
    encoder: { tokens: texts(source!) },
    decoder: { tokens: texts(ids) },
    cross: { steps: again },
    batch: 1,
  });
  expect(trace.streams.map(({ name }) => name)).toEqual(['cross']);
  expect(distance(trace.stream('cross'), tensors.get('translation.full_cross')!)).toBeLessThan(1e-5);
});

describe('forms of a step', () => {
  const greedy = weightsOf(generated('greedy').stream());
  const tokens = texts(caseOf('greedy').ids);
  const nested = ({ dims: [, heads = 0, rows = 0, cols = 0], data }: Tensor) =>
    Array.from({ length: heads }, (_, h) =>
      Array.from({ length: rows }, (_, r) =>
        Array.from({ length: cols }, (_, c) => data[(h * rows + r) * cols + c]!),
      ),
    );
  const whole = (step: Tensor[], batch: number[]): Tensor => ({
    dims: [2, ...batch, ...step[0]!.dims.slice(1)],
    data: Float32Array.from(step.flatMap(({ data }) => [...(data as Float32Array)])),
  });
  const forms: [string, (step: Tensor[]) => GenerateStep][] = [
    ['a tensor a layer', (step) => step],
    [
      'a tensor a layer, without batch',
      (step) => step.map(({ dims, data }) => ({ dims: dims.slice(1), data })),
    ],
    ['nested arrays', (step) => step.map((layer) => [nested(layer)])],
    ['nested arrays, without batch', (step) => step.map(nested)],
    ['one tensor', (step) => whole(step, [1])],
    ['one tensor, without batch', (step) => whole(step, [])],
  ];

  test.each(forms)('%s', (_, form) => {
    const trace = fromGenerateSteps({ steps: stepsOf('greedy.steps').map(form), tokens });
    expect(weightsOf(trace.stream())).toEqual(greedy);
  });

  test.each([
    ['uint8', Uint8Array, 255],
    ['float16', Uint16Array, 0x3c00],
  ] as const)('%s stays what it is', (type, Type, one) => {
    // Each token looks at itself alone.
    const step = (rows: number, keys: number) => ({
      dims: [1, 1, rows, keys],
      data: new Type(rows * keys).map((_, i) => (i % keys === Math.floor(i / keys) + keys - rows ? one : 0)),
    });
    const trace = fromGenerateSteps({
      steps: [[step(2, 2)], [step(1, 3)], [step(3 + 1, 4)]],
      tokens: 'abcde'.split(''),
    });
    expect(trace.stream().matrix(0, 0).type).toBe(type);
    expect(weightsOf(trace.stream())).toEqual([1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1]);
  });

  test('the steps are copied, not changed', () => {
    const before = stepsOf('no_cache.steps').map((step) =>
      step.map(({ data }) => [...(data as Float32Array)]),
    );
    generated('no_cache');
    expect(
      stepsOf('no_cache.steps').map((step) => step.map(({ data }) => [...(data as Float32Array)])),
    ).toEqual(before);
  });
});

test('one step: a prompt without an answer', () => {
  const { ids, prompt } = caseOf('greedy');
  const stream = fromGenerateSteps({
    steps: stepsOf('greedy.steps').slice(0, 1),
    tokens: texts(ids.slice(0, prompt + 1)),
  }).stream();
  expect(stream.querySegments).toEqual([{ name: 'prompt', start: 0, end: prompt }]);
  expect(stream.queryTokens).toHaveLength(prompt);
});

test('a segment may end where tokens do, though the last of them has no row', () => {
  const whole = generated('greedy');
  const { length } = whole.stream().queryTokens;
  const ending = (end: number) =>
    generated('greedy', { segments: [{ name: 'answer', start: 2, end }] }).stream().querySegments;
  expect(ending(length + 1)).toEqual([{ name: 'answer', start: 2, end: length }]);
  expect(ending(length)).toEqual(ending(length + 1));
});

test('segments of one’s own, numbers of layers and heads, model and text are kept', () => {
  const segments = [{ name: 'question', start: 1, end: 4 }];
  const trace = generated('greedy', { segments, layers: [3, 7], heads: [0, 5], model: 'm', text: 't' });
  const stream = trace.stream();
  expect(stream.querySegments).toEqual(segments);
  expect([stream.layers, stream.heads, trace.model, trace.text]).toEqual([[3, 7], [0, 5], 'm', 't']);
});

test('the snippet of docs/bertviz.md: its file, read as it says', () => {
  const file = parseSafetensors(readFileSync(new URL('generate-steps-saved.safetensors', import.meta.url)));
  const trace = fromGenerateSteps({
    steps: Array.from(file.tensors, (_, n) => file.tensors.get(`steps.${n}`)!),
    tokens: JSON.parse(file.metadata.get('tokens')!) as string[],
  });
  expect(distance(trace.stream(), tensors.get('greedy.full')!)).toBeLessThan(1e-5);
  expect(rawOf(trace.stream())).toEqual(texts(caseOf('greedy').ids).slice(0, -1));
});

/** Traces made outside the project; not in the repository. */
const reference = process.env.ATTENTRACE_REFERENCE;

describe.skipIf(!reference)('stories260K', () => {
  const file = (name: string) =>
    parseSafetensors(readFileSync(`${reference}/stories260K/${name}.safetensors`)).tensors;
  const { ids, pieces } = JSON.parse(
    reference
      ? readFileSync(`${reference}/stories260K/stories260k-generate-steps.tokens.json`, 'utf8')
      : '{}',
  ) as { ids: number[]; pieces: string[] };
  const load = () => {
    const found = file('stories260k-generate-steps');
    const steps = Array.from(found, (_, n) => found.get(`step.${n}.attentions`)!);
    return { steps, stream: fromGenerateSteps({ steps, tokens: pieces }).stream() };
  };

  test('each row is that of its step', () => {
    const { steps, stream } = load();
    expect(stream.querySegments[1]).toEqual({ name: 'answer', start: 5, end: 20 });
    for (const layer of stream.layers)
      for (const head of stream.heads)
        for (let query = 0; query < 20; query++) {
          const { dims, data } = steps[Math.max(0, query - 4)]!;
          const [, heads = 0, rows = 0, keys = 0] = dims;
          const start = ((layer * heads + head) * rows + (rows === 1 ? 0 : query)) * keys;
          const row = stream.matrix(layer, head).block({ row: query, col: 0, rows: 1, cols: 20 }) as Block;
          expect([...blockWeights(row)]).toEqual(
            Array.from({ length: 20 }, (_, key) => (key < keys ? data[start + key] : 0)),
          );
        }
  });

  test('equals one pass, as far as the texts agree', () => {
    const other = JSON.parse(readFileSync(`${reference}/stories260K/stories260k-0.tokens.json`, 'utf8')) as {
      ids: number[];
    };
    const common = ids.findIndex((id, i) => id !== other.ids[i]);
    expect(common).toBeGreaterThan(10);
    const { stream } = load();
    const check = file('stories260k-0.check').get('attentions')!;
    const [, heads = 0, tokens = 0] = check.dims;
    let worst = 0;
    for (const layer of stream.layers)
      for (const head of stream.heads) {
        const block = stream
          .matrix(layer, head)
          .block({ row: 0, col: 0, rows: common, cols: common }) as Block;
        blockWeights(block).forEach((weight, i) => {
          const [query, key] = [Math.floor(i / common), i % common];
          worst = Math.max(
            worst,
            Math.abs(weight - check.data[((layer * heads + head) * tokens + query) * tokens + key]!),
          );
        });
      }
    expect(worst).toBeLessThan(1e-4);
  });
});
