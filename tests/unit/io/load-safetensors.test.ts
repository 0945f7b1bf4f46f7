import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadSafetensors } from '../../../src/lib/io/index.js';
import { blockWeights, TraceError, type Block, type Stream } from '../../../src/lib/trace/index.js';
import { encodeFile, encodeTensors } from './encode-file.js';

const weights = (stream: Stream, layer: number, head: number) => {
  const { rows, cols } = stream.matrix(layer, head);
  return [...blockWeights(stream.matrix(layer, head).block({ row: 0, col: 0, rows, cols }) as Block)];
};

const matrix = (first: number) => [1, 0, first, 1 - first];
const tokens = JSON.stringify(['a', 'b']);
const layer = (first: number) => ({ dims: [1, 2, 2], numbers: matrix(first) });
const vectors = { dims: [1, 1, 2, 3], numbers: [1, 2, 3, 4, 5, 6] };

describe('layout', () => {
  test('one tensor with all that goes with it', async () => {
    const file = encodeTensors(
      {
        attention: { dims: [1, 1, 2, 2], numbers: matrix(0.25) },
        queries: vectors,
        keys: vectors,
        values: vectors,
        logits: { dims: [2], numbers: [1, 2] },
      },
      {
        tokens,
        model: 'm',
        text: 'ab',
        segments: '[{"name":"A","start":0,"end":1}]',
        layers: '[4]',
        heads: '[7]',
        causal: 'false',
      },
    );
    const trace = await loadSafetensors(file);
    const stream = trace.stream('self');
    expect(trace).toMatchObject({ model: 'm', text: 'ab' });
    expect(stream).toMatchObject({ layers: [4], heads: [7], causal: false });
    expect(stream.queryTokens.map((t) => t.raw)).toEqual(['a', 'b']);
    expect(stream.querySegments).toEqual([{ name: 'A', start: 0, end: 1 }]);
    expect(weights(stream, 4, 7)).toEqual([1, 0, 0.25, 0.75]);
    for (const kind of ['queries', 'keys', 'values'] as const)
      expect([...stream[kind]!.vector(0, 0, 1)]).toEqual([4, 5, 6]);
  });

  test('one tensor a layer, in the order of their numbers', async () => {
    const file = encodeTensors({ 'attention.10': layer(0.75), 'attention.9': layer(0.5) }, { tokens });
    const stream = (await loadSafetensors(file)).stream();
    expect(stream.layers).toEqual([9, 10]);
    expect(weights(stream, 9, 0)).toEqual([1, 0, 0.5, 0.5]);
    expect(weights(stream, 10, 0)).toEqual([1, 0, 0.75, 0.25]);
  });

  test('encoder, decoder and cross attention', async () => {
    const file = encodeTensors(
      {
        'encoder.attention': { dims: [1, 1, 2, 2], numbers: matrix(0.5) },
        'decoder.attention': { dims: [1, 1, 1, 1], numbers: [1] },
        'cross.attention': { dims: [1, 1, 1, 2], numbers: [0.25, 0.75] },
        'cross.keys': vectors,
      },
      { 'encoder.tokens': tokens, 'decoder.tokens': '["c"]' },
    );
    const trace = await loadSafetensors(file);
    expect(trace.streams.map((s) => s.name)).toEqual(['encoder', 'decoder', 'cross']);
    const cross = trace.stream('cross');
    expect(cross.queryTokens.map((t) => t.raw)).toEqual(['c']);
    expect(cross.keyTokens.map((t) => t.raw)).toEqual(['a', 'b']);
    expect(weights(cross, 0, 0)).toEqual([0.25, 0.75]);
    expect(cross.keys!.tokens).toBe(2);
    expect(trace.stream('encoder').keys).toBeUndefined();
  });
});

describe("names and tokens of the file's own", () => {
  test('a tensor by another name', async () => {
    const file = encodeTensors({ a: { dims: [1, 1, 2, 2], numbers: matrix(0.5) }, q: vectors });
    const stream = (
      await loadSafetensors(file, { names: { attention: 'a', queries: 'q' }, tokens: ['x', 'y'] })
    ).stream();
    expect(stream.queries!.dim).toBe(3);
    expect(stream.queryTokens[1]!.raw).toBe('y');
  });

  test('a layer number at the end or within', async () => {
    const file = encodeTensors(
      { 'h.3.attn': layer(0.5), 'h.3.attn_mask': layer(0), 'w.3': layer(0.75) },
      { tokens },
    );
    for (const [name, first] of [
      ['h.{layer}.attn', 0.5],
      ['w', 0.75],
    ] as const) {
      const stream = (await loadSafetensors(file, { names: { attention: name } })).stream();
      expect(stream.layers).toEqual([3]);
      expect(weights(stream, 3, 0)).toEqual(matrix(first));
    }
  });

  test('streams of an encoder-decoder model', async () => {
    const file = encodeTensors({ c: { dims: [1, 1, 1, 2], numbers: [0.5, 0.5] } });
    const trace = await loadSafetensors(file, {
      names: { 'cross.attention': 'c' },
      tokens: { encoder: ['a', 'b'], decoder: ['c'] },
    });
    expect(trace.stream('cross').keyTokens).toHaveLength(2);
  });

  test('null leaves a tensor out', async () => {
    const file = encodeTensors(
      { attention: { dims: [1, 1, 2, 2], numbers: matrix(0.5) }, keys: layer(0) },
      { tokens },
    );
    await expect(loadSafetensors(file)).rejects.toMatchObject({ code: 'dims' });
    const trace = await loadSafetensors(file, { names: { keys: null } });
    expect(trace.stream().keys).toBeUndefined();
  });
});

describe('what cannot be a trace is refused', () => {
  const good = { attention: { dims: [1, 1, 2, 2], numbers: matrix(0.5) } };
  const cases: [what: string, code: string, message: RegExp, file: Uint8Array, options?: object][] = [
    [
      'no attention',
      'file-names',
      /found x, y, expected attention.*names/s,
      encodeTensors({ x: layer(0), y: layer(0) }),
    ],
    ['no tensors', 'file-names', /no tensors/, encodeTensors({})],
    [
      'the weights of a model',
      'file-names',
      /found 290 tensors: w0, w1, .*w11…, expected/,
      encodeTensors(
        Object.fromEntries(Array.from({ length: 290 }, (_, i) => [`w${i}`, { dims: [], numbers: [0] }])),
      ),
    ],
    [
      'a name that is not there',
      'file-names',
      /found attention.*Correct names\['keys'\]/s,
      encodeTensors(good, { tokens }),
      { names: { keys: 'k' } },
    ],
    [
      'both kinds of model',
      'file-names',
      /both/,
      encodeTensors({ ...good, 'cross.attention': layer(0) }, { tokens }),
    ],
    [
      'queries of other layers',
      'file-names',
      /queries of layers 1.*attention: 0/,
      encodeTensors({ 'attention.0': layer(0), 'queries.1': layer(0) }, { tokens }),
    ],
    [
      'no decoder tokens',
      'missing-tokens',
      /decoder\.tokens/,
      encodeTensors({ 'decoder.attention': good.attention }),
    ],
    ['too few tokens', 'token-count', /1 token/, encodeTensors(good, { tokens: '["a"]' })],
    [
      'tokens that are no JSON',
      'file',
      /__metadata__\.tokens: found a b, expected a JSON array of strings/,
      encodeTensors(good, { tokens: 'a b' }),
    ],
    ['tokens that are ids', 'file', /__metadata__\.tokens/, encodeTensors(good, { tokens: '[1, 2]' })],
    [
      'segments without names',
      'file',
      /__metadata__\.segments/,
      encodeTensors(good, { tokens, segments: '[null]' }),
    ],
    [
      'a segment past the end',
      'segment',
      /segments/,
      encodeTensors(good, { tokens, segments: '[{"name":"A","start":0,"end":3}]' }),
    ],
    [
      'layers that are text',
      'file',
      /__metadata__\.layers/,
      encodeTensors(good, { tokens, layers: '["0"]' }),
    ],
    [
      'a causal that is a word',
      'file',
      /__metadata__\.causal/,
      encodeTensors(good, { tokens, causal: '"yes"' }),
    ],
    [
      'whole numbers for weights',
      'dtype',
      /tensor attention: found dtype I32/,
      encodeFile(
        { __metadata__: { tokens }, attention: { dtype: 'I32', shape: [1, 1, 2, 2], data_offsets: [0, 16] } },
        16,
      ),
    ],
    ['three axes', 'dims', /dims \[1, 2, 2\]/, encodeTensors({ attention: layer(0) }, { tokens })],
    [
      'weights over 1',
      'weight-over-1',
      /attention\[0\]\[0\]/,
      encodeTensors({ attention: { dims: [1, 1, 2, 2], numbers: [1, 0, 3, 0] } }, { tokens }),
    ],
  ];
  for (const [what, code, message, file, options] of cases)
    test(what, async () => {
      const error: unknown = await loadSafetensors(file, options).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(TraceError);
      expect(error).toMatchObject({ code, message: expect.stringMatching(message) });
    });
});

describe('sources', () => {
  const file = encodeTensors({ attention: { dims: [1, 1, 2, 2], numbers: matrix(0.5) } }, { tokens });
  const folder = mkdtempSync(join(tmpdir(), 'attentrace-'));
  const path = join(folder, 'trace.safetensors');
  let server: Server;
  let base: string;

  beforeAll(async () => {
    writeFileSync(path, file);
    server = createServer((request, response) => {
      if (request.url === '/trace') response.end(file);
      else if (request.url === '/slow') response.write(file.subarray(0, 9));
      else if (request.url === '/page') response.end('<!doctype html><title>Not found</title>');
      else response.writeHead(404).end();
    });
    await new Promise<void>((ready) => server.listen(0, ready));
    base = `http://localhost:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
    rmSync(folder, { recursive: true });
  });

  test('a path, a file: URL, an http: URL, a Blob, a buffer, a view', async () => {
    const buffer = file.slice().buffer;
    for (const source of [
      path,
      pathToFileURL(path),
      String(pathToFileURL(path)),
      `${base}/trace`,
      new URL('/trace', base),
      `data:;base64,${Buffer.from(file).toString('base64')}`,
      new Blob([new Uint8Array(buffer)]),
      buffer,
      Buffer.from(file),
      new DataView(buffer),
    ])
      expect(weights((await loadSafetensors(source)).stream(), 0, 0)).toEqual([1, 0, 0.5, 0.5]);
  });

  test('one that cannot be read says which', async () => {
    for (const [source, found] of [
      [`${base}/none`, 'HTTP 404'],
      [`${base}/page`, 'a page of HTML'],
      [join(folder, 'none'), 'ENOENT'],
      ['http://localhost:1/', 'fetch failed'],
      ['http://', 'Invalid URL'],
    ] as const)
      await expect(loadSafetensors(source)).rejects.toMatchObject({
        name: 'TraceError',
        code: 'file',
        place: source,
        found: expect.stringContaining(found),
      });
    for (const source of [null, undefined, 3, {}])
      await expect(loadSafetensors(source as never)).rejects.toMatchObject({ code: 'file', place: 'source' });
  });

  test('an aborted signal ends the reading with its reason', async () => {
    const reason = new Error('enough');
    const controller = new AbortController();
    const reading = loadSafetensors(`${base}/slow`, { signal: controller.signal });
    setTimeout(() => controller.abort(reason), 20);
    await expect(reading).rejects.toBe(reason);
    for (const source of [file, path, new Blob([new Uint8Array(file)])])
      await expect(loadSafetensors(source, { signal: controller.signal })).rejects.toBe(reason);
  });
});
