import { written } from '../../../scene/written.js';

/** A number as it is written in English: `1,024`. */
export const number = (n: number): string => written(n);

/** How many there are of something: `1 head`, `1,024 heads`. */
export const counted = (n: number, one: string): string => `${number(n)} ${n === 1 ? one : `${one}s`}`;
