import { createTrace, deriveStream, traceOf, type Trace } from '../../../src/lib/index.js';
import { blockWeights, computedMatrix } from '../../../src/lib/trace/index.js';

/** Of byte-level pieces, two of them one word: positions of words are not those of tokens. */
export const tokens = ['The', 'Ġcat', 'Ġs', 'at', 'Ġdown', '.'];
const [layers, heads, dim] = [2, 2, 4];
const n = tokens.length;

/** Numbers that have nothing to do with each other. */
const number = (...of: number[]): number =>
  Math.sin(of.reduce((sum, i) => sum * 7.3 + i + 1, 1) * 12.9898) * 1.5;

const each = <T>(count: number, make: (i: number) => T): T[] =>
  Array.from({ length: count }, (_, i) => make(i));
const vectors = (kind: number) =>
  each(layers, (l) => each(heads, (h) => each(n, (t) => each(dim, (d) => number(kind, l, h, t, d)))));
const [queries, keys] = [vectors(1), vectors(2)];

/** softmax(q·k ÷ √d), every key in sight. */
export const weights = each(layers, (l) =>
  each(heads, (h) =>
    each(n, (q) => {
      const scores = each(
        n,
        (k) =>
          each(dim, (d) => queries[l]![h]![q]![d]! * keys[l]![h]![k]![d]!).reduce((a, b) => a + b) /
          Math.sqrt(dim),
      );
      const total = scores.reduce((sum, score) => sum + Math.exp(score), 0);
      return scores.map((score) => Math.exp(score) / total);
    }),
  ),
);

export const trace: Trace = createTrace({ tokens, attention: weights, queries, keys });

/** The same without what comes after a query, as keys can be let go of in a decoder alone. */
export const causalTrace: Trace = createTrace({
  tokens,
  attention: weights.map((layer) =>
    layer.map((head) =>
      head.map((row, q) => {
        const seen = row.map((weight, k) => (k <= q ? weight : 0));
        const whole = seen.reduce((a, b) => a + b);
        return seen.map((weight) => weight / whole);
      }),
    ),
  ),
});

/** Of the same tokens, every head another: that of the trace with the next number. */
export const otherTrace: Trace = createTrace({
  tokens,
  attention: weights.map((layer) => [...layer.slice(1), layer[0]!]),
});

const signed = each(layers, (l) =>
  each(heads, (h) =>
    each(n, (q) => each(n, (k) => (q === 4 && k === 2 ? -0.4 : number(3, l, h, q, k) * 0.2))),
  ),
);

/** From −1 to 1, as the difference of two traces: −0.4 from query 4 to key 2 in every head, which nothing there exceeds. */
export const signedTrace: Trace = createTrace({ tokens, quantity: 'differences', attention: signed });

/** The same numbers as scores, beside queries and keys, which do not make them. */
export const scoreTrace: Trace = createTrace({
  ...{ tokens, queries, keys },
  quantity: 'scores',
  attention: signed,
});

/** Derived from the trace, and beside it: half of each weight, called otherwise. */
export const derivedTrace: Trace = traceOf(
  trace,
  deriveStream(trace.stream(), {
    name: 'half',
    quantity: { name: 'half weight', range: [0, 0.5], evidence: 'descriptive' },
    matrix(layer, head) {
      const whole = trace.stream().matrix(layer, head);
      return computedMatrix({
        ...{ rows: n, cols: n },
        read: async (rect) => blockWeights(await whole.block(rect)).map((weight) => weight / 2),
      });
    },
  }),
);
