// What Python writes, the JavaScript package reads.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../scripts/run.js';
import { expect, test } from 'vitest';
import { fromConfig, loadSafetensors, queryKeyAttention } from '../../src/lib/io/index.js';
import { blockWeights, createTrace, type Stream, type Vectors } from '../../src/lib/trace/index.js';
import { python, runPython, temporaryFolder } from './python.js';

const script = `
import json, numpy as np, attentrace as at
random = np.random.default_rng(7)

def softmax(*shape):
    weights = np.exp(random.normal(size=shape)).astype("f4")
    return weights / weights.sum(-1, keepdims=True)

own, queries, keys = softmax(2, 4, 5, 5), random.normal(size=(2, 4, 5, 8)).astype("f4"), random.normal(size=(2, 2, 5, 8)).astype("f2")
tokens = ["<b>", "Ġthe", "猫", "é", "\\n"]
segments = [{"name": "A", "start": 0, "end": 2}]
self = at.Trace(own, tokens, queries=queries, keys=keys, layers=[2, 9], segments=segments, model="m", text="t")
at.save(self, "self.safetensors")
at.save(self, "bytes.safetensors", dtype="uint8")
crossed = softmax(1, 2, 3, 5)
at.save(at.Trace(encoder={"tokens": tokens}, decoder={"tokens": list("xyz")}, cross={"attention": crossed}), "cross.safetensors")
scores = random.normal(size=(1, 1, 5, 5)).astype("f4")
at.save(at.Trace(scores, tokens, quantity="scores"), "scores.safetensors")
print(json.dumps({name: array.astype(float).ravel().tolist() for name, array in
    {"own": own, "queries": queries, "keys": keys, "crossed": crossed, "scores": scores}.items()}))
`;

const weightsOf = async (stream: Stream): Promise<number[]> => {
  const all: number[] = [];
  for (const layer of stream.layers)
    for (const head of stream.headsOf(layer)) {
      const matrix = stream.matrix(layer, head);
      const { rows, cols } = matrix;
      all.push(...blockWeights(await matrix.block({ row: 0, col: 0, rows, cols })));
    }
  return all;
};

test.skipIf(!python)('files of Python are read with every number', async () => {
  const folder = temporaryFolder();
  const expected = JSON.parse(await runPython(folder, script)) as Record<string, number[]>;
  const load = (name: string) => loadSafetensors(readFileSync(join(folder, `${name}.safetensors`)));

  const self = await load('self');
  const stream = self.stream();
  expect(await weightsOf(stream)).toEqual(expected.own);
  expect([self.model, self.text, stream.layers]).toEqual(['m', 't', [2, 9]]);
  expect(stream.keyTokens.map(({ raw }) => raw)).toEqual(['<b>', 'Ġthe', '猫', 'é', '\n']);
  expect(stream.keySegments).toEqual([{ name: 'A', start: 0, end: 2 }]);
  expect([...stream.queries!.vector(1, 3, 0, 5)]).toEqual(expected.queries!.slice(-40));
  expect([...stream.keys!.vector(1, 1, 0, 5)]).toEqual(expected.keys!.slice(-40));

  const bytes = await weightsOf((await load('bytes')).stream());
  expect(Math.max(...bytes.map((weight, i) => Math.abs(weight - expected.own![i]!)))).toBeLessThanOrEqual(
    0.5 / 255 + 1e-6,
  );
  const { streams } = await load('cross');
  expect(streams.map(({ name }) => name)).toEqual(['cross']);
  expect(await weightsOf(streams[0]!)).toEqual(expected.crossed);

  const scores = (await load('scores')).stream();
  expect(scores.quantity.name).toBe('score');
  expect(await weightsOf(scores)).toEqual(expected.scores);
});

function tensorOf(vectors: Vectors) {
  const { layers, heads, tokens, dim } = vectors;
  const data = new Float32Array(layers * heads * tokens * dim);
  for (let i = 0; i < layers * heads; i++)
    data.set(vectors.vector(Math.floor(i / heads), i % heads, 0, tokens), i * tokens * dim);
  return { data, dims: [layers, heads, tokens, dim] };
}

const captured = `
import sys; sys.path.insert(0, ${JSON.stringify(join(root, 'python'))})
import json, attentrace as at
try:
    import torch, transformers
except ImportError:
    print("{}")
    sys.exit()
from tests import tiny
configs = {}
for make in (tiny.gpt2, tiny.llama, tiny.gemma2, tiny.mistral, tiny.bert):
    model, name = make(), make.__name__
    at.save(at.capture(model, tiny.tokenizer(), "the cat sat on the mat and the dog ran far away", progress=False), f"{name}.safetensors")
    configs[name] = model.config.to_dict()
print(json.dumps(configs, default=str))
`;

test.skipIf(!python)('queries and keys of capture give its weights', async ({ skip }) => {
  const folder = temporaryFolder();
  const configs = JSON.parse(await runPython(folder, captured)) as Record<string, Record<string, unknown>>;
  if (Object.keys(configs).length === 0) skip('torch is not installed: npm run python:torch');
  for (const [name, config] of Object.entries(configs)) {
    const stream = (await loadSafetensors(readFileSync(join(folder, `${name}.safetensors`)))).stream();
    const [queries, keys] = [tensorOf(stream.queries!), tensorOf(stream.keys!)];
    const attention = queryKeyAttention({ queries, keys, ...fromConfig(config) });
    const expected = await weightsOf(stream);
    const found = await weightsOf(createTrace({ attention }).stream());
    expect(found.length).toBe(expected.length);
    const most = Math.max(...found.map((weight, i) => Math.abs(weight - expected[i]!)));
    expect(most, name).toBeLessThan(1e-5);
  }
});
