/** What a value is, in a few words, for the `found` of a `TraceError`: `an array of 3`, `the string "a"`, `a Promise`. */
export function describe(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (typeof value === 'string')
    return `the string ${JSON.stringify(value.length > 24 ? `${value.slice(0, 24)}…` : value)}`;
  if (typeof value === 'number') return `the number ${value}`;
  if (typeof value === 'bigint') return `the bigint ${value}`;
  if (typeof value === 'function' || typeof value === 'symbol') return `a ${typeof value}`;
  if (typeof value === 'boolean' || value === null) return String(value);
  if (Array.isArray(value)) return `an array of ${value.length}`;
  const name: unknown = value.constructor?.name;
  if (typeof name !== 'string' || name === '' || name === 'Object') return 'an object';
  return `${/^[AEIO]/.test(name) ? 'an' : 'a'} ${name}`;
}

/** Whether a value is an object with keys, or of a class, and no list. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !ArrayBuffer.isView(value);
}

/** Numbers, or what was passed for them, as `[3, 0, 5]`; a long list is cut. */
export function listed(values: unknown): string {
  if (!Array.isArray(values)) return describe(values);
  const shown = Array.from(values.slice(0, 8), (value) =>
    typeof value === 'number' ? String(value) : describe(value),
  );
  if (values.length > 8) shown.push(`… ${values.length} in all`);
  return `[${shown.join(', ')}]`;
}

/** `1 token`, `5 tokens`. */
export function count(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? '' : 's'}`;
}

/** `1`, `1 or 2`, `1, 2 or 4`. */
export function either(values: readonly (string | number)[]): string {
  return [values.slice(0, -1).join(', '), values.at(-1)].filter((part) => part !== '').join(' or ');
}
