import { describe, either, listed } from './describe.js';
import { errorsOf } from './errors.js';
import { holdsWeights, quantities, weightQuantity, type Evidence, type Quantity } from './quantity.js';

export const evidences: readonly Evidence[] = ['descriptive', 'contribution', 'causal'];

const wrong = errorsOf(
  'quantity',
  'A quantity is { name: "score", range: [-Infinity, Infinity], evidence: "descriptive" }, or the name of a ready-made one.',
);

/**
 * A quantity as `createTrace` takes it: the name of a ready-made one, or an object of one's own. Nothing means weights.
 *
 * @throws TraceError `quantity`
 */
export function parseQuantity(given: unknown, place: string): Quantity {
  if (given === undefined || given === null) return weightQuantity;
  if (typeof given === 'string' && Object.hasOwn(quantities, given))
    return quantities[given as keyof typeof quantities];
  if (typeof given !== 'object' || Array.isArray(given))
    throw wrong(place, describe(given), `${either(Object.keys(quantities).map((name) => `'${name}'`))}`);
  const { name, range, unit, evidence, caveat } = given as Partial<Quantity>;
  if (typeof name !== 'string' || name.trim() === '')
    throw wrong(`${place}.name`, describe(name), 'what one number is called');
  if (!isRange(range))
    throw wrong(
      `${place}.range`,
      listed(range),
      'the least and the largest value, ascending, ±Infinity for none',
    );
  if (!evidences.includes(evidence as Evidence))
    throw wrong(`${place}.evidence`, describe(evidence), either(evidences.map((one) => `'${one}'`)));
  if (unit !== undefined && typeof unit !== 'string')
    throw wrong(`${place}.unit`, describe(unit), 'a string or nothing');
  if (caveat !== undefined && typeof caveat !== 'string')
    throw wrong(`${place}.caveat`, describe(caveat), 'a sentence or nothing');
  const quantity = {
    name,
    range: [range[0], range[1]] as const,
    ...(unit && { unit }),
    evidence: evidence!,
    ...(caveat && { caveat }),
  };
  if (holdsWeights(quantity) && (range[0] !== 0 || range[1] !== 1))
    throw wrong(
      `${place}.range`,
      listed(range),
      '[0, 1], as weights have; other numbers have a name of their own',
    );
  return quantity;
}

function isRange(range: unknown): range is readonly [number, number] {
  if (!Array.isArray(range) || range.length !== 2) return false;
  const [least, largest] = range as unknown[];
  return typeof least === 'number' && typeof largest === 'number' && least < largest;
}
