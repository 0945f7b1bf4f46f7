import vocabulary from '../../../fixtures/models/dates-encdec/vocab.json' with { type: 'json' };
import ragVocabulary from '../../../fixtures/models/rag/vocab.json' with { type: 'json' };
import type { Encoder } from '../../lib/inference/index.js';

/** Words `t0`, `t1`, … after `<s>`, as the induction model was trained on. */
export const words: Encoder = {
  encode(text) {
    const tokens = ['<s>', ...text.split(/\s+/).filter(Boolean)];
    return { tokens, ids: tokens.map((token) => (token === '<s>' ? 0 : Number(token.replace(/^t/, '')))) };
  },
  decode: (ids) => ids.map((id) => `t${id}`).join(' '),
  id_to_token: (id) => (id === 0 ? '<s>' : `t${id}`),
};

/** A token a character between `<s>` and `</s>`, as the dates model was trained on. */
export const characters: Encoder = {
  encode(text) {
    const known = Array.from(text).filter((character) => vocabulary.vocab.includes(character));
    const tokens = ['<s>', ...known, '</s>'];
    return { tokens, ids: tokens.map((token) => vocabulary.vocab.indexOf(token)) };
  },
  decode: (ids) =>
    ids
      .map((id) => vocabulary.vocab[id])
      .filter((token) => !/^<.+>$/.test(token ?? ''))
      .join(''),
  id_to_token: (id) => vocabulary.vocab[id],
};

/** Words and numbers with the space before them, and marks, as the model of `models/rag` was trained on. */
export const documents: Encoder = {
  encode(text) {
    const tokens = ['<s>', ...(text.match(/ ?\w+|\n|[^\w\s]/g) ?? [])];
    return { tokens, ids: tokens.map((token) => ragVocabulary.indexOf(token)) };
  },
  decode: (ids) => ids.map((id) => ragVocabulary[id]).join(''),
  id_to_token: (id) => ragVocabulary[id],
};
