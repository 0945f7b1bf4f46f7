import { weightQuantity, type Quantity } from '../../trace/index.js';

/** A weight as a reader wants it: two digits after the point, three below 0.1, `0` for none, `<0.001` for next to none. */
export function formatWeight(weight: number): string {
  if (weight === 0) return '0';
  if (weight < 0.001) return '<0.001';
  return weight.toFixed(weight < 0.0995 ? 3 : 2);
}

/** A number of a stream as a reader wants it: as a weight, with its sign and unit; fewer digits after the point from 10 on. */
export function formatValue(value: number, quantity: Quantity = weightQuantity): string {
  const unit = quantity.unit ? ` ${quantity.unit}` : '';
  return signed(value) + unit;
}

function signed(value: number): string {
  if (Number.isNaN(value)) return '–';
  if (!Number.isFinite(value)) return value > 0 ? '∞' : '−∞';
  if (value > -0.001 && value < 0) return '>−0.001';
  const size = Math.abs(value);
  const digits =
    size < 9.995
      ? formatWeight(size)
      : size.toLocaleString('en', { maximumFractionDigits: size < 99.95 ? 1 : 0 });
  return value < 0 ? `−${digits}` : digits;
}
