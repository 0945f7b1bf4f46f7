import { describe, expect, test } from 'vitest';
import { loadSafetensors, parseSafetensors, writeSafetensors } from '../../../src/lib/io/index.js';
import { nest } from '../trace/arrays.js';
import { toFloat16 } from '../../../src/lib/io/float-bits.js';
import { traceMetadata } from '../../../src/lib/io/trace-metadata.js';
import {
  blockWeights,
  createTrace,
  decodeWeights,
  type Block,
  type Matrix,
  type Trace,
} from '../../../src/lib/trace/index.js';

/** All a trace holds, as plain arrays. */
function contents(trace: Trace) {
  return {
    model: trace.model,
    text: trace.text,
    streams: trace.streams.map((stream) => {
      const { name, layers, heads, causal, queryTokens, keyTokens, querySegments, keySegments } = stream;
      const matrices = layers.flatMap((layer) =>
        heads.map((head) => {
          const matrix = stream.matrix(layer, head);
          const block = matrix.block({ row: 0, col: 0, rows: matrix.rows, cols: matrix.cols }) as Block;
          return { type: matrix.type, weights: [...blockWeights(block)] };
        }),
      );
      const vectors = (['queries', 'keys', 'values'] as const).map((kind) => {
        const held = stream[kind];
        if (!held) return undefined;
        const numbers: number[] = [];
        for (let layer = 0; layer < held.layers; layer++)
          for (let head = 0; head < held.heads; head++)
            for (let token = 0; token < held.tokens; token++)
              numbers.push(...held.vector(layer, head, token));
        return { type: held.type, heads: held.heads, dim: held.dim, numbers };
      });
      return {
        name,
        layers,
        heads,
        causal,
        queryTokens,
        keyTokens,
        querySegments,
        keySegments,
        matrices,
        vectors,
      };
    }),
  };
}

const floats = (length: number) => Float32Array.from({ length }, (_, i) => Math.sin(i) * 3);

describe('a trace comes back as it was', () => {
  test('of one stream, float16 weights, a subset of layers, grouped keys', async () => {
    const trace = createTrace({
      tokens: ['Ġa', '"</script>', '✓'],
      attention: {
        dims: [2, 2, 3, 3],
        data: Uint16Array.from({ length: 36 }, (_, i) => (i % 4 ? 0x2c00 + i : 0)),
      },
      queries: { dims: [2, 2, 3, 5], data: floats(60) },
      keys: { dims: [2, 1, 3, 5], data: toFloat16(floats(30)) },
      values: { dims: [2, 1, 3, 4], data: floats(24) },
      layers: [2, 5],
      segments: [{ name: 'A', start: 0, end: 2 }],
      model: 'tiny',
      text: 'a "</script>✓',
    });
    const again = await loadSafetensors(await writeSafetensors(trace));
    expect(contents(again)).toEqual(contents(trace));
    expect(again.stream().keys!.type).toBe('float16');
  });

  test('of how queries and keys become weights', async () => {
    const half = nest([2, 2, 2, 2], (_, __, query, key) => (key! <= query! ? 1 / (query! + 1) / 2 : 0));
    const trace = createTrace({
      tokens: ['a', 'b'],
      attention: half as never,
      queries: { dims: [2, 2, 2, 3], data: floats(24) },
      keys: { dims: [2, 1, 2, 3], data: floats(12) },
      causal: true,
      scoring: {
        scale: [0.25, 0.5],
        softCap: 30,
        window: [1, null],
        sinks: [Float32Array.of(0.5, -1), Float32Array.of(2, 0)],
        alibiSlopes: [Float32Array.of(0.5, 0.25), Float32Array.of(0.5, 0.25)],
        bias: { dims: [1, 2, 2, 2], data: Float32Array.of(0, -Infinity, 1, 0, 2, -Infinity, 3, 0) },
      },
    });
    const plain = ({ streams: [stream] }: Trace) =>
      [0, 1].flatMap((layer) =>
        [0, 1].map((head) => {
          const { bias, ...rest } = stream!.scoring!(layer, head);
          return { ...rest, bias: [0, 1].map((row) => [...bias!(row, 0, 2)]) };
        }),
      );
    const again = await loadSafetensors(await writeSafetensors(trace));
    expect(plain(again)).toEqual(plain(trace));
    // Nothing but 1/√dim stays nothing.
    const simple = createTrace({
      tokens: ['a', 'b'],
      attention: half as never,
      queries: { dims: [2, 2, 2, 3], data: floats(24) },
      keys: { dims: [2, 1, 2, 3], data: floats(12) },
      scoring: {},
    });
    const simpleAgain = await loadSafetensors(await writeSafetensors(simple));
    expect(simpleAgain.stream().scoring!(1, 1)).toEqual(simple.stream().scoring!(1, 1));
  });

  test('of layers with different heads, and a special token of its own', async () => {
    const trace = createTrace({
      tokens: ['eng_Latn', 'a'],
      specialTokens: ['eng_Latn'],
      attention: [
        { dims: [3, 2, 2], data: Float32Array.from({ length: 12 }, (_, i) => (i % 4) / 8) },
        null,
        { dims: [1, 2, 2], data: Float32Array.of(0.5, 0, 0.25, 0.5) },
      ],
      heads: [[0, 1, 3], [], [2]],
      layers: [4, 5, 6],
    });
    const again = await loadSafetensors(await writeSafetensors(trace));
    const of = ({ streams: [stream] }: Trace) =>
      stream!.layers.map((layer) => [
        layer,
        stream!.headsOf(layer).map((head) => {
          const block = stream!.matrix(layer, head).block({ row: 0, col: 0, rows: 2, cols: 2 }) as Block;
          return [head, ...blockWeights(block)];
        }),
      ]);
    expect(of(again)).toEqual(of(trace));
    expect(of(again).map(([layer]) => layer)).toEqual([4, 6]);
    expect(again.stream().keyTokens).toEqual(trace.stream().keyTokens);
    expect(again.stream().keyTokens[0]!.special).toBe(true);
  });

  test('of an encoder-decoder model, uint8 weights, a subset of heads', async () => {
    const trace = createTrace({
      encoder: { tokens: ['a', 'b'], segments: [{ name: 'A', start: 1, end: 2 }] },
      decoder: { tokens: ['c'], attention: { dims: [1, 1, 1, 1], data: Uint8Array.of(255) } },
      cross: { attention: { dims: [1, 1, 1, 2], data: Uint8Array.of(55, 200) }, heads: [3] },
    });
    const again = await loadSafetensors(await writeSafetensors(trace));
    expect(again.streams.map((s) => s.name)).toEqual(['decoder', 'cross']);
    expect(contents(again)).toEqual(contents(trace));
  });

  test('from matrices read in blocks, later, out of a larger array', async () => {
    const trace = createTrace({ tokens: ['a', 'b'], attention: [[[[1, 0], [0.5, 0.5]]]] }); // prettier-ignore
    const stream = trace.stream();
    const late: Matrix = {
      rows: 2,
      cols: 2,
      type: 'float32',
      block: async () => ({
        ...{ row: 0, col: 0, rows: 2, cols: 2, rowLevel: 0, colLevel: 0, type: 'float32' },
        ...{ data: Float32Array.of(9, 1, 0, 9, 0.5, 0.5, 9), offset: 1, stride: 3 },
      }),
    };
    const lazy: Trace = { streams: [{ ...stream, causal: true, matrix: () => late }], stream: () => stream };
    const again = await loadSafetensors(await writeSafetensors(lazy));
    expect(contents(again).streams[0]!.matrices).toEqual(contents(trace).streams[0]!.matrices);
  });
});

test('the header is padded to 8 bytes, and tensors are aligned', async () => {
  for (let length = 0; length < 9; length++) {
    const trace = createTrace({
      tokens: ['a'],
      attention: { dims: [1, 1, 1, 1], data: Uint8Array.of(255) },
      queries: { dims: [1, 1, 1, 3], data: floats(3) },
      values: { dims: [1, 1, 1, 3], data: toFloat16(floats(3)) },
      model: 'm'.repeat(length),
    });
    const file = await writeSafetensors(trace);
    expect(new DataView(file.buffer).getUint8(0) % 8).toBe(0);
    for (const tensor of parseSafetensors(file).tensors.values())
      expect(tensor.data.buffer).toBe(file.buffer);
  }
});

test('matrices of several types are refused', async () => {
  const of = (attention: Float32Array | Uint8Array) =>
    createTrace({ tokens: ['a'], attention: { dims: [1, 1, 1, 1], data: attention } }).stream();
  const [first, second] = [of(Float32Array.of(1)), of(Uint8Array.of(255))];
  const mixed = {
    ...first,
    heads: [0, 1],
    headsOf: () => [0, 1],
    matrix: (_: number, head: number) => (head ? second : first).matrix(0, 0),
  };
  await expect(writeSafetensors({ streams: [mixed], stream: () => mixed })).rejects.toMatchObject({
    code: 'dtype',
  });
});

test('every float16 number keeps its bits', () => {
  const bits = Uint16Array.from({ length: 65536 }, (_, i) => i).filter(
    (i) => (i & 0x7c00) !== 0x7c00 || !(i & 0x3ff),
  );
  expect(toFloat16(decodeWeights(bits, 'float16'))).toEqual(bits);
});

test('what the numbers are, and which queries were recorded, are among the metadata', async () => {
  const trace = createTrace({
    tokens: ['a', 'b', 'c'],
    attention: [
      [
        [
          [1, 0, 0],
          [0.5, 0.5, 0],
          [0.25, 0.25, 0.5],
        ],
      ],
    ],
  });
  const stream = trace.stream();
  const score = {
    name: 'score',
    range: [-Infinity, Infinity],
    unit: 'nats',
    evidence: 'descriptive',
  } as const;
  const written = async (more: object) =>
    parseSafetensors(
      await writeSafetensors({
        ...trace,
        streams: [{ ...stream, matrix: (l, h) => stream.matrix(l, h), ...more }],
      }),
    ).metadata;
  const metadata = await written({ quantity: score, queryTokens: stream.queryTokens.slice(1) });
  expect(metadata.get('quantity')).toBe(
    '{"name":"score","range":[null,null],"unit":"nats","evidence":"descriptive"}',
  );
  expect(metadata.get('queryPositions')).toBe('[1,2]');
  expect(metadata.get('tokens')).toBe('["a","b","c"]');
  const plain = await written({});
  expect([plain.has('quantity'), plain.has('queryPositions')]).toEqual([false, false]);
  // And read again as what they are.
  const said = traceMetadata(metadata, 'x');
  expect(said.quantity('quantity')).toEqual(score);
  expect(said.numbers('queryPositions')).toEqual([1, 2]);
});
