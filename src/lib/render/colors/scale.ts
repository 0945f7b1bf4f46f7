/**
 * How a weight becomes a place in a colour table. The heatmap's shader uses the same formulas.
 */
export type Scale = 'linear' | 'sqrt' | 'log';

/**
 * What the two ends of a colour table stand for, `low` < `high`. A range that starts below 0 asks for signed numbers to be drawn, in
 * every layer: give [−m, m] and a `diverging` table, whose middle is 0.
 */
export type Range = readonly [low: number, high: number];

/** A logarithm has no zero: it starts at the range's low end, or three decades below the high end. */
const logStart = ([low, high]: Range): number => Math.max(low, high * 1e-3);

/** The largest magnitude that a range holds. */
export const mostOf = ([low, high]: Range): number => Math.max(-low, high);

/**
 * Place of a weight in 0..1, clamped; of signed numbers in a range that starts below 0: ½ for 0, and from there to either side as
 * the magnitude is in [0, m].
 * `linear`: (w − low) ÷ (high − low). `sqrt`: its square root. `log`: from max(low, high ÷ 1000) to high;
 * zero and below are 0. Where the range is empty, weights above it are 1 and others 0.
 */
export function toUnit(weight: number, scale: Scale, range: Range): number {
  if (range[0] < 0) {
    const size = toUnit(Math.abs(weight), scale, [0, mostOf(range)]);
    return 0.5 + (weight < 0 ? -0.5 : 0.5) * size;
  }
  const low = scale === 'log' ? logStart(range) : range[0];
  const high = range[1];
  if (!(weight > low)) return 0;
  if (weight >= high) return 1;
  if (scale === 'log') return Math.log(weight / low) / Math.log(high / low);
  const unit = (weight - low) / (high - low);
  return scale === 'sqrt' ? Math.sqrt(unit) : unit;
}

/** The weight at a place in 0..1: the inverse of `toUnit`. */
export function fromUnit(unit: number, scale: Scale, range: Range): number {
  const [low, high] = range;
  if (low < 0) {
    if (unit === 0.5) return 0;
    const size = fromUnit(Math.abs(2 * unit - 1), scale, [0, mostOf(range)]);
    return unit < 0.5 ? -size : size;
  }
  if (scale === 'log') return logStart(range) * (high / logStart(range)) ** unit;
  return low + (high - low) * (scale === 'sqrt' ? unit * unit : unit);
}
