import { toUnit, type Scale } from '../../render/colors/index.js';

/** Values that shade a text, one a token: as a fill behind it, or as a line below. */
export interface Shade {
  kind: 'sends' | 'receives' | 'average';
  mark: 'fill' | 'line';
  values: Float32Array;
  /** Where the one of largest magnitude is. */
  most: number;
  /** That magnitude, 1 where all are 0: at full strength. */
  full: number;
}

export function toShade(kind: Shade['kind'], mark: Shade['mark'], values: Float32Array): Shade {
  let most = 0;
  for (let i = 1; i < values.length; i++) if (Math.abs(values[i]!) > Math.abs(values[most]!)) most = i;
  return { kind, mark, values, most, full: Math.abs(values[most]!) || 1 };
}

/** How strong a shade is on a token, from −1 to 1 with the sign of its value; 0 where it would not be seen. */
export function strengthOf({ values, full }: Shade, position: number, scale: Scale): number {
  const value = values[position]!;
  const unit = toUnit(Math.abs(value), scale, [0, full]);
  return unit < 0.004 ? 0 : Math.sign(value) * (Math.round(unit * 1000) / 1000);
}
