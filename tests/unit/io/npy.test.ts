import { readFileSync } from 'node:fs';
import { deflateRawSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { loadNpy, loadNpz, parseNpy } from '../../../src/lib/io/index.js';
import { createTrace, decodeWeights, TraceError } from '../../../src/lib/trace/index.js';
import { encodeZip } from './encode-zip.js';
import { mutateBytes, randomOf } from './mutate.js';

const file = (name: string) => new Uint8Array(readFileSync(new URL(name, import.meta.url)));
const expected = JSON.parse(readFileSync(new URL('arrays.json', import.meta.url), 'utf8')) as Record<
  string,
  { dims: number[]; numbers: number[] | null }
> &
  Record<`version ${number}`, string>;

/** An npy file of version 1 from the text of its header. */
function encodeNpy(header: string, data: Uint8Array | number = 0): Uint8Array<ArrayBuffer> {
  const bytes = Buffer.concat([
    Buffer.from('\x93NUMPY\x01\x00', 'latin1'),
    Uint8Array.of(header.length & 255, header.length >> 8),
    Buffer.from(header, 'latin1'),
    typeof data === 'number' ? new Uint8Array(data) : data,
  ]);
  return new Uint8Array(bytes);
}

const npy = encodeNpy(
  "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 1, 1, 2), }\n",
  new Uint8Array(Float32Array.of(0.25, 0.75).buffer),
);

describe.each(['stored.npz', 'deflated.npz'])('%s, written by numpy', (name) => {
  test('gives every array of floats or uint8, row-major', async () => {
    const arrays = await loadNpz(file(name));
    const names = Object.keys(expected).filter((key) => !key.startsWith('version'));
    expect(Object.keys(arrays)).toEqual(names);
    for (const key of names) {
      const { dims, numbers } = expected[key]!;
      const array = arrays[key]!;
      expect(array.dims, key).toEqual(dims);
      if (numbers)
        expect([...decodeWeights(array.data, array.type!)], key).toEqual(scaled(numbers, array.type!));
      else expect(() => array.data, key).toThrow(expect.objectContaining({ code: 'dtype' }));
    }
    expect(['f4', 'f8', 'f2', 'u1', 'i8'].map((key) => arrays[key]!.type)).toEqual([
      'float32',
      'float32',
      'float16',
      'uint8',
      undefined,
    ]);
  });
});

/** uint8 stands for 255 × weight. */
const scaled = (numbers: number[], type: string) =>
  type === 'uint8' ? numbers.map((n) => Math.fround(n / 255)) : numbers;

describe('npy', () => {
  test.each([1, 2, 3])('version %i', (version) => {
    const { dims, data } = parseNpy(Buffer.from(expected[`version ${version}`]!, 'hex'));
    expect({ dims, numbers: [...data] }).toEqual(expected.f4);
  });

  test('makes a trace, of the bytes themselves where they are aligned', async () => {
    const pad = (4 - (npy.length % 4)) % 4;
    const aligned = new Uint8Array(pad + npy.length).subarray(pad, pad + npy.length);
    aligned.set(npy);
    for (const source of [npy, aligned, new Blob([npy]), npy.buffer]) {
      const attention = await loadNpy(source);
      const trace = createTrace({
        cross: { attention },
        encoder: { tokens: ['a', 'b'] },
        decoder: { tokens: ['c'] },
      });
      const block = await trace.stream('cross').matrix(0, 0).block({ row: 0, col: 0, rows: 1, cols: 2 });
      expect(Math.max(...block.data)).toBe(0.75);
    }
    expect((await loadNpy(aligned)).data.buffer).toBe(aligned.buffer);
  });

  test.each([
    ['nothing', new Uint8Array(0), /no npy header/],
    ['another file', new TextEncoder().encode('<!doctype html>'), /no npy header/],
    ['a later version', npy.map((b, i) => (i === 6 ? 4 : b)), /npy version 4/],
    ['a header cut short', npy.slice(0, 9), /9 bytes/],
    ['a header longer than the file', npy.slice(0, 30), /30 bytes.*header of/],
    ['no dict', encodeNpy('hello'), /the header hello/],
    ['a dict that is null', encodeNpy('null'), /the header null/],
    ['no shape', encodeNpy("{'descr': '<f4', 'fortran_order': False}"), /shape/],
    ['a negative length', encodeNpy("{'descr': '<f4', 'fortran_order': False, 'shape': (-1,)}", 4), /shape/],
    ['too few bytes', npy.slice(0, -1), /found 7 bytes of numbers, expected 8/],
    ['too many bytes', Buffer.concat([npy, npy]), /bytes of numbers, expected 8/],
    [
      'a shape beyond all numbers',
      encodeNpy(`{'descr': '<f4', 'fortran_order': True, 'shape': (${'99999999999, '.repeat(40)})}`, 4),
      /4 bytes/,
    ],
  ])('%s is refused', async (_, bytes, message) => {
    const error: unknown = await loadNpy(bytes).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(TraceError);
    expect(error).toMatchObject({ code: 'file', message: expect.stringMatching(message) });
  });

  test('pickled objects and whole numbers are refused at once', async () => {
    for (const dtype of ['|O', '<i8', '<f16', '<c8'])
      await expect(
        loadNpy(encodeNpy(`{'descr': '${dtype}', 'fortran_order': False, 'shape': (1,)}`, 8)),
      ).rejects.toMatchObject({ code: 'dtype', found: `dtype ${dtype}` });
  });
});

describe('npz', () => {
  const member = { name: 'a.npy', content: npy };

  test('is read with a comment at its end, and from within a larger buffer', async () => {
    const zip = encodeZip([member], { comment: 'PK\x05\x06 x'.repeat(9) });
    const larger = new Uint8Array(zip.length + 11);
    larger.set(zip, 5);
    for (const bytes of [zip, larger.subarray(5, 5 + zip.length)])
      expect([...(await loadNpz(bytes)).a!.data]).toEqual([0.25, 0.75]);
  });

  test('may hold no array, or one of any name', async () => {
    expect(await loadNpz(encodeZip([]))).toEqual({});
    const arrays = await loadNpz(encodeZip([{ name: '__proto__.npy', content: npy }]));
    expect(Object.keys(arrays)).toEqual(['__proto__']);
  });

  const bomb = new Uint8Array(50_000_000);
  test.each([
    ['nothing', new Uint8Array(0), /no zip directory/],
    ['an npy file', npy, /no zip directory/],
    ['the start of one', encodeZip([member]).slice(0, -30), /no zip directory/],
    ['a member that is no array', encodeZip([{ name: 'a.txt', content: npy }]), /member a\.txt/],
    ['a member twice', encodeZip([member, member]), /a\.npy twice/],
    ['an encrypted member', encodeZip([{ ...member, flags: 1 }]), /encrypted/],
    ['a member packed otherwise', encodeZip([{ ...member, method: 12 }]), /method 12/],
    ['a wrong checksum', encodeZip([{ ...member, crc: 1 }]), /damaged member a\.npy.*checksum/],
    ['a wrong size', encodeZip([{ ...member, size: 3 }]), /damaged member a\.npy/],
    ['a packed size past the end', encodeZip([{ ...member, packedSize: 1e6 }]), /to the end of a\.npy/],
    ['a member somewhere else', encodeZip([{ ...member, offset: 7 }]), /no member a\.npy at byte 7/],
    ['a member past the end', encodeZip([{ ...member, offset: 4e9 }]), /no member a\.npy/],
    ['deflated rubbish', encodeZip([{ ...member, method: 8 }]), /damaged member a\.npy/],
    [
      'more than it says',
      encodeZip([{ ...member, packed: deflateRawSync(bomb), method: 8 }]),
      /damaged member a\.npy/,
    ],
    ['a damaged array', encodeZip([{ name: 'a.npy', content: npy.slice(1) }]), /a\.npy: found no npy header/],
    ['too many members to list', encodeZip([member], { count: 2 }), /damaged directory, at member 1/],
    ['zip64', encodeZip([member], { count: 0xffff }), /zip64/],
  ])('%s is refused', async (_, bytes, message) => {
    const error: unknown = await loadNpz(bytes).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(TraceError);
    expect(error).toMatchObject({ code: 'file', message: expect.stringMatching(message) });
  });

  test('an aborted signal ends the reading', async () => {
    await expect(loadNpz(encodeZip([member]), { signal: AbortSignal.abort('enough') })).rejects.toBe(
      'enough',
    );
  });
});

describe('random damage gives an array or a TraceError, never anything else', () => {
  const fortran = Buffer.from(npy).toString('latin1').replace('False', 'True ');
  test.each([
    ['npy', npy],
    ['npy in Fortran order', new Uint8Array(Buffer.from(fortran, 'latin1'))],
    ['npz', encodeZip([{ name: 'a.npy', content: npy }])],
    ['npz, deflated', encodeZip([{ name: 'a.npy', content: npy, packed: deflateRawSync(npy), method: 8 }])],
  ])('%s', async (what, sound) => {
    const outcomes = new Set<string>();
    for (let seed = 0; seed < 2000; seed++) {
      const damaged = mutateBytes(sound, randomOf(seed));
      try {
        const arrays = what.startsWith('npz') ? await loadNpz(damaged) : { a: await loadNpy(damaged) };
        for (const array of Object.values(arrays)) expect(array.data.byteLength).toBeLessThan(1000);
        outcomes.add('loaded');
      } catch (error) {
        if (!(error instanceof TraceError)) throw new Error(`seed ${seed}`, { cause: error });
        outcomes.add(error.code);
      }
    }
    expect(outcomes).toContain('loaded');
    expect(outcomes).toContain('file');
  });
});
