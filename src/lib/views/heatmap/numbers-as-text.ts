import { blockWeights, type Block, type Stream } from '../../trace/index.js';
import { tableText } from '../kit/table-text.js';
import type { HeatmapState } from './heatmap-state.svelte.js';

/** A clipboard and a spreadsheet take no more cells. */
const mostCopied = 1e6;

/** The numbers in sight with their tokens, tab-separated; undefined where there are too many. */
export function numbersAsText(
  stream: Stream,
  { viewport, matrix }: Pick<HeatmapState, 'viewport' | 'matrix'>,
): string | Promise<string> | undefined {
  const { query, key, queries, keys } = viewport;
  const [row, col] = [Math.floor(query), Math.floor(key)];
  const [rows, cols] = [Math.ceil(query + queries) - row, Math.ceil(key + keys) - col];
  const block = rows * cols > mostCopied ? undefined : matrix?.block({ row, col, rows, cols });
  if (block instanceof Promise) return block.then((read) => asText(stream, read));
  return block && asText(stream, block);
}

function asText({ queryTokens, keyTokens }: Stream, block: Block): string {
  const { row, col, rows, cols } = block;
  const values = blockWeights(block);
  const lines: (string | number)[][] = [['', ...keyTokens.slice(col, col + cols).map(({ label }) => label)]];
  for (let r = 0; r < rows; r++)
    lines.push([queryTokens[row + r]!.label, ...values.subarray(r * cols, (r + 1) * cols)]);
  return tableText(lines);
}
