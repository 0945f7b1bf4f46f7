import { readFileSync } from 'node:fs';
import type { HubEntry } from './hub-server.js';

const fixture = (path: string): Uint8Array =>
  readFileSync(new URL(`../fixtures/models/${path}`, import.meta.url));
const json = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));

/** The words of the induction model, in the form that the hub's models have them: `<s>`, t1 to t63. */
const vocab = Object.fromEntries(Array.from({ length: 64 }, (_, id) => [id === 0 ? '<s>' : `t${id}`, id]));
const TOKENIZER = {
  version: '1.0',
  added_tokens: [
    {
      id: 0,
      content: '<s>',
      special: true,
      single_word: false,
      lstrip: false,
      rstrip: false,
      normalized: false,
    },
  ],
  normalizer: null,
  pre_tokenizer: { type: 'WhitespaceSplit' },
  post_processor: {
    type: 'TemplateProcessing',
    single: [{ SpecialToken: { id: '<s>', type_id: 0 } }, { Sequence: { id: 'A', type_id: 0 } }],
    pair: [],
    special_tokens: { '<s>': { id: '<s>', ids: [0], tokens: ['<s>'] } },
  },
  decoder: null,
  model: { type: 'WordLevel', vocab, unk_token: 't1' },
};

const induction = {
  'onnx/model.onnx': fixture('induction/model.onnx'),
  'config.json': json({ model_type: 'induction' }),
};

const external = {
  'onnx/model.onnx': fixture('induction-external/model.onnx'),
  'onnx/model.onnx_data': fixture('induction-external/model.onnx_data'),
};

/** Models of this project, as a hub would have them. */
export const HUB_MODELS: Record<string, HubEntry> = {
  'tests/induction': {
    licence: 'mit',
    files: { ...induction, 'tokenizer.json': json(TOKENIZER), 'tokenizer_config.json': json({}) },
  },
  'tests/external': { licence: 'mit', files: external },
  'tests/stalled': { licence: 'mit', files: external, stalls: 'onnx/model.onnx_data' },
  'tests/gated': { licence: 'other', gated: true, files: induction },
  'tests/wordless': { licence: 'mit', files: induction },
};
