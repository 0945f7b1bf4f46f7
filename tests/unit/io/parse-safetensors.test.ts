import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parseSafetensors } from '../../../src/lib/io/index.js';
import { decodeWeights, TraceError, type WeightArray } from '../../../src/lib/trace/index.js';
import { encodeFile } from './encode-file.js';

const fromPython = readFileSync(new URL('dtypes.safetensors', import.meta.url));
const expected = JSON.parse(readFileSync(new URL('dtypes.json', import.meta.url), 'utf8')) as Record<
  string,
  { dims: number[]; numbers: number[] }
>;

describe("a file written by Python's safetensors", () => {
  const { metadata, tensors } = parseSafetensors(fromPython);

  test('gives names, shapes and metadata', () => {
    expect(new Set(tensors.keys())).toEqual(new Set(Object.keys(expected)));
    for (const [name, tensor] of tensors) expect(tensor.dims).toEqual(expected[name]!.dims);
    expect(metadata).toEqual(new Map([['said', 'with "quotes" and ✓']]));
  });

  for (const [name, type, arrayType] of [
    ['f32', 'float32', Float32Array],
    ['f64', 'float32', Float32Array],
    ['bf16', 'float32', Float32Array],
    ['f16', 'float16', Uint16Array],
    ['u8', 'uint8', Uint8Array],
    ['scalar', 'float32', Float32Array],
    ['none', 'float32', Float32Array],
  ] as const)
    test(`gives the numbers of ${name} as ${type}`, () => {
      const tensor = tensors.get(name)!;
      expect(tensor.type).toBe(type);
      expect(tensor.data).toBeInstanceOf(arrayType);
      const { data } = tensor;
      const numbers = type === 'float16' ? decodeWeights(data as WeightArray, type) : data;
      expect([...numbers]).toEqual(expected[name]!.numbers);
      // Converted once, not at each reading.
      expect(tensor.data).toBe(data);
    });

  test('gives whole numbers and booleans as such, never as weights', () => {
    for (const name of ['i64', 'é ▁']) {
      expect(tensors.get(name)!.type).toBeUndefined();
      expect(tensors.get(name)!.data).toBeInstanceOf(Int32Array);
    }
  });
});

describe('memory', () => {
  const numbers = Float32Array.of(1, 2, 3, 4);
  const header = (padding: number) =>
    JSON.stringify({ a: { dtype: 'F32', shape: [4], data_offsets: [0, 16] } }) + ' '.repeat(padding);

  test('an aligned tensor is a view of the file, also within a larger buffer', () => {
    const file = encodeFile(header(4 - (header(0).length % 4)), new Uint8Array(numbers.buffer));
    const larger = new Uint8Array(file.length + 100);
    larger.set(file, 40);
    const { data } = parseSafetensors(larger.subarray(40, 40 + file.length)).tensors.get('a')!;
    expect(data.buffer).toBe(larger.buffer);
    expect([...data]).toEqual([1, 2, 3, 4]);
  });

  test('an unaligned tensor is a copy with the same numbers', () => {
    for (let padding = 0; padding < 4; padding++) {
      const file = encodeFile(header(padding), new Uint8Array(numbers.buffer));
      const { data } = parseSafetensors(file).tensors.get('a')!;
      expect([...data]).toEqual([1, 2, 3, 4]);
      if ((8 + header(padding).length) % 4 !== 0) expect(data.buffer).not.toBe(file.buffer);
    }
  });
});

const entry = { dtype: 'U8', shape: [4], data_offsets: [0, 4] };
const damaged: [what: string, file: Uint8Array, message: RegExp][] = [
  ['nothing at all', new Uint8Array(0), /0 bytes/],
  ['seven bytes', new Uint8Array(7), /7 bytes/],
  ['a web page', new TextEncoder().encode('<!DOCTYPE html><html>'), /a page of HTML.*address/],
  [
    'a pointer of git-lfs',
    new TextEncoder().encode('version https://git-lfs.github.com'),
    /a pointer of Git LFS/,
  ],
  ['a header longer than the file', encodeFile({ a: entry }, 4, 1000), /header of 1000 bytes/],
  ['a header of 2⁶⁴ − 1 bytes', new Uint8Array(16).fill(255), /header of 18446744/],
  ['a header of 2⁶² bytes', encodeFile({ a: entry }, 4, 2 ** 62), /header of 4611686/],
  ['an empty header', encodeFile('', 4), /JSON/],
  ['a header cut short', encodeFile({ a: entry }, 4, 20), /JSON/],
  ['no UTF-8', encodeFile({ a: entry }, 4).map((byte) => (byte === 0x61 ? 0xff : byte)), /UTF-8/],
  ['an array for a header', encodeFile([entry], 4), /expected an object/],
  ['null for a header', encodeFile('null', 4), /expected an object/],
  [
    'a name twice',
    encodeFile(`{"a":${JSON.stringify(entry)},"\\u0061" : ${JSON.stringify(entry)}}`, 4),
    /name a twice/,
  ],
  [
    'a shape twice',
    encodeFile('{"a":{"dtype":"U8","shape":[4],"shape":[4],"data_offsets":[0,4]}}', 4),
    /shape twice/,
  ],
  ['metadata that is a list', encodeFile({ __metadata__: [], a: entry }, 4), /__metadata__/],
  [
    'metadata of numbers',
    encodeFile({ __metadata__: { tokens: 3 }, a: entry }, 4),
    /__metadata__\.tokens.*number/,
  ],
  ['a tensor that is null', encodeFile({ a: null }, 4), /tensor a: found null/],
  ['a tensor without dtype', encodeFile({ a: { ...entry, dtype: undefined } }, 4), /tensor a.*dtype/],
  ['a negative length', encodeFile({ a: { ...entry, shape: [-4] } }, 4), /tensor a/],
  ['a length of 4.5', encodeFile({ a: { ...entry, shape: [4.5] } }, 4), /tensor a/],
  ['a length as text', encodeFile({ a: { ...entry, shape: ['4'] } }, 4), /tensor a/],
  ['one offset', encodeFile({ a: { ...entry, data_offsets: [0] } }, 4), /tensor a/],
  ['offsets the wrong way round', encodeFile({ a: { ...entry, data_offsets: [4, 0] } }, 4), /bytes 4 to 0/],
  ['an end after the file', encodeFile({ a: { ...entry, data_offsets: [0, 5] } }, 4), /bytes 0 to 5/],
  [
    'too few bytes for its shape',
    encodeFile({ a: { ...entry, shape: [5] } }, 4),
    /found 4 bytes, expected 5/,
  ],
  [
    'a shape beyond all numbers',
    encodeFile({ a: { ...entry, shape: Array(40).fill(2 ** 40) } }, 4),
    /found 4 bytes/,
  ],
  [
    'tensors that overlap',
    encodeFile({ a: entry, b: { ...entry, data_offsets: [2, 6] } }, 6),
    /tensor b.*at 2.*4/,
  ],
  ['a tensor twice in one place', encodeFile({ a: entry, b: entry }, 4), /tensor b/],
  [
    'a hole between tensors',
    encodeFile({ a: entry, b: { ...entry, data_offsets: [5, 9] } }, 9),
    /tensor b.*at 5/,
  ],
  ['a hole before the first', encodeFile({ a: { ...entry, data_offsets: [1, 5] } }, 5), /tensor a.*at 1/],
  ['bytes after the last', encodeFile({ a: entry }, 7), /found 7 bytes of numbers, expected 4/],
  ['arrays nested a million deep', encodeFile(`{"a":${'['.repeat(1e6)}${']'.repeat(1e6)}}`, 4), /tensor a/],
];

describe('a damaged file is refused', () => {
  for (const [what, file, message] of damaged)
    test(what, () => {
      let error: unknown;
      try {
        parseSafetensors(file, 'x.safetensors');
      } catch (thrown) {
        error = thrown;
      }
      expect(error).toBeInstanceOf(TraceError);
      expect(error).toMatchObject({ code: 'file', place: expect.stringMatching(/^x\.safetensors/) });
      expect((error as TraceError).message).toMatch(message);
    });
});

test('a sound file may hold tensors without elements, of unknown types, and no metadata', () => {
  const file = encodeFile(
    {
      ['__proto__']: entry,
      b: { dtype: 'F32', shape: [0, 9], data_offsets: [4, 4] },
      c: { dtype: 'F7_NEW', shape: [3], data_offsets: [4, 9] },
    },
    9,
  );
  const { metadata, tensors } = parseSafetensors(file);
  expect(metadata.size).toBe(0);
  expect([...tensors.keys()]).toEqual(['__proto__', 'b', 'c']);
  expect(tensors.get('b')!.data).toHaveLength(0);
  expect(() => tensors.get('c')!.data).toThrow(/F7_NEW/);
});
