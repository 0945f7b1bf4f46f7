import { createTrace, type Trace } from '../lib/index.js';

/** The words of both prompts; the second has three that the first has not. */
const words = {
  a: ['the', 'movie', 'was', 'not', 'bad', 'at', 'all', '.'],
  b: ['the', 'movie', 'was', 'honestly', 'really', 'not', 'bad', 'at', 'all', '!', '.'],
};
const [layers, heads] = [4, 6];

/** What a head of the changed trace gives to `not` beyond what it gave before, and takes from the first token: known by construction. */
export const plantedChange = 0.5;
/** The head that changed. */
export const changedHead = { layer: 2, head: 3 };

/** Attention that is made, not recorded: all heads look around alike but one, which in b looks at `not`. */
function made(tokens: readonly string[], changed: boolean): Trace {
  const at = tokens.indexOf('not');
  const count = tokens.length;
  const attention = Array.from({ length: layers }, (_, layer) =>
    Array.from({ length: heads }, (_, head) =>
      tokens.map(() => {
        const others = 0.4 / (count - 2);
        const row = tokens.map((_, key) => (key === 0 ? 0.5 : key === at ? 0.1 : others));
        if (changed && layer === changedHead.layer && head === changedHead.head) {
          row[0] = 0.5 - plantedChange;
          row[at] = 0.1 + plantedChange;
        }
        return row;
      }),
    ),
  );
  return createTrace({
    tokens: tokens.map((word, i) => (i > 0 && /\w/.test(word) ? ` ${word}` : word)),
    attention,
  });
}

/** A trace before and after one head changed, of the same text. */
export const madePair = (): { before: Trace; after: Trace } => ({
  before: made(words.a, false),
  after: made(words.a, true),
});

/** Two texts, the second with words put in. */
export const madeTexts = (): { a: Trace; b: Trace } => ({ a: made(words.a, false), b: made(words.b, true) });
