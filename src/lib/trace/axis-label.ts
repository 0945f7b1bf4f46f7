import type { PositionAxis } from './types.js';

/** The units that dates can be apart, and how many characters of an ISO date each needs. */
const steps: Record<string, { add: (date: Date, n: number) => void; digits: number }> = {
  hour: { add: (date, n) => date.setUTCHours(date.getUTCHours() + n), digits: 16 },
  day: { add: (date, n) => date.setUTCDate(date.getUTCDate() + n), digits: 10 },
  week: { add: (date, n) => date.setUTCDate(date.getUTCDate() + 7 * n), digits: 10 },
  month: { add: (date, n) => date.setUTCMonth(date.getUTCMonth() + n, 1), digits: 7 },
  year: { add: (date, n) => date.setUTCFullYear(date.getUTCFullYear() + n, 0, 1), digits: 4 },
};

/** Whether an axis says where its positions are: numbers with a unit, or dates a step apart. */
export function isAxis(axis: unknown): axis is PositionAxis {
  const { start = 0, step, unit = '' } = (axis ?? {}) as Partial<PositionAxis>;
  if (!Number.isFinite(step) || typeof unit !== 'string') return false;
  if (typeof start !== 'string') return Number.isFinite(start);
  return Object.hasOwn(steps, unit) && Number.isInteger(step) && !Number.isNaN(dateOf(start).getTime());
}

/** What the i-th position of an axis stands for: `0.80 s`, `2024-02-29`. */
export function axisValue({ start = 0, step, unit }: PositionAxis, i: number): string {
  if (typeof start === 'string') {
    const date = dateOf(start);
    const { add, digits } = steps[unit!]!;
    add(date, i * step);
    return date.toISOString().slice(0, digits).replace('T', ' ');
  }
  const digits = Math.max(...[start, step].map((n) => /\.(\d+)/.exec(String(n))?.[1]?.length ?? 0));
  return `${(start + i * step).toFixed(digits)}${unit ? ` ${unit}` : ''}`;
}

/** Dates have no time zone here: `2024-03` is the first of March wherever the page is. */
function dateOf(text: string): Date {
  return /^\d{4}(-\d\d){0,2}$/.test(text)
    ? new Date(text)
    : new Date(/^[\d-]+T\d\d:\d\d$/.test(text) ? `${text}Z` : NaN);
}
