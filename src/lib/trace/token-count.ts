import { count } from './describe.js';
import { TraceError } from './errors.js';
import type { TokenSide } from './side.js';
import type { AttentionSource, StreamKind } from './types.js';

/** The error for another number of tokens than attention has queries or keys, with the likeliest reason. */
export function countError(
  name: StreamKind,
  dims: AttentionSource['dims'],
  queries: TokenSide,
  keys: TokenSide,
  prefix: string,
): TraceError {
  const [, , rows, cols] = dims;
  const [side, expected, axis] =
    rows === queries.count && cols !== keys.count
      ? ([keys, cols, 'keys'] as const)
      : ([queries, rows, 'queries'] as const);
  return new TraceError({
    code: 'token-count',
    place: side.place,
    found: count(side.count, 'token'),
    expected: `${expected}, the number of ${axis} in ${prefix}attention`,
    fix: reason(name, dims, queries.count, keys.count, expected - side.count),
  });
}

function reason(
  name: StreamKind,
  [layers, heads, rows, cols]: AttentionSource['dims'],
  queries: number,
  keys: number,
  missing: number,
): string {
  if (name === 'cross' && rows === keys && cols === queries)
    return 'Queries are the decoder’s, keys the encoder’s: swap the last two axes.';
  if (heads === queries && heads > 1 && rows !== queries)
    return 'As many heads as tokens: the axes are [layer, head, query, key], so move the one of tokens, and make one axis of height and width.';
  if (layers * rows === queries && rows === cols)
    return 'This looks like attention in windows (Swin): pass one window, a layer [1, head, query, key], with its own tokens.';
  if (name !== 'cross' && rows === queries && cols !== keys)
    return 'Keys that are no tokens, as in windows (Longformer) or projected (Linformer, SegFormer): spread a window over all keys, or pass a cross stream whose encoder tokens name the keys.';
  if (name !== 'cross' && rows !== cols)
    return 'Within one sequence keys are the tokens: pass all tokens of the keys, and queryPositions where only some queries were recorded.';
  if (Math.abs(missing) > 2)
    return 'Pass one token for each position, special tokens and padding included, from the same forward pass; present says which are padding.';
  const special = count(Math.abs(missing), 'special token');
  return `Pass the tokens as the model saw them: ${special} such as [CLS] or <s> may be ${missing > 0 ? 'missing' : 'too many'}.`;
}
