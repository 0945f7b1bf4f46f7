import * as ort from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { causes } from '../../../src/lib/analysis/index.js';
import type { Ablation } from '../../../src/lib/inference/index.js';
import { blockWeights, traceOf, type StreamKind } from '../../../src/lib/trace/index.js';
import { readCase } from './run-case.js';
import { fixture, model, numbers, useTracers, words } from './run-tracer.js';

const tracerOf = useTracers();

describe('taking something away', () => {
  const cycle = ['t42', 't20', 't40', 't63', 't11', 't56', 't45', 't53'];
  const text = [...cycle, ...cycle.slice(0, 4)].join(' ');

  it('finds the token that induction copies', async () => {
    const tracer = tracerOf({ ort, model: model('induction/model.onnx'), tokenizer: words });
    const result = await tracer.ablate(text, { token: 'each' });
    expect(result).toMatchObject({ position: 12, measure: 'total-variation', method: 'hidden-keys' });
    // The text ends with t63 for the second time; what follows is read off t11, the token after the first t63.
    const largest = result.changes.reduce((a, b) => (b.change > a.change ? b : a));
    expect(largest.token).toBe(5);
    expect(largest.change).toBeGreaterThan(0.9);
    expect(result.attention).toHaveLength(13);
    expect(result.correlation).toBeGreaterThan(0.3);
    expect(result.correlation).toBeLessThanOrEqual(1);
  });

  it('finds the head that induction needs', async () => {
    const tracer = tracerOf({ ort, model: model('induction/model.onnx'), tokenizer: words });
    const change = async (layer: number, head: number) =>
      (await tracer.ablate(text, { head: { layer, head } })).changes[0]!.change;
    // Layer 0 head 1 looks at the token before; without it no head of layer 1 knows where to look.
    const previous = await change(0, 1);
    expect(previous).toBeGreaterThan(0.5);
    for (const head of [0, 2, 3]) expect(await change(0, head)).toBeLessThan(previous);
  });

  it('hides a token by the mask where the model has one', async () => {
    const tracer = tracerOf({ ort, model: model('exports/bert-int8/model.onnx'), tokenizer: numbers });
    const result = await tracer.ablate('5 17 42 63 8', { token: 2 });
    expect(result).toMatchObject({ position: 0, measure: 'cosine-distance', method: 'attention-mask' });
    expect(result.changes[0]!.change).toBeGreaterThan(1e-3);
  });

  it('notices a model that only counts the tokens of a mask', async () => {
    const tracer = tracerOf({
      ort,
      model: model('exports/bert-optimised-mha/model.onnx'),
      tokenizer: numbers,
    });
    await expect(tracer.ablate('5 17 42 63 8', { token: 2 })).rejects.toThrow(
      'takes a mask for the number of tokens',
    );
  });

  it('silences a head inside a fused operator', async () => {
    const tracer = tracerOf({
      ort,
      model: model('exports/bert-optimised-mha/model.onnx'),
      tokenizer: numbers,
    });
    const result = await tracer.ablate('5 17 42 63 8', { head: { layer: 1, head: 3 } });
    expect(result.changes[0]!.change).toBeGreaterThan(1e-3);
  });

  it('sets the value of a token to 0 in one layer: what no query sees changes nothing, what is copied changes most', async () => {
    const tracer = tracerOf({ ort, model: model('induction/model.onnx'), tokenizer: words });
    const result = await tracer.ablate(text, { value: 'each', layer: 1 }, { position: 8 });
    expect(result).toMatchObject({ position: 8, method: 'zeroed-value' });
    for (const { change } of result.changes.slice(9)) expect(change).toBe(0);
    const whole = await tracer.ablate(text, { value: 'each', layer: 1 });
    const largest = whole.changes.reduce((a, b) => (b.change > a.change ? b : a));
    expect(largest.token).toBe(5);
    expect(whole.attention).toHaveLength(13);
    expect(whole.rankCorrelation).toBeGreaterThan(0);
    const fused = tracerOf({
      ort,
      model: model('exports/bert-optimised-mha/model.onnx'),
      tokenizer: numbers,
    });
    await expect(fused.ablate('5 17 42', { value: 1, layer: 0 })).rejects.toThrow('is one operator');
  });

  it('the first token sees itself alone: its own value matters to it, that of a later one does not', async () => {
    const tracer = tracerOf({ ort, model: model('induction/model.onnx'), tokenizer: words });
    const [own, other] = (await tracer.ablate('t1 t2', { value: 'each', layer: 0 }, { position: 0 })).changes;
    expect(own!.change).toBeGreaterThan(0);
    expect(other!.change).toBe(0);
  });

  it('takes each head in turn, tells how far it is, and stops with what it has', async () => {
    const tracer = tracerOf({ ort, model: model('induction/model.onnx'), tokenizer: words });
    const told: [number, number][] = [];
    const all = await tracer.ablate(text, { head: 'each' }, { onProgress: (...at) => void told.push(at) });
    expect(told.at(-1)).toEqual([8, 8]);
    expect(all.changes[1]).toEqual(
      (await tracer.ablate(text, { head: { stream: 'self', layer: 0, head: 1 } })).changes[0],
    );
    const stop = new AbortController();
    const some = await tracer.ablate(
      text,
      { token: 'each' },
      { stop: stop.signal, onProgress: (done) => done === 3 && stop.abort() },
    );
    expect(some.changes.map(({ token }) => token)).toEqual([0, 1, 2]);
    const signal = new AbortController();
    const ended = tracer.ablate(
      text,
      { token: 'each' },
      { signal: signal.signal, onProgress: () => signal.abort(new Error('enough')) },
    );
    await expect(ended).rejects.toThrow('enough');
    const recorded = (await tracer.trace(text)).stream();
    expect(() => causes(recorded, some)).toThrow('none of token 3');
  });

  it('is a causal stream beside the attention, with the rank correlation of the two', async () => {
    const tracer = tracerOf({ ort, model: model('induction/model.onnx'), tokenizer: words });
    const trace = await tracer.trace(text);
    const result = await tracer.ablate(text, { token: 'each' });
    const stream = traceOf(trace, causes(trace.stream(), result)).stream('occlusion');
    expect(stream.quantity).toMatchObject({ evidence: 'causal', range: [0, 1] });
    expect(stream.queryTokens.map(({ position }) => position)).toEqual([12]);
    const block = await stream.matrix(1, 0).block({ row: 0, col: 0, rows: 1, cols: 13 });
    blockWeights(block).forEach((value, key) => expect(value).toBeCloseTo(result.changes[key]!.change, 6));
    // ρ = 1 − 6 Σd² ÷ n(n² − 1), where no two are alike.
    const changes = result.changes.map(({ change }) => change);
    const rank = (of: readonly number[]) => of.map((x) => of.filter((y) => y < x).length);
    const [a, b] = [rank(result.attention!), rank(changes)];
    expect(new Set(a).size + new Set(b).size).toBe(26);
    const squares = a.reduce((sum, x, i) => sum + (x - b[i]!) ** 2, 0);
    expect(result.rankCorrelation).toBeCloseTo(1 - (6 * squares) / (13 * 168), 9);
  });

  it('takes groups of tokens away at once: one of a token is that token', async () => {
    const tracer = tracerOf({ ort, model: model('induction/model.onnx'), tokenizer: words });
    const groups = [5, 6].map((token) => ({ name: `t${token}`, positions: [token] }));
    const apart = await tracer.ablate(text, { token: 'each' });
    const both = await tracer.ablate(text, {
      group: [...groups, { name: 'the rest', positions: [0, 1, 2, 3, 4] }],
    });
    expect(both).toMatchObject({ position: 12, method: 'hidden-keys' });
    expect(both.changes.slice(0, 2)).toEqual([
      { group: 't5', change: apart.changes[5]!.change },
      { group: 't6', change: apart.changes[6]!.change },
    ]);
    expect(both.attention![2]).toBeCloseTo(
      apart.attention!.slice(0, 5).reduce((a, b) => a + b),
      9,
    );
    // Three groups: the ranks of one number beside those of the other.
    expect(both.rankCorrelation).toBeGreaterThanOrEqual(-1);
    const one = await tracer.ablate(text, { group: { name: 'both', positions: [5, 6] } });
    expect(one.changes).toMatchObject([{ group: 'both' }]);
    expect(one.correlation).toBeUndefined();
  });

  it('hides a group by the mask: what it holds makes no difference then', async () => {
    const tracer = tracerOf({ ort, model: model('exports/bert-int8/model.onnx'), tokenizer: numbers });
    const group = { name: 'middle', positions: [2, 3] };
    const { method, changes } = await tracer.ablate('5 17 42 63 8', { group });
    expect(method).toBe('attention-mask');
    const single = await Promise.all([2, 3].map((token) => tracer.ablate('5 17 42 63 8', { token })));
    for (const { changes: alone } of single) expect(changes[0]!.change).not.toBe(alone[0]!.change);
  });

  it('refuses groups that are none', async () => {
    const tracer = tracerOf({ ort, model: model('induction/model.onnx'), tokenizer: words });
    for (const group of [
      { name: 'none', positions: [] },
      { name: 'far', positions: [99] },
      { positions: [1] },
      null,
    ])
      await expect(tracer.ablate(text, { group } as never)).rejects.toMatchObject({ code: 'cannot-ablate' });
  });

  it('refuses tokens and heads that are not there', async () => {
    const tracer = tracerOf({ ort, model: model('induction/model.onnx'), tokenizer: words });
    await expect(tracer.ablate(text, { token: 99 })).rejects.toMatchObject({ code: 'cannot-ablate' });
    await expect(tracer.ablate(text, { token: 0, stream: 'decoder' })).rejects.toThrow('Leave stream out.');
    await expect(tracer.ablate(text, { head: { layer: 0, head: 4 } })).rejects.toMatchObject({
      code: 'cannot-ablate',
    });
  });
});

describe('the value of each token set to 0, in models of several layers and heads', () => {
  it.each(['bert', 'gpt2', 'granite'])('changes what torch says it does: %s', async (name) => {
    const { feeds, expected } = readCase(fixture(`models/sublayers/${name}/case.safetensors`));
    const tracer = tracerOf({ ort, model: model(`sublayers/${name}/model.onnx`), tokenizer: numbers });
    const text = Array.from(feeds.input_ids!.data as BigInt64Array, Number).join(' ');
    for (const layer of [0, 1]) {
      const { changes, position } = await tracer.ablate(text, { value: 'each', layer });
      expect(position).toBe(name === 'bert' ? 0 : 8);
      const wanted = expected[`changes.${layer}`]!.data;
      expect(Math.max(...Array.from(wanted))).toBeGreaterThan(1e-4);
      expect(changes.map(({ token }) => token)).toEqual([...Array(9).keys()]);
      for (const { token, change } of changes) expect(Math.abs(change - wanted[token!]!)).toBeLessThan(1e-6);
    }
  });

  it('of an encoder-decoder: what graphs change that were edited with the tools of onnx', async () => {
    const file = (part: string): Uint8Array => model(`seq2seq/bart/${part}_model.onnx`);
    const { source, answer, position, changes } = JSON.parse(
      new TextDecoder().decode(model('seq2seq/bart/zeroed.json')),
    ) as { source: number[]; answer: number[]; position: number; changes: Record<string, number[][]> };
    const tracer = tracerOf({
      ort,
      model: { encoder: file('encoder'), decoder: file('decoder') },
      tokenizer: numbers,
      config: { decoder_start_token_id: answer[0] },
    });
    const options = { target: answer.slice(1).join(' '), position };
    for (const [stream, layers] of Object.entries(changes))
      for (const [layer, wanted] of layers.entries()) {
        const what = { value: 'each', layer, stream: stream as StreamKind } as const;
        const found = await tracer.ablate(source.join(' '), what, options);
        expect(found.changes).toHaveLength(wanted.length);
        for (const { token, change } of found.changes)
          expect(Math.abs(change - wanted[token!]!), `${stream} ${layer}, ${token}`).toBeLessThan(1e-5);
      }
  });

  it('is refused where the layer, its stream, the token or the values are not there', async () => {
    const tracer = tracerOf({ ort, model: model('sublayers/gpt2/model.onnx'), tokenizer: numbers });
    const refusal = (what: Ablation) => tracer.ablate('5 17 42', what).then(String, String);
    expect(await refusal({ value: 0, layer: 2 })).toMatch(
      /found self layer 2, head 0, expected self layer 0 with 4 heads, self layer 1 with 4 heads/,
    );
    expect(await refusal({ value: 0, layer: 0, stream: 'cross' })).toMatch(/found cross layer 0/);
    expect(await refusal({ value: 3, layer: 0 })).toMatch(/found token 3, expected 0 to 2/);
    expect(await refusal({ value: 0.5, layer: 0 })).toMatch(/found token 0.5/);
    for (const fused of ['bert-optimised', 'bert-optimised-mha', 'llama-gqa-int4']) {
      const other = tracerOf({ ort, model: model(`exports/${fused}/model.onnx`), tokenizer: numbers });
      await expect(other.ablate('5 17 42', { value: 'each', layer: 0 })).rejects.toMatchObject({
        code: 'cannot-ablate',
        found: 'self layer 0, whose attention is one operator',
      });
    }
  });
});
