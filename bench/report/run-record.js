// @ts-check
// What a run leaves behind, and how a number is found in it. Pure.
import { median, spread } from './statistics.js';

/**
 * @typedef {import('../driver/measure-case.js').Result} Result
 * @typedef {object} RunRecord
 * @property {string} date
 * @property {number} minutes
 * @property {Record<string, unknown>} options
 * @property {{ cpu: string, cores: number, memoryBytes: number, platform: string, node: string, chromium: string,
 *   renderer: string, versions: Record<string, string> }} machine
 * @property {{ name: string, first: number, later: number }[]} bundles kB, minified and gzipped
 * @property {Result[]} results
 *
 * @typedef {'drawn' | 'exact' | 'shown' | 'frame' | 'task' | 'cpu' | 'layer' | 'hover' | 'longTask' | 'memory'} Metric
 */

/** How each metric is read from a result: milliseconds or bytes. @type {Record<Metric, (result: Result) => number | null | undefined>} */
const readers = {
  drawn: ({ first }) => first?.drawn,
  exact: ({ first }) => first?.exact,
  shown: ({ first }) => first?.shown,
  frame: ({ frame }) => frame && median(frame.intervals),
  task: ({ frame }) => frame?.taskMs,
  cpu: ({ frame }) => frame?.cpuMs,
  layer: ({ layer }) => layer,
  hover: ({ hover }) => (hover && hover.length > 0 ? median(hover) : null),
  longTask: ({ first, frame }) => first && Math.max(first.longTask, frame?.longTask ?? 0),
  memory: ({ memory }) => memory && grown(memory.before.renderer, memory.after.renderer),
};

/** @param {number | null} before @param {number | null} after */
function grown(before, after) {
  return before === null || after === null ? null : after - before;
}

/**
 * The spread of a metric over the repetitions of a case; undefined where it was not measured.
 * @param {readonly Result[]} results
 * @param {string} group
 * @param {string} contestant
 * @param {number} tokens
 * @param {Metric} metric
 * @param {number} [heads] all by default
 */
export function find(results, group, contestant, tokens, metric, heads) {
  return spread(casesOf(results, group, contestant, tokens, heads).map((result) => readers[metric](result)));
}

/**
 * @param {readonly Result[]} results
 * @param {string} group
 * @param {string} contestant
 * @param {number} tokens
 * @param {number} [heads]
 */
export function casesOf(results, group, contestant, tokens, heads) {
  return results.filter(
    ({ case: of }) =>
      of.group === group &&
      of.contestant === contestant &&
      of.tokens === tokens &&
      (heads === undefined || of.heads === heads),
  );
}
