import { createTrace, type Trace } from '../lib/index.js';

/** What each token did for or against the next: may be negative. */
export function signedTrace(): Trace {
  const tokens = ['The', ' film', ' was', ' not', ' bad', ' at', ' all', '.'];
  const strength = [0.1, 0.9, 0.2, -1.4, -1.1, 0.1, 0.4, 0];
  const rows = tokens.map((_, query) =>
    tokens.map((_, key) =>
      key > query ? 0 : strength[key]! * (key === query ? 0.4 : 1 / (1 + (query - key) / 3)),
    ),
  );
  return createTrace({ tokens, attention: [[rows]], quantity: 'attributions', causal: true });
}

/** A few sentences of an answer, and which of many tokens of a document each rests on. */
export function answerTrace(): Trace {
  const [queries, keys] = [4, 2400];
  const data = new Float32Array(queries * keys);
  for (let query = 0; query < queries; query++) {
    const row = data.subarray(query * keys, (query + 1) * keys);
    for (const [middle, width, share] of [
      [300 + 520 * query, 14, 0.55],
      [1900 - 310 * query, 40, 0.3],
    ] as const)
      for (let key = 0; key < keys; key++)
        row[key]! += (share * Math.exp(-(((key - middle) / width) ** 2))) / (width * Math.sqrt(Math.PI));
    row[0]! += 0.1;
  }
  return createTrace({
    cross: { attention: { dims: [1, 1, queries, keys], data } },
    decoder: { tokens: Array.from({ length: queries }, (_, i) => `answer sentence ${i + 1}`) },
    encoder: { tokens: Array.from({ length: keys }, (_, i) => `w${i}`) },
  });
}
