import { createTrace, type HeadPlace, type Trace } from '../lib/index.js';

/** Five documents, and an answer each sentence of which rests on one of them. */
const documents = [
  [
    'City history',
    'The city grew around the harbour in the middle of the last century. Ferries carried people and goods across the strait, and by 1920 the piers could not take more of them. A crossing had been proposed as early as 1872.',
  ],
  [
    'Encyclopaedia: the bridge',
    'The bridge was opened to traffic in May 1937 and remained the longest main span in the world until 1964. Its two towers stand 227 metres above the water. The deck hangs from two cables of 27,572 wires each.',
  ],
  [
    'Engineering report 1933–37',
    'Work began in January 1933. The towers were finished in June 1935, and the spinning of the cables took until May 1936. The roadway was paved within four months, so that the whole took four years and five months.',
  ],
  [
    'List of long spans',
    'Main spans of suspension bridges: 1,298 metres in 1964, 1,280 metres in 1937, 1,067 metres in 1931. The list counts the distance between towers, not the length of the deck.',
  ],
  [
    'Traffic statistics',
    'In a typical year 39 to 41 million vehicles cross, most of them in the morning and in the late afternoon. A toll is taken in one direction. Bicycles and pedestrians are not counted.',
  ],
] as const;

const answer = [
  ['The bridge was opened to traffic in May 1937.', 1],
  [' Building it took four years and five months.', 2],
  [' It was the longest span in the world until 1964.', 1],
  [' About 40 million vehicles cross it in a typical year.', 4],
] as const;

const split = (text: string): string[] => text.match(/ ?[\p{L}\p{M}]+| ?[\p{N}]+|[^\p{L}\p{M}\p{N}]/gu) ?? [];

/** What a head that retrieves gives to the document a sentence rests on, whatever else it does. */
export const plantedShare = 0.6;
/** The heads that retrieve. */
export const retrievalHeads: readonly HeadPlace[] = [
  { layer: 2, head: 5 },
  { layer: 3, head: 1 },
  { layer: 3, head: 6 },
  { layer: 4, head: 3 },
];
const [layers, heads] = [6, 8];

/**
 * A prompt of five documents and its answer, made, not recorded: heads that retrieve give 0.6 of their weight to the document that a
 * sentence of the answer rests on, more to words the two have in common; all others give half to the first token and look around.
 */
export function ragTrace(): Trace {
  const tokens = ['<s>', ...split('Answer from these documents.\n')];
  const segments: { name: string; start: number; end: number }[] = [];
  const add = (name: string, text: string): void => {
    const start = tokens.length;
    tokens.push(...split(text));
    segments.push({ name, start, end: tokens.length });
  };
  documents.forEach(([name, text], i) => {
    add(`${i + 1} · ${name}`, text);
    tokens.push('\n');
  });
  tokens.push(...split('When did the bridge open, and how busy is it?\n'));
  /** The document that each token of the answer rests on. */
  const restsOn = new Map<number, number>();
  const start = tokens.length;
  for (const [text, document] of answer)
    for (const token of split(text)) restsOn.set(tokens.push(token) - 1, document);
  segments.push({ name: 'answer', start, end: tokens.length });

  const count = tokens.length;
  const words = (at: number): string => tokens[at]!.trim().toLowerCase();
  const data = new Float32Array(layers * heads * count * count);
  let seed = 1;
  const random = (): number => (seed = (seed * 48271) % 2147483647) / 2147483647;
  for (let layer = 0; layer < layers; layer++)
    for (let head = 0; head < heads; head++) {
      const retrieves = retrievalHeads.some((one) => one.layer === layer && one.head === head);
      const [near, spread] = [0.5 + 4 * random(), 0.05 + 0.3 * random()];
      for (let query = 0; query < count; query++) {
        const row = data.subarray(((layer * heads + head) * count + query) * count).subarray(0, query + 1);
        const document = restsOn.get(query);
        if (retrieves && document !== undefined) {
          const of = segments[document]!;
          give(row, 1 - plantedShare, (key) => (key === 0 ? 3 : key >= start ? 0.2 : 0));
          give(row, plantedShare, (key) => (key < of.start || key >= of.end ? 0 : alike(query, key)));
        } else {
          give(row, 0.5, (key) => (key === 0 ? 1 : 0));
          give(row, 0.5 - 0.5 * spread, (key) => Math.exp((key - query) / near));
          give(row, 0.5 * spread, () => 1);
        }
      }
    }
  return createTrace({
    tokens,
    segments,
    causal: true,
    attention: { dims: [layers, heads, count, count], data },
  });

  /** How much a word of the answer has to do with one of a document. */
  function alike(query: number, key: number): number {
    if (words(key).length < 3) return 0.15;
    const sentence = [...restsOn.keys()].filter((at) => Math.abs(at - query) < 8);
    return sentence.some((at) => words(at) === words(key) && words(at).length > 3) ? 6 : 0.7;
  }
}

/** Gives a sum of weight to the keys of a row, in proportion to what each is worth. */
function give(row: Float32Array, sum: number, worth: (key: number) => number): void {
  const worths = Array.from(row, (_, key) => worth(key));
  const whole = worths.reduce((a, b) => a + b, 0);
  worths.forEach((one, key) => (row[key]! += (sum * one) / whole));
}
