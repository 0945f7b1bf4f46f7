import { spaceBetween } from '../analysis/lens/index.js';
import type { GroupShares } from '../analysis/index.js';
import type { PatchGrid, PictureSegment, Token } from '../trace/index.js';

/** A part of a bar; `from` and `to` are shares of its length, 0 to 1. */
interface BarPart {
  /** The index of the group of keys, and of its colour. */
  readonly group: number;
  readonly from: number;
  readonly to: number;
}

/** A group of queries, as a bar of what it gives to each group of keys; the remainder is weight elsewhere. */
export interface QueryBar {
  readonly name: string;
  readonly parts: readonly BarPart[];
}

/** A piece of text, shaded by what the chosen group of queries gives it. */
interface TextPiece {
  /** The position of its token. */
  readonly position: number;
  /** The space before it, or an ellipsis where tokens are left out. */
  readonly before: string;
  readonly text: string;
  /** From 0 to 1 for the strongest that is shown. */
  readonly shade: number;
}

/** A group of keys as the chosen group of queries sees it. */
export interface KeyEntry {
  readonly name: string;
  readonly share: number;
  readonly lift: number;
  /** All of its text or the part that gets most, and whether there is more before and after. */
  readonly pieces: readonly TextPiece[];
  /** If the group is a picture: the picture, and the shades of its patches. */
  readonly picture?: { readonly image: PatchGrid; readonly shades: readonly number[] };
  readonly cutBefore: boolean;
  readonly cutAfter: boolean;
}

/** A head in the grid, with what its chosen queries give to the chosen keys, or another number of it. */
interface HeadCell {
  /** Its index among the heads of the shares. */
  readonly index: number;
  readonly layer: number;
  readonly head: number;
  readonly column: number;
  readonly row: number;
  readonly value: number;
}

/** What a group view shows, as plain data. Bars and shades are shares from 0 to 1, without sizes. */
export interface GroupScene {
  readonly bars: readonly QueryBar[];
  /** The share that a full-length bar stands for: 1, or less if all bars would be short. */
  readonly wholeBar: number;
  readonly keys: readonly KeyEntry[];
  readonly heads: {
    readonly columns: readonly number[];
    readonly rows: readonly number[];
    readonly cells: readonly HeadCell[];
    /** What the ends of the colours stand for: from below 0 where numbers are. */
    readonly range: readonly [low: number, high: number];
  };
}

/** What a scene is made of. */
export interface GroupSceneInput {
  readonly shares: GroupShares;
  /** The heads whose mean is shown, as indices into `shares.heads`. */
  readonly chosen: readonly number[];
  /** The indices of the group of queries and the group of keys that are looked at. */
  readonly query: number;
  readonly key: number;
  /** The group of keys of which more text is shown: by default the one that is looked at. */
  readonly open?: number;
  /** What the grid shows of each head in place of its share. */
  readonly headValues?: readonly number[];
  readonly tokens: readonly Token[];
  /** The pictures among them. */
  readonly pictures?: readonly PictureSegment[];
  /** What the group of queries gives to each key, where that is known. */
  readonly perKey?: ArrayLike<number>;
  /** How many tokens are shown of the group that is looked at (`open`), and of each other group (`closed`). */
  readonly most: { readonly open: number; readonly closed: number };
}

/** If every bar is shorter than this, the longest is drawn at full length. */
const shortBar = 0.5;

export function groupScene(input: GroupSceneInput): GroupScene {
  const { shares, chosen, query, key, open = key } = input;
  const groups = shares.keyGroups.filter((_, k) => k !== shares.rest);
  const strongest = strongestKey(input);
  const sharesOf = shares.queryGroups.map((_, q) => groups.map((_, k) => shares.cell(q, k, chosen).share));
  const longest = Math.max(...sharesOf.map((of) => of.reduce((sum, share) => sum + Math.max(0, share), 0)));
  const wholeBar = longest > 0 && longest < shortBar ? longest : 1;
  const values = input.headValues ?? shares.headValues(query, key).map(({ value }) => value);
  const cells = shares.heads.map(({ layer, head }, index) => ({ index, layer, head, value: values[index]! }));
  // The shares of all cells, so that another one chosen is not drawn in other hues.
  const isSigned = (input.headValues ?? shares.share).some((value: number) => value < 0);
  const most = Math.max(...values.map(Math.abs), Number.MIN_VALUE);
  const columns = [...new Set(cells.map(({ head }) => head))].sort((a, b) => a - b);
  const rows = [...new Set(cells.map(({ layer }) => layer))].sort((a, b) => a - b);
  return {
    bars: shares.queryGroups.map(({ name }, q) => ({ name, parts: barParts(sharesOf[q]!, wholeBar) })),
    wholeBar,
    keys: groups.map(({ name, positions }, k) => {
      const { share, lift } = shares.cell(query, k, chosen);
      const length = k === open ? input.most.open : input.most.closed;
      const picture = pictureOf(positions, strongest, input);
      return {
        name,
        share,
        lift,
        ...(picture && { picture }),
        ...excerpt(positions, length, strongest, input),
      };
    }),
    heads: {
      columns,
      rows,
      cells: cells.map((cell) => ({
        ...cell,
        column: columns.indexOf(cell.head),
        row: rows.indexOf(cell.layer),
      })),
      range: [isSigned ? -most : 0, most],
    },
  };
}

/** If a group is a picture: the picture, and the shade of each patch from 0 to 1. */
function pictureOf(
  positions: readonly number[],
  strongest: number,
  { pictures = [], perKey }: GroupSceneInput,
): KeyEntry['picture'] {
  const found = pictures.find(({ start, end }) => start === positions[0] && end - start === positions.length);
  return found && { image: found.image, shades: positions.map((at) => shadeOf(at, strongest, perKey)) };
}

/** Places the parts one after the other; negative ones, as in a difference, have no length. */
function barParts(shares: readonly number[], whole: number): BarPart[] {
  let from = 0;
  return shares.map((share, group) => {
    const to = Math.min(1, from + Math.max(0, share) / whole);
    const part = { group, from, to };
    from = to;
    return part;
  });
}

function strongestKey({ shares, perKey }: GroupSceneInput): number {
  let most = 0;
  if (perKey)
    for (const [k, { positions }] of shares.keyGroups.entries())
      if (k !== shares.rest) for (const at of positions) most = Math.max(most, perKey[at]!);
  return most;
}

const shadeOf = (position: number, strongest: number, perKey: GroupSceneInput['perKey']): number =>
  strongest > 0 ? (perKey?.[position] ?? 0) / strongest : 0;

/** The `length` consecutive tokens of a group that get most together; the first ones if all get the same. */
function excerpt(
  positions: readonly number[],
  length: number,
  strongest: number,
  { tokens, perKey }: GroupSceneInput,
): Pick<KeyEntry, 'pieces' | 'cutBefore' | 'cutAfter'> {
  const weightAt = (i: number): number => perKey?.[positions[i]!] ?? 0;
  const count = Math.min(length, positions.length);
  let sum = 0;
  for (let i = 0; i < count; i++) sum += weightAt(i);
  let [start, best] = [0, sum];
  for (let i = count; i < positions.length; i++) {
    sum += weightAt(i) - weightAt(i - count);
    // A difference from rounding is no reason to leave the start.
    if (sum > best * (1 + 1e-6)) [start, best] = [i - count + 1, sum];
  }
  // Start at the beginning of a word.
  while (start > 0 && tokens[positions[start]!]!.continues) start--;
  const spaced = tokens.some(({ special, text }) => !special && /^\s/u.test(text));
  let before = '';
  const pieces = positions.slice(start, start + count).map((position, i) => {
    const token = tokens[position]!;
    const whole = /[\n\r\t]/.test(token.text) ? token.label : token.text;
    const text = whole.trimStart() || whole;
    const apart = i > 0 && positions[start + i - 1] !== position - 1;
    const own = whole.slice(0, whole.length - text.length);
    const space = apart ? ' … ' : spaced || before === '' ? own : spaceBetween(before, token.continues, text);
    before += space + text;
    return { position, before: i > 0 ? space : '', text, shade: shadeOf(position, strongest, perKey) };
  });
  return { pieces, cutBefore: start > 0, cutAfter: start + count < positions.length };
}
