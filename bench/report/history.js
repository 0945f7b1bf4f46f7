// @ts-check
// The last whole runs and what became of each target in them. Pure.
import { table } from './markdown.js';

/** @typedef {import('./targets.js').Target} Target */
/** @typedef {{ date: string, renderer: string, cpu: string, targets: Pick<Target, 'name' | 'measured' | 'met'>[] }} PastRun */

const kept = 5;

/**
 * A run put to those before it, newest last.
 * @param {readonly PastRun[]} history
 * @param {import('./run-record.js').RunRecord} record
 * @param {readonly Target[]} targets
 * @returns {PastRun[]}
 */
export function withRun(history, { date, machine }, targets) {
  const run = {
    date,
    renderer: machine.renderer,
    cpu: machine.cpu,
    targets: targets.map(({ name, measured, met }) => ({ name, measured, met })),
  };
  return [...history.filter((past) => past.date !== date), run].slice(-kept);
}

/**
 * The targets that the newest of the runs before met and this one does not. Runs that drew with something else do not count.
 * @param {readonly PastRun[]} history without this run
 * @param {import('./run-record.js').RunRecord} record
 * @param {readonly Target[]} targets
 */
export function lostTargets(history, { machine }, targets) {
  const before = history.findLast(({ renderer }) => renderer === machine.renderer);
  return targets.filter(
    ({ name, met }) => met === false && before?.targets.some((past) => past.name === name && past.met),
  );
}

/** @param {readonly PastRun[]} history */
export function historySection(history) {
  const names = history.at(-1)?.targets.map(({ name }) => name) ?? [];
  return table(
    ['', ...history.map(({ date }) => date.slice(0, 10))],
    names.map((name) => [
      name,
      ...history.map(({ targets }) => {
        const past = targets.find((target) => target.name === name);
        return past ? past.measured + (past.met === false ? ' ✗' : past.met ? ' ✓' : '') : '–';
      }),
    ]),
  );
}
