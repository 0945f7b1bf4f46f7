import { readFileSync } from 'node:fs';
import { deflateRawSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { loadNpy, loadNpz, loadNpzArrays, parseNpy } from '../../../src/lib/io/index.js';
import {
  blockWeights,
  createTrace,
  decodeWeights,
  TraceError,
  type Block,
  type WeightArray,
} from '../../../src/lib/trace/index.js';
import { encodeZip } from './encode-zip.js';
import { mutateBytes, randomOf } from './mutate.js';

const file = (name: string) => new Uint8Array(readFileSync(new URL(name, import.meta.url)));
const expected = JSON.parse(readFileSync(new URL('arrays.json', import.meta.url), 'utf8')) as Record<
  string,
  { dims: number[]; numbers: number[] | null; text: string[] | null }
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
  test('gives every array of numbers or text, row-major', async () => {
    const arrays = await loadNpzArrays(file(name));
    const names = Object.keys(expected).filter((key) => !key.startsWith('version'));
    expect(Object.keys(arrays)).toEqual(names);
    for (const key of names) {
      const { dims, numbers, text } = expected[key]!;
      const array = arrays[key]!;
      expect(array.dims, key).toEqual(dims);
      expect(array.text, key).toEqual(text ?? undefined);
      if (!numbers || key === 'i8_large')
        expect(() => array.data, key).toThrow(expect.objectContaining({ code: 'dtype' }));
      else if (array.type)
        expect([...decodeWeights(array.data as WeightArray, array.type)], key).toEqual(
          scaled(numbers, array.type),
        );
      else expect(array.data, key).toEqual(Int32Array.from(numbers));
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
    expect({ dims, numbers: [...data], text: null }).toEqual(expected.f4);
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
    ['nothing', new Uint8Array(0), /expected an npy file/],
    ['another file', new TextEncoder().encode('<!doctype html>'), /a page of HTML.*expected an npy file/],
    ['a later version', npy.map((b, i) => (i === 6 ? 4 : b)), /npy version 4/],
    ['a header cut short', npy.slice(0, 9), /9 bytes/],
    ['a header longer than the file', npy.slice(0, 30), /30 bytes.*header of/],
    ['no dict', encodeNpy('hello'), /the header hello/],
    ['a dict that is null', encodeNpy('null'), /the header null/],
    ['no shape', encodeNpy("{'descr': '<f4', 'fortran_order': False}"), /shape/],
    ['a negative length', encodeNpy("{'descr': '<f4', 'fortran_order': False, 'shape': (-1,)}", 4), /shape/],
    ['too few bytes', npy.slice(0, -1), /found 7 bytes of elements, expected 8/],
    ['too many bytes', Buffer.concat([npy, npy]), /bytes of elements, expected 8/],
    [
      'a shape beyond all numbers',
      encodeNpy(`{'descr': '<f4', 'fortran_order': True, 'shape': (${'99999999999, '.repeat(40)})}`, 4),
      /4 bytes/,
    ],
    [
      '65 axes, one more than numpy has',
      encodeNpy(`{'descr': '<f4', 'fortran_order': False, 'shape': (${'1, '.repeat(65)})}`, 4),
      /65 axes, expected at most 64/,
    ],
    [
      'a header longer than numpy reads',
      encodeNpy(`{'descr': '<f4', 'fortran_order': False, 'shape': (1,)}${' '.repeat(10_000)}`, 4),
      /found a header of 10\d+ bytes, expected at most 10000/,
    ],
    [
      'no letters at all, in as many strings as one likes',
      encodeNpy("{'descr': '<U0', 'fortran_order': False, 'shape': (1000000000000,)}"),
      /text of no length/,
    ],
    [
      'fewer letters than it says',
      encodeNpy("{'descr': '<U5', 'fortran_order': False, 'shape': (2,)}", 36),
      /36 bytes of elements, expected 40/,
    ],
    [
      'letters beyond Unicode',
      encodeNpy("{'descr': '<U1', 'fortran_order': False, 'shape': (1,)}", Uint8Array.of(255, 255, 255, 0)),
      /\[0\]: found no text/,
    ],
    [
      'bytes that are no text',
      encodeNpy("{'descr': '|S1', 'fortran_order': False, 'shape': (2,)}", Uint8Array.of(65, 0xff)),
      /\[1\]: found no text/,
    ],
  ])('%s is refused', async (_, bytes, message) => {
    const error: unknown = await loadNpy(bytes).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(TraceError);
    expect(error).toMatchObject({ code: 'file', message: expect.stringMatching(message) });
  });

  test('what is neither numbers nor text is refused by name, at once', async () => {
    for (const [dtype, found] of [
      ['|O', 'dtype |O, Python objects'],
      ['|T16', 'dtype |T16, Python objects'],
      ['<f16', 'dtype <f16'],
      ['<c8', 'dtype <c8'],
      ['<M8[ns]', 'dtype <M8[ns]'],
    ] as const)
      await expect(
        loadNpy(encodeNpy(`{'descr': '${dtype}', 'fortran_order': False, 'shape': (1,)}`, 8)),
        dtype,
      ).rejects.toMatchObject({ code: 'dtype', found });
  });

  test('a dtype of 100 kB is no work', async () => {
    const dtype = `<f${'4'.repeat(9900)}x`;
    await expect(
      loadNpy(encodeNpy(`{'descr': '${dtype}', 'fortran_order': False, 'shape': (1,)}`, 4)),
    ).rejects.toMatchObject({ code: 'dtype', message: expect.stringMatching(/^.{1,700}$/) });
  });
});

describe('a trace in an npz', () => {
  test('by the names of safetensors, with text and whole numbers as numpy has them', async () => {
    const trace = await loadNpz(file('trace.npz'));
    const stream = trace.stream();
    expect(trace.model).toBe('m');
    expect(stream).toMatchObject({ layers: [3, 5], heads: [7], causal: true });
    expect(stream.queryTokens.map(({ raw }) => raw)).toEqual(['The', 'Ġcat']);
    expect(stream.querySegments).toEqual([{ name: 'A', start: 0, end: 1 }]);
    const block = { row: 1, col: 0, rows: 1, cols: 2 };
    expect([...blockWeights((await stream.matrix(5, 7).block(block)) as Block)]).toEqual([0.125, 0.375]);
    expect([...stream.queries!.vector(1, 0, 1)]).toEqual([6, 7]);
  });

  test('takes names and tokens from its reader, as safetensors does', async () => {
    const zip = encodeZip([
      {
        name: 'a.npy',
        content: encodeNpy(
          "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 1, 1, 1)}",
          new Uint8Array(Float32Array.of(1).buffer),
        ),
      },
    ]);
    const trace = await loadNpz(zip, { names: { attention: 'a' }, tokens: ['x'], metadata: { layers: [9] } });
    expect(trace.stream().layers).toEqual([9]);
    await expect(loadNpz(zip)).rejects.toMatchObject({ code: 'file-names', found: 'a' });
  });

  test.each([
    ['attention of whole numbers', 'attention', "'<i4'", 4, 'dtype', /<i4/],
    ['attention of objects', 'attention', "'|O'", 4, 'dtype', /Python objects/],
    ['tokens of objects', 'tokens', "'|O'", 4, 'dtype', /Python objects.*dtype="U"/],
    [
      'tokens that are numbers',
      'tokens',
      "'<i4'",
      4,
      'file',
      /tokens: found an array of 1, expected a JSON array of strings/,
    ],
  ] as const)('%s is refused by name', async (_, name, dtype, size, code, message) => {
    const content = encodeNpy(
      `{'descr': ${dtype}, 'fortran_order': False, 'shape': (${name === 'tokens' ? '1,' : '1, 1, 1, 1'})}`,
      size,
    );
    const other = encodeNpy("{'descr': '<f4', 'fortran_order': False, 'shape': (1, 1, 1, 1)}", 4);
    const zip = encodeZip([
      { name: 'attention.npy', content: name === 'attention' ? content : other },
      ...(name === 'tokens' ? [{ name: 'tokens.npy', content }] : []),
    ]);
    await expect(loadNpz(zip)).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
  });
});

describe('npz', () => {
  const member = { name: 'a.npy', content: npy };

  test('is read with a comment at its end, and from within a larger buffer', async () => {
    const zip = encodeZip([member], { comment: 'PK\x05\x06 x'.repeat(9) });
    const larger = new Uint8Array(zip.length + 11);
    larger.set(zip, 5);
    for (const bytes of [zip, larger.subarray(5, 5 + zip.length)])
      expect([...(await loadNpzArrays(bytes)).a!.data]).toEqual([0.25, 0.75]);
  });

  test('may hold no array, or one of any name', async () => {
    expect(await loadNpzArrays(encodeZip([]))).toEqual({});
    const arrays = await loadNpzArrays(encodeZip([{ name: '__proto__.npy', content: npy }]));
    expect(Object.keys(arrays)).toEqual(['__proto__']);
  });

  const bomb = new Uint8Array(50_000_000);
  test.each([
    ['nothing', new Uint8Array(0), /no bytes, expected an npz file/],
    ['an npy file', npy, /an npy file, expected an npz file/],
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
    [
      'a damaged array',
      encodeZip([{ name: 'a.npy', content: npy.slice(1) }]),
      /a\.npy: .*expected an npy file/,
    ],
    ['too many members to list', encodeZip([member], { count: 2 }), /damaged directory, at member 1/],
    [
      'more members than it lists',
      encodeZip([member, { ...member, name: 'b.npy' }], { count: 1 }),
      /goes on after 1 member/,
    ],
    [
      'two members in the same bytes',
      encodeZip([member, { ...member, name: 'b.npy', offset: 0 }]),
      /no member b\.npy at byte 0/,
    ],
    [
      'one member within another',
      encodeZip([
        { name: 'a.npy', content: encodeZip([{ name: 'b.npy', content: npy }]) },
        { name: 'b.npy', content: npy, offset: 39 },
      ]),
      /a\.npy and b\.npy in the same bytes/,
    ],
    [
      'a gigabyte in a megabyte',
      encodeZip([{ ...member, packed: new Uint8Array(1e6), size: 1e9, method: 8 }]),
      /arrays of 1000000000 bytes in a file of 1000\d+, expected at most 256 times/,
    ],
    ['zip64', encodeZip([member], { count: 0xffff }), /zip64/],
  ])('%s is refused', async (_, bytes, message) => {
    const error: unknown = await loadNpzArrays(bytes).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(TraceError);
    expect(error).toMatchObject({ code: 'file', message: expect.stringMatching(message) });
  });

  test('an aborted signal ends the reading', async () => {
    await expect(loadNpzArrays(encodeZip([member]), { signal: AbortSignal.abort('enough') })).rejects.toBe(
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
        const arrays = what.startsWith('npz') ? await loadNpzArrays(damaged) : { a: await loadNpy(damaged) };
        for (const array of Object.values(arrays))
          if (!array.text) expect(array.data.byteLength).toBeLessThan(1000);
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
