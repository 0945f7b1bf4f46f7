import { count, describe, either, listed } from './describe.js';
import { TraceError } from './errors.js';
import type { StoredArray } from './parse-array.js';
import type { AttentionSource, StreamInput } from './types.js';

/**
 * The model's numbers of the layers with attention, of the heads of each, and of the heads of all.
 *
 * @throws TraceError `layer-numbers`, `head-numbers`
 */
export function modelNumbers(
  input: Partial<StreamInput>,
  read: AttentionSource,
  stored: StoredArray | undefined,
  prefix: string,
): { layers: readonly number[]; heads: readonly (readonly number[])[]; all: readonly number[] } {
  const [layerCount, headCount] = read.dims;
  const passed = stored?.passed ?? layerCount;
  const of = stored?.held ?? Array.from({ length: layerCount }, (_, i) => i);
  const given = input.layers?.length === layerCount && layerCount < passed;
  const all = numbersOf(input.layers, given ? layerCount : passed, `${prefix}layers`, 'layer-numbers');
  const layers = given ? all : of.map((layer) => all[layer]!);

  const counts = stored?.layers.map(({ heads }) => heads) ?? read.headCounts ?? layers.map(() => headCount);
  const lists = input.heads as readonly unknown[] | undefined;
  const nested = Array.isArray(lists) && lists.length > 0 && lists.every((list) => Array.isArray(list));
  const even = counts.every((count) => count === headCount);
  const heads = counts.map((held, i) => {
    const place = `${prefix}heads`;
    if (nested && (lists.length === passed || lists.length === layerCount)) {
      const at = lists.length === passed ? of[i]! : i;
      return numbersOf(lists[at] as number[], held, `${place}[${at}]`, 'head-numbers');
    }
    if (lists !== undefined && (nested || !even))
      throw new TraceError({
        code: 'head-numbers',
        place,
        found: listed(lists),
        expected: `${count(layerCount, 'list')}, one for each layer, as layers differ in their heads`,
        fix: 'Give the numbers the model has for the heads of each layer: [[0, 1, 3], [0, 2]].',
      });
    return numbersOf(input.heads as number[] | undefined, held, place, 'head-numbers');
  });
  return { layers, heads, all: [...new Set(heads.flat())].sort((a, b) => a - b) };
}

function numbersOf(
  given: readonly number[] | undefined,
  held: number,
  place: string,
  code: 'layer-numbers' | 'head-numbers',
): readonly number[] {
  if (given === undefined) return Array.from({ length: held }, (_, i) => i);
  if (!Array.isArray(given) || given.length !== held || !areAscending(Array.from(given)))
    throw new TraceError({
      code,
      place,
      found: listed(given),
      expected: `${count(held, 'whole number')}, ascending, one for each that attention holds`,
      fix: 'Give the numbers the model has for them, from 0.',
    });
  return [...given];
}

/** Whether values are whole numbers from 0, each larger than the one before. */
export function areAscending(values: readonly unknown[]): values is number[] {
  const isNext = (n: unknown, i: number) =>
    Number.isInteger(n) && (n as number) > Number(values[i - 1] ?? -1);
  return values.every(isNext);
}

/**
 * The index of one of the model's numbers of layers or heads.
 *
 * @param owner what holds them, for messages
 * @throws TraceError `unknown-layer`, `unknown-head`
 */
export function indexIn(
  numbers: readonly number[],
  number: number,
  what: 'layer' | 'head',
  owner: string,
): number {
  const index = numbers.indexOf(number);
  if (index >= 0) return index;
  throw new TraceError({
    code: what === 'layer' ? 'unknown-layer' : 'unknown-head',
    place: what,
    found: describe(number),
    expected: summary(numbers),
    fix: `${owner} holds no other; layers and heads go by the model's numbers, from 0.`,
  });
}

/** `4`, `4 or 7`, or `0–11` for a run. */
function summary(numbers: readonly number[]): string {
  const last = numbers.at(-1)!;
  return numbers.length > 2 && last - numbers[0]! === numbers.length - 1
    ? `one of ${numbers[0]}–${last}`
    : either(numbers);
}
