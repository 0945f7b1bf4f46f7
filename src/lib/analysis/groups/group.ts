import { describe, TraceError, type Stream } from '../../trace/index.js';
import { mustBeOptions } from '../must.js';

/** A named set of tokens, not necessarily consecutive: a segment, a sentence, the matches of a word list, or any positions. */
export interface Group {
  readonly name: string;
  /** Positions in the sequence of tokens, as `Token.position` counts them. */
  readonly positions: readonly number[];
}

/** What groups are checked against. */
interface GroupRules {
  /** How many tokens there are. */
  readonly tokens: number;
  /** The name of the groups in messages. */
  readonly place: string;
  /** Whether a token may be in one group only. Default false. */
  readonly apart?: boolean;
}

/**
 * Checks groups: positions must be whole numbers within the tokens. Returns them ascending and each once.
 *
 * @throws TraceError `group` if it is not a list of groups, or two have the same name; `empty-group`, `group-outside`; `group-overlap` where
 * they must be apart
 */
export function checkGroups(groups: readonly Group[], rules: GroupRules): Group[] {
  mustBeOptions(rules, 'checkGroups', '{ tokens, place }');
  const { tokens, place, apart } = rules;
  if (!Array.isArray(groups)) throw malformed(place, describe(groups), 'an array of { name, positions }');
  if (groups.length === 0) throw malformed(place, 'no group', 'at least one');
  const names = new Set<string>();
  const checked = (groups as readonly (Partial<Group> | undefined)[]).map((group, i) => {
    const at = `${place}[${i}]`;
    const { name, positions } = group ?? {};
    if (typeof name !== 'string') throw malformed(`${at}.name`, describe(name), 'a string');
    if (names.has(name)) throw malformed(`${at}.name`, `${quoted(name)} again`, 'a name of its own');
    names.add(name);
    return { name, positions: checkPositions(positions, name, at, tokens) };
  });
  if (apart) checkApart(checked, place);
  return checked;
}

function checkPositions(given: unknown, name: string, place: string, tokens: number): readonly number[] {
  if (!Array.isArray(given) && !ArrayBuffer.isView(given))
    throw malformed(`${place}.positions`, describe(given), 'an array of token positions');
  const positions = [...new Set(Array.from(given as ArrayLike<number>))].sort((a, b) => a - b);
  if (positions.length === 0)
    throw new TraceError({
      code: 'empty-group',
      place,
      found: `the group ${quoted(name)} without tokens`,
      expected: 'at least one token',
      fix: 'Leave the group out; of a word list it means that none of its words is in the text.',
    });
  const wrong = positions.find((n) => !Number.isInteger(n));
  if (wrong !== undefined) throw malformed(`${place}.positions`, describe(wrong), 'whole numbers');
  const outside = positions.find((n) => n < 0 || n >= tokens);
  if (outside !== undefined)
    throw new TraceError({
      code: 'group-outside',
      place,
      found: `the position ${outside} in ${quoted(name)}`,
      expected: `positions from 0 to ${tokens - 1}`,
      fix: 'Groups are of the tokens of this trace: make them from its own tokens.',
    });
  return positions;
}

function checkApart(groups: readonly Group[], place: string): void {
  const owner = new Map<number, string>();
  groups.forEach(({ name, positions }, i) => {
    for (const position of positions) {
      const other = owner.get(position);
      if (other !== undefined)
        throw new TraceError({
          code: 'group-overlap',
          place: `${place}[${i}]`,
          found: `the token at ${position} in ${quoted(other)} and in ${quoted(name)}`,
          expected: 'groups that share no token',
          fix: 'Here shares must add up to a whole. Take the token out of one of them, or look at the groups one at a time.',
        });
      owner.set(position, name);
    }
  });
}

const quoted = (name: string): string => JSON.stringify(name.length > 40 ? `${name.slice(0, 40)}…` : name);

function malformed(place: string, found: string, expected: string): TraceError {
  return new TraceError({
    code: 'group',
    place,
    found,
    expected,
    fix: 'A group is { name: "document 3", positions: [14, 15, 16] }, in token positions from 0.',
  });
}

/** The length of the sequence of the queries. */
export function queryLength({ kind, queryTokens, keyTokens }: Stream): number {
  return kind === 'cross' ? (queryTokens.at(-1)?.position ?? -1) + 1 : keyTokens.length;
}

/** The row of each recorded query, by its position. */
export function rowsByPosition({ queryTokens }: Stream): Map<number, number> {
  return new Map(queryTokens.map(({ position }, row) => [position, row]));
}

/**
 * The rows of a group of queries in a stream's matrices, ascending, without tokens whose queries were not recorded.
 *
 * @throws TraceError `no-queries` where none was
 */
export function rowsOf(
  rowAt: ReadonlyMap<number, number>,
  { name, positions }: Group,
  place: string,
): number[] {
  const rows = positions.map((position) => rowAt.get(position)).filter((row) => row !== undefined);
  if (rows.length > 0) return rows;
  throw new TraceError({
    code: 'no-queries',
    place,
    found: `no recorded query among the ${positions.length} tokens of ${quoted(name)}`,
    expected: 'at least one',
    fix: 'Record the queries of these tokens too, or ask from tokens whose queries this trace holds.',
  });
}

/** The tokens that are in no group. */
export function restOf(groups: readonly Group[], tokens: number): number[] {
  const taken = new Uint8Array(tokens);
  for (const { positions } of groups) for (const position of positions) taken[position] = 1;
  return [...taken.keys()].filter((position) => taken[position] === 0);
}
