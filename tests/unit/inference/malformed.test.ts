import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { InferenceError, tapAttention } from '../../../src/lib/inference/index.js';
import { emitNode, emitValueInfo } from '../../../src/lib/inference/onnx/emit.js';
import { GRAPH, MODEL, NODE } from '../../../src/lib/inference/onnx/model.js';
import {
  bytesField,
  joinRope,
  ropeOf,
  varintField,
  type Rope,
} from '../../../src/lib/inference/onnx/write.js';

const fixture = (path: string): Uint8Array =>
  new Uint8Array(readFileSync(new URL(`../../../fixtures/models/${path}`, import.meta.url)));
const modelOf = (...graph: Rope[]): Uint8Array => joinRope(bytesField(MODEL.graph, ropeOf(...graph)));
const node = (...spec: Parameters<typeof emitNode>): Rope => bytesField(GRAPH.node, emitNode(...spec));
const attention = (i: number): Rope[] => [
  node({ opType: 'MatMul', inputs: ['q', 'k'], outputs: [`s${i}`] }),
  node({ opType: 'Softmax', inputs: [`s${i}`], outputs: [`p${i}`] }),
  node({ opType: 'MatMul', inputs: [`p${i}`, 'v'], outputs: [`o${i}`] }),
];
const everything = { vectors: true, quantise: true, interventions: true };
const codeOf = (bytes: Uint8Array): string => {
  try {
    tapAttention(bytes, everything).model.at(0);
    return 'none';
  } catch (error) {
    if (!(error instanceof InferenceError)) throw error;
    expect(error.message).toBe(
      `${error.place}: found ${error.found}, expected ${error.expected}. ${error.fix}`,
    );
    return error.code;
  }
};
const text = (content: string): Uint8Array => new TextEncoder().encode(content);
const varint = (...bytes: number[]): Uint8Array => Uint8Array.from(bytes);

describe('a file that is no sound model is refused by name', () => {
  it.each([
    ['nothing', new Uint8Array(), 'not-onnx'],
    ['a web page', text('<!doctype html><title>404</title>'), 'not-onnx'],
    [
      'a Git LFS pointer',
      text('version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 5'),
      'not-onnx',
    ],
    ['JSON', text('{"error":"Repository not found"}'), 'not-onnx'],
    ['a zip', text('PK\u0003\u0004'), 'not-onnx'],
    ["onnxruntime's own format", varint(0x20, 0, 0, 0, 0x4f, 0x52, 0x54, 0x4d), 'not-onnx'],
    ['a model without a graph', varint(8, 7), 'no-graph'],
    ['two graphs', joinRope(ropeOf(bytesField(7, ''), bytesField(7, ''))), 'two-graphs'],
    ['a number that does not end', varint(8, 0x80), 'truncated'],
    ['a number of eleven bytes', varint(8, ...Array<number>(11).fill(0x80)), 'length'],
    ['a field longer than the file', varint(0x3a, 0x7f, 0), 'length'],
    ['a length of 2⁶³', varint(0x3a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f), 'length'],
    ['a length below zero', varint(0x3a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1), 'length'],
    ['a group, long out of use', varint(0x0b), 'wire-type'],
    ['field 0', varint(0, 0), 'wire-type'],
    [
      'a name that is not text',
      modelOf(bytesField(GRAPH.node, bytesField(NODE.name, varint(0xc3, 0x28)))),
      'text',
    ],
    ['a number for a name', modelOf(bytesField(GRAPH.node, ropeOf(varintField(NODE.name, 5)))), 'wire-type'],
    [
      'a node that waits for itself',
      modelOf(node({ opType: 'Add', inputs: ['a', 'b'], outputs: ['a'] })),
      'cycle',
    ],
    [
      'two nodes that wait for each other',
      modelOf(
        node({ opType: 'Relu', inputs: ['b'], outputs: ['a'] }),
        node({ opType: 'Relu', inputs: ['a'], outputs: ['b'] }),
      ),
      'cycle',
    ],
    [
      'a value made twice',
      modelOf(
        node({ opType: 'Relu', inputs: ['x'], outputs: ['a'] }),
        node({ opType: 'Relu', inputs: ['x'], outputs: ['a'] }),
      ),
      'duplicate-value',
    ],
    ['graphs 100 deep', modelOf(nested(100)), 'depth'],
    [
      'more attentions than a model has',
      modelOf(...Array.from({ length: 5000 }, (_, i) => attention(i)).flat()),
      'too-large',
    ],
  ])('%s', (_, bytes, code) => expect(codeOf(bytes)).toBe(code));
});

describe('a graph made to do harm costs no more than its size', () => {
  it('shapes that double at each node', () => {
    const doubling = Array.from({ length: 200 }, (_, i) =>
      node({ opType: 'Concat', inputs: [`s${i}`, `s${i}`], outputs: [`s${i + 1}`], ints: { axis: 0 } }),
    );
    const gathers = Array.from({ length: 200 }, (_, i) =>
      node({ opType: 'Gather', inputs: [`g${i}`, `g${i}`], outputs: [`g${i + 1}`] }),
    );
    const inputs = [emitValueInfo('g0', 7, [3, 3]), emitValueInfo('x', 1, [1, 2])].map((info) =>
      bytesField(GRAPH.input, info),
    );
    expect(
      codeOf(
        modelOf(
          ...inputs,
          node({ opType: 'Shape', inputs: ['x'], outputs: ['s0'] }),
          ...doubling,
          ...gathers,
        ),
      ),
    ).toBe('none');
  });

  it('a chain of 50,000 nodes, which must not be followed by recursion', () => {
    const chain = Array.from({ length: 50_000 }, (_, i) =>
      node({ opType: 'Identity', inputs: [`v${i}`], outputs: [`v${i + 1}`] }),
    );
    expect(codeOf(modelOf(bytesField(GRAPH.input, emitValueInfo('v0', 1, [])), ...chain))).toBe('none');
  });

  it("operators named as JavaScript's own properties are", () => {
    const strange = ['toString', 'constructor', '__proto__'].map((opType, i) =>
      node({ opType, inputs: ['q'], outputs: [`x${i}`], domain: 'com.microsoft' }),
    );
    expect(tapAttention(modelOf(...strange)).taps).toEqual([]);
  });

  it('many inputs', () => {
    const inputs = Array.from({ length: 3000 }, (_, i) =>
      bytesField(GRAPH.input, emitValueInfo(`i${i}`, 1, [1])),
    );
    const sums = Array.from({ length: 3000 }, (_, i) =>
      node({ opType: 'Add', inputs: [`i${i}`, `a${i}`], outputs: [`a${i + 1}`] }),
    );
    expect(codeOf(modelOf(...inputs, ...sums))).toBe('none');
  });
});

describe('fuzzing', () => {
  const random = mulberry(20260);
  const seeds = [
    'induction/model.onnx',
    'fused-ops/gqa.onnx',
    'fused-ops/msattn.onnx',
    'fused-ops/attn23.onnx',
    'fused-ops/mha.onnx',
    'dates-encdec/decoder_model_merged.onnx',
    'exports/bert-optimised/model.onnx',
  ];

  it.each(seeds)('%s, cut anywhere', (path) => {
    const whole = fixture(path);
    for (let i = 0; i < 60; i++) {
      const code = codeOf(whole.subarray(0, Math.floor(random() * whole.length)));
      expect(code).toMatch(/^(not-onnx|truncated|length|no-graph|none)$/);
    }
  });

  it.each(seeds)('%s, with bytes changed', (path) => {
    const whole = fixture(path);
    const reached = new Set<string>();
    // Of a model of one node every byte is reached.
    const times = whole.length < 1000 ? 3000 : 100;
    for (let i = 0; i < times; i++) {
      const bytes = whole.slice();
      // Most bytes of a model are weights; the graph lies at its beginning.
      const reach = i % 2 ? Math.min(bytes.length, 4000) : bytes.length;
      for (let n = 0; n <= i % 5; n++) bytes[Math.floor(random() * reach)] = Math.floor(random() * 256);
      reached.add(codeOf(bytes));
    }
    expect(reached.size).toBeGreaterThan(1);
  });

  it('noise', () => {
    for (let i = 0; i < 500; i++)
      codeOf(Uint8Array.from({ length: Math.floor(random() * 300) }, () => Math.floor(random() * 256)));
  });
});

function nested(depth: number): Rope {
  const empty = bytesField(GRAPH.name, 'deep');
  return depth === 0
    ? empty
    : bytesField(GRAPH.node, bytesField(NODE.attribute, bytesField(6, nested(depth - 1))));
}

function mulberry(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
