import type { Trace } from '../trace/index.js';
import { heldBy } from './resolve-selection.js';
import type { SelectedGroup, Selection } from './types.js';

/** More heads than any model has: a longer range is a mistake, or an attempt to exhaust memory. */
const mostHeads = 4096;
/** The same for tokens. */
const mostTokens = 2 ** 20;

/**
 * Writes a selection as a short string for a URL's hash or query, with those of stream, layer, heads, query, key and group that are chosen.
 *
 * @example
 * location.hash = serializeSelection(selection); // s=cross&l=3&h=0-11&q=5&k=2
 */
export function serializeSelection(selection: Partial<Selection>): string {
  const { stream, layer, heads, head, query, key, group } = selection;
  const parts: Record<string, string | number | null | undefined> = {
    s: stream && encodeURIComponent(stream),
    l: layer,
    h: heads?.length ? runs(heads) : undefined,
    head,
    q: query,
    k: key,
    g: group && writeGroup(group),
  };
  return Object.entries(parts)
    .filter(([, value]) => value !== undefined && value !== null)
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
}

/**
 * Reads what `serializeSelection` writes, with or without a leading `#` or `?`. Never throws: what it cannot read is left out, and with
 * `trace` also what the trace does not hold. Views fill in missing parts.
 *
 * @example
 * let selection = $state(parseSelection(location.hash, trace));
 */
export function parseSelection(text: string, trace?: Trace): Partial<Selection> {
  const found = new URLSearchParams(typeof text === 'string' ? text.replace(/^[#?]/, '') : '');
  const stream = found.get('s') || undefined;
  const number = (name: string): number | undefined => wholeNumber(found.get(name) ?? '');
  const read: Partial<Selection> = {
    stream,
    layer: number('l'),
    heads: parseRuns(found.get('h') ?? ''),
    head: number('head'),
    query: number('q'),
    key: number('k'),
    group: parseGroup(found.get('g') ?? ''),
  };
  const known = trace ? heldIn(trace, read) : read;
  return Object.fromEntries(Object.entries(known).filter(([, value]) => value !== undefined));
}

/** `0-3,5` for 0, 1, 2, 3, 5. */
function runs(numbers: readonly number[]): string {
  const found: { start: number; end: number }[] = [];
  for (const number of [...new Set(numbers)].sort((a, b) => a - b)) {
    const last = found.at(-1);
    if (last?.end === number - 1) last.end = number;
    else found.push({ start: number, end: number });
  }
  return found.map(({ start, end }) => (start === end ? start : `${start}-${end}`)).join(',');
}

/** `k*3-5,9*document%202`: its side, positions and name. */
function writeGroup({ side, positions, name }: SelectedGroup): string {
  // Lone surrogates cannot be encoded.
  const whole = name.replace(/\p{Cs}/gu, '\uFFFD');
  return [side === 'query' ? 'q' : 'k', runs(positions), encodeURIComponent(whole)].join('*');
}

function parseGroup(text: string): SelectedGroup | undefined {
  const [, side, positions, name] = /^([qk])\*([\d,-]+)\*(.+)$/su.exec(text) ?? [];
  const read = parseRuns(positions ?? '', mostTokens);
  return read && { name: name!, positions: read, side: side === 'q' ? 'query' : 'key' };
}

function parseRuns(text: string, most = mostHeads): number[] | undefined {
  const heads = new Set<number>();
  for (const part of text.split(',')) {
    const [, first, last = first] = /^(\d+)(?:-(\d+))?$/.exec(part) ?? [];
    const start = wholeNumber(first ?? '');
    const end = wholeNumber(last ?? '');
    if (start === undefined || end === undefined || end - start >= most) continue;
    for (let head = start; head <= end && heads.size < most; head++) heads.add(head);
  }
  return heads.size > 0 ? [...heads].sort((a, b) => a - b) : undefined;
}

function wholeNumber(text: string): number | undefined {
  return /^\d+$/.test(text) && Number.isSafeInteger(Number(text)) ? Number(text) : undefined;
}

/** The parts of a selection that a trace holds; positions, layers and heads mean nothing in a stream it does not have. */
function heldIn(trace: Trace, read: Partial<Selection>): Partial<Selection> {
  const stream = trace.streams.find(({ name }) => name === (read.stream ?? trace.stream().name));
  return stream ? { stream: read.stream, ...heldBy(stream, read) } : {};
}
