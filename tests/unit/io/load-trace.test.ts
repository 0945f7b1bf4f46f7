import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { loadNpy, loadNpz, loadSafetensors, loadTrace, traceFromTensors } from '../../../src/lib/io/index.js';
import { blockWeights, TraceError, type Block, type Trace } from '../../../src/lib/trace/index.js';
import { encodeTensors } from './encode-file.js';
import { encodeZip } from './encode-zip.js';
import { mutateBytes, randomOf } from './mutate.js';

const file = (name: string) => new Uint8Array(readFileSync(new URL(name, import.meta.url)));
const attention = { dims: [1, 1, 2, 2], numbers: [1, 0, 0.25, 0.75] };
const tokens = ['a', 'b'];
const safetensors = encodeTensors({ attention }, { tokens: JSON.stringify(tokens) });
const npy = Buffer.concat([
  Buffer.from(`\x93NUMPY\x01\x00\x46\x00`, 'latin1'),
  Buffer.from("{'descr': '<f4', 'fortran_order': False, 'shape': (1, 1, 2, 2), }".padEnd(69) + '\n'),
  new Uint8Array(Float32Array.from(attention.numbers).buffer),
]);

const lastRow = async (trace: Trace) => {
  const stream = trace.stream();
  const matrix = stream.matrix(stream.layers[0]!, stream.heads[0]!);
  return [...blockWeights((await matrix.block({ row: 1, col: 0, rows: 1, cols: 2 })) as Block)];
};

test.each([
  ['safetensors', safetensors, {}],
  ['npz', file('trace.npz'), {}],
  ['npy, with its tokens', npy, { tokens }],
])('loadTrace knows %s by its bytes', async (_, bytes, options) => {
  expect(await lastRow(await loadTrace(bytes, options))).toEqual([0.25, 0.75]);
});

test('layers stacked as README says: a batch of 2 is refused, not taken for more layers', async () => {
  const stacked = (batch: number) =>
    encodeTensors(
      {
        attention: {
          dims: [2, batch, 1, 2, 2],
          numbers: [...Array(2 * batch)].flatMap(() => attention.numbers),
        },
      },
      { tokens: JSON.stringify(tokens) },
    );
  expect((await loadTrace(stacked(1))).stream().layers).toEqual([0, 1]);
  await expect(loadTrace(stacked(2))).rejects.toMatchObject({ code: 'batch' });
});

test('an npy alone has no tokens: they are called by their positions', async () => {
  const { keyTokens } = (await loadTrace(npy)).stream();
  expect(keyTokens.map(({ raw }) => raw)).toEqual([...keyTokens.keys()].map(String));
});

describe('what is no trace is named, with what to do', () => {
  const text = (content: string) => Buffer.from(content, 'latin1');
  test.each([
    ['torch.save', encodeZip([{ name: 'archive/data.pkl', content: text('x') }]), /torch\.save.*save_file/],
    [
      'torch.save of a folder, its data listed last',
      encodeZip([
        { name: 'a/data/0', content: new Uint8Array(200_000) },
        { name: 'a/data.pkl', content: text('x') },
      ]),
      /torch\.save.*save_file/,
    ],
    ['a pickle', text('\x80\x04\x95\x0b\0\0\0\0\0\0\0}'), /a pickle.*save_file/],
    ['torch.save of old', text('\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19.'), /a pickle.*save_file/],
    ['GGUF', text('GGUF\x03\0\0\0\x23\x01\0\0'), /a GGUF model.*run it/],
    ['ONNX', text('\x08\x08\x12\x07pytorch\x1a\x052.1.0'), /an ONNX model/],
    ['HDF5', text('\x89HDF\r\n\x1a\n\0\0\0\0'), /HDF5.*h5py/],
    ['gzip', gzipSync(safetensors), /a gzip file.*Unpack/],
    ['HTML', text('\n <!doctype html><p>404'), /a page of HTML.*address/],
    ['HTML with a mark of UTF-8', text('\xef\xbb\xbf<html lang="en">'), /a page of HTML/],
    ['JSON', text('{"tokens": ["a"], "attention": []}'), /JSON, expected.*createTrace/],
    ['a list in JSON', text('[\n  [0.5, 0.5],\n'), /JSON, expected.*createTrace/],
    ['Parquet', text('PAR1\x15\x04\x15\x10'), /Parquet/],
    ['a pointer of Git LFS', text('version https://git-lfs.github.com/spec/v1'), /Git LFS.*git lfs pull/],
    ['text', text('layer,head,query,key\n0,0,'), /text that begins "layer,head,query"/],
    ['nothing', new Uint8Array(0), /no bytes/],
    ['rubbish', Uint8Array.of(1, 2, 3, 255, 254), /5 bytes that begin 01 02 03 ff fe/],
  ])('%s', async (what, bytes, message) => {
    await expect(loadTrace(bytes)).rejects.toMatchObject({
      code: 'file',
      message: expect.stringMatching(message),
    });
    for (const load of [loadSafetensors, loadNpy, loadNpz]) {
      // Eight bytes and less say nothing to a reader of safetensors.
      const said =
        load === loadSafetensors && bytes.length < 8 ? /bytes, expected a safetensors file/ : message;
      await expect(load(bytes), what).rejects.toMatchObject({
        code: 'file',
        message: expect.stringMatching(said),
      });
    }
  });

  test('one of our own formats given to the wrong reader says which is right', async () => {
    await expect(loadSafetensors(npy)).rejects.toThrow(
      /an npy file, expected a safetensors file\. .*loadNpy/,
    );
    await expect(loadSafetensors(file('trace.npz'))).rejects.toThrow(/a zip archive, .*loadNpz/);
    await expect(loadNpy(safetensors)).rejects.toThrow(
      /a safetensors file, expected an npy file\. .*loadTrace/,
    );
    await expect(loadNpz(safetensors)).rejects.toThrow(/a safetensors file, expected an npz file/);
  });
});

describe('traceFromTensors', () => {
  const whole = { dims: [1, 1, 2, 2], data: Float32Array.from(attention.numbers) };
  const layer = { dims: [1, 2, 2], data: whole.data };

  test('takes an object or a Map, metadata as values or as JSON', async () => {
    for (const tensors of [{ attention: whole }, new Map([['attention', whole]])])
      for (const list of [tokens, JSON.stringify(tokens)])
        expect(await lastRow(traceFromTensors(tensors, { tokens: list, causal: true }))).toEqual([
          0.25, 0.75,
        ]);
  });

  test('the numbers of layers may be padded with zeros', () => {
    const stream = traceFromTensors({ 'attention.010': layer, 'attention.009': layer }, { tokens }).stream();
    expect(stream.layers).toEqual([9, 10]);
  });

  test('what its reader is told stands above what the file says', () => {
    const options = { metadata: { layers: [3], model: 'ours' } };
    const trace = traceFromTensors({ attention: whole }, { tokens, layers: '[4]', model: 'm' }, options);
    expect([trace.model, trace.stream().layers]).toEqual(['ours', [3]]);
  });

  test.each([
    [
      'one layer under two names',
      { 'attention.0': layer, 'attention.00': layer },
      /attention\.0 and attention\.00/,
    ],
    [
      'numbers that fall together',
      { 'attention.9007199254740992': layer, 'attention.9007199254740993': layer },
      /the name attention\.9007199254740992, expected the number of a layer/,
    ],
    ['no tensors', {}, /no tensors/],
    ['nothing', undefined, /tensors: found nothing/],
    ['null', null, /tensors: found null/],
    ['an array', [], /tensors: found an array/],
  ])('%s is refused', (_, tensors, message) => {
    expect(() => traceFromTensors(tensors as never, { tokens })).toThrow(
      expect.objectContaining({ code: 'file-names', message: expect.stringMatching(message) }),
    );
  });

  test('what is no tensor is refused by createTrace', () => {
    for (const wrong of [null, 3, 'x', {}, { dims: [1, 1, 2, 2] }])
      expect(() => traceFromTensors({ attention: wrong as never }, { tokens })).toThrow(
        expect.objectContaining({ name: 'TraceError' }),
      );
  });
});

test('damage within the arrays of an npz gives a trace or a TraceError, never anything else', async () => {
  const array = (descr: string, shape: string, data: Uint8Array) => {
    const header = `{'descr': '${descr}', 'fortran_order': False, 'shape': ${shape}, }\n`;
    return new Uint8Array(
      Buffer.concat([
        Buffer.from(`\x93NUMPY\x01\x00${String.fromCharCode(header.length)}\x00${header}`, 'latin1'),
        data,
      ]),
    );
  };
  const members = {
    'attention.npy': array(
      '<f4',
      '(1, 1, 2, 2)',
      new Uint8Array(Float32Array.from(attention.numbers).buffer),
    ),
    'tokens.npy': array('<U2', '(2,)', new Uint8Array(Uint32Array.of(97, 0, 98, 99).buffer)),
    'layers.npy': array('<i8', '(1,)', new Uint8Array(BigInt64Array.of(3n).buffer)),
    'causal.npy': array('|b1', '()', Uint8Array.of(1)),
  };
  const outcomes = new Set<string>();
  for (let seed = 0; seed < 3000; seed++) {
    const random = randomOf(seed);
    const which = random(4);
    const damaged = Object.entries(members).map(([name, content], i) => ({
      name,
      content: i === which ? mutateBytes(content, random) : content,
    }));
    try {
      await loadTrace(encodeZip(damaged));
      outcomes.add('loaded');
    } catch (error) {
      if (!(error instanceof TraceError)) throw new Error(`seed ${seed}`, { cause: error });
      expect(error.message.length).toBeLessThan(800);
      outcomes.add(error.code);
    }
  }
  expect([...outcomes]).toEqual(expect.arrayContaining(['loaded', 'file', 'dtype']));
});
