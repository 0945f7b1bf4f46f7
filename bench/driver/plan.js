// @ts-check
// What is measured, in which order, and what is left out because it would take too long. Pure.

/**
 * @typedef {{ group: string, tokens: number, heads: number, layers: number, contestants: string[] }} Task
 * @typedef {{ group: string, contestant: string, tokens: number, heads: number, layers: number }} Case
 */

/** Sizes from 256 on each double; what is not our view nor the floor is measured at every other one, as far as it goes. */
const everySize = [256, 512, 1024, 2048, 4096, 8192, 16384];

/** @type {Record<string, number[]>} */
const heatmapSizes = {
  attentrace: everySize,
  'attentrace, its picture alone': [256, 1024, 4096, 16384],
  floor: everySize,
  putImageData: [256, 1024, 4096, 16384],
  plotly: [256, 1024, 4096, 8192],
  echarts: [256, 512, 1024],
  circuitsvis: [256, 512],
  'deck.gl': [256, 1024, 4096, 8192],
};
/** Heads, sizes, and up to which of them SVG is tried. */
const headViewSizes = /** @type {const} */ ([
  [1, [16384], 0],
  [12, [64, 128, 256, 512, 1024, 4096], 512],
  [32, [64, 128, 256, 1024, 4096], 128],
]);

/** Every task of the whole run. @type {Task[]} */
export const tasks = [
  ...everySize.map((tokens) => ({
    ...{ group: 'heatmap', tokens, heads: 1, layers: 2 },
    contestants: Object.keys(heatmapSizes).filter((name) => heatmapSizes[name]?.includes(tokens)),
  })),
  { group: 'heatmap', tokens: 131072, heads: 1, layers: 1, contestants: ['queries and keys'] },
  ...headViewSizes.flatMap(([heads, sizes, svgUpTo]) =>
    sizes.map((tokens) => ({
      ...{ group: 'head-view', tokens, heads, layers: 2 },
      contestants: [
        'attentrace',
        'floor',
        ...(tokens <= svgUpTo ? ['svg'] : []),
        ...(tokens <= Math.min(svgUpTo, 128) ? ['bertviz', 'circuitsvis'] : []),
      ],
    })),
  ),
  ...[32, 64, 128].map((tokens) => ({
    ...{ group: 'model-view', tokens, heads: 12, layers: 12 },
    contestants: tokens <= 64 ? ['attentrace', 'svg', 'bertviz'] : ['attentrace', 'svg'],
  })),
  ...[1024, 16384].map((tokens) => ({
    ...{ group: 'token-view', tokens, heads: 1, layers: 2 },
    contestants: ['attentrace', 'circuitsvis'],
  })),
  ...[64, 256, 1024].map((tokens) => ({
    ...{ group: 'neuron-view', tokens, heads: 1, layers: 1 },
    contestants: tokens <= 256 ? ['attentrace', 'bertviz'] : ['attentrace'],
  })),
];

/** What the targets are worked out of, and no more: under five minutes in a round. @type {Task[]} */
export const quickTasks = tasks.flatMap(({ contestants, ...task }) => {
  const { group, tokens, heads } = task;
  const wanted = {
    heatmap: [1024, 4096, 16384, 131072].includes(tokens),
    'head-view': heads === 32 ? [256, 4096].includes(tokens) : [64, 256, 512, 4096].includes(tokens),
    'model-view': tokens === 128,
  }[group];
  const measured = contestants.filter(
    (name) =>
      ['attentrace', 'floor', 'queries and keys'].includes(name) ||
      (name === 'plotly' && tokens === 4096) ||
      (name === 'svg' && heads === 12 && [64, 128, 256].includes(tokens)),
  );
  return wanted && measured.length > 0 ? [{ ...task, contestants: measured }] : [];
});

/**
 * The tasks that options ask for; names may be parts of them. With none, all.
 * @param {Task[]} all
 * @param {{ only?: string, sizes?: string, contestants?: string }} options lists set apart by commas
 */
export function chooseTasks(all, { only, sizes, contestants }) {
  const listed = (/** @type {string | undefined} */ list, /** @type {string | number} */ name) =>
    list === undefined || list.split(',').includes(String(name));
  return all
    .filter(({ group, tokens }) => listed(only, group) && listed(sizes, tokens))
    .map((task) => ({ ...task, contestants: task.contestants.filter((name) => listed(contestants, name)) }))
    .filter((task) => task.contestants.length > 0);
}

/**
 * The cases of a round. The order of contestants moves on by one from round to round, so that a drift of the machine hits all
 * alike.
 * @param {Task[]} chosen
 * @param {number} round from 0
 * @returns {Case[]}
 */
export function casesOfRound(chosen, round) {
  return chosen.flatMap(({ contestants, ...task }) =>
    contestants.map((_, i) => ({
      ...task,
      contestant: contestants[(i + round) % contestants.length] ?? '',
    })),
  );
}

/**
 * Why a case is not measured in a round, or undefined. What took over 20 s is measured once, what took over 8 s three times;
 * what did not end is not tried again, nor at more tokens.
 * @param {Case} next
 * @param {{ case: Case, seconds: number, timedOut?: string }[]} done
 */
export function reasonToSkip(next, done) {
  const same = done.filter(
    ({ case: { group, contestant, heads } }) =>
      group === next.group && contestant === next.contestant && heads <= next.heads,
  );
  const gaveUp = same.find(({ timedOut, case: { tokens } }) => timedOut && tokens <= next.tokens);
  if (gaveUp) return `not in time at ${gaveUp.case.tokens} tokens`;
  const before = same.filter(({ case: { tokens, heads } }) => tokens === next.tokens && heads === next.heads);
  const seconds = Math.max(0, ...before.map((result) => result.seconds));
  const most = seconds > 20 ? 1 : seconds > 8 ? 3 : Infinity;
  return before.length >= most ? `slow: ${seconds.toFixed(0)} s` : undefined;
}
