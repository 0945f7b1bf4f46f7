import { blockWeights, type Block, type Token } from '../../trace/index.js';
import type { ViewState } from '../kit/view-state.svelte.js';
import type { HeatmapState } from './heatmap-state.svelte.js';

/** A clipboard and a spreadsheet take no more cells. */
const mostCopied = 1e6;
const noticeMs = 3000;

/** Copies the numbers in sight with their tokens, tab-separated, as spreadsheets take them. */
export class CopyNumbers {
  /** What came of it, for a moment. */
  notice = $state('');
  readonly #view: ViewState;
  readonly #map: HeatmapState;

  constructor(view: ViewState, map: HeatmapState) {
    this.#view = view;
    this.#map = map;
  }

  /** Copies from the menu, or with `write` as the browser's own copy command, which does not wait. */
  async copy(write?: (text: string) => void): Promise<void> {
    const { labels } = this.#view;
    try {
      const block = this.#block();
      const told = block instanceof Promise || !write;
      if (block) {
        const text = this.#asText(block instanceof Promise ? await block : block);
        if (told) await navigator.clipboard.writeText(text);
        else write(text);
      }
      this.notice = block ? labels.copied : labels.notCopied;
    } catch (cause) {
      this.notice = String(cause);
    }
    setTimeout(() => (this.notice = ''), noticeMs);
  }

  /** What is in sight; undefined where it is too much. */
  #block(): Block | Promise<Block> | undefined {
    const { viewport, matrix } = this.#map;
    const { query, key, queries, keys } = viewport;
    const [row, col] = [Math.floor(query), Math.floor(key)];
    const [rows, cols] = [Math.ceil(query + queries) - row, Math.ceil(key + keys) - col];
    return rows * cols > mostCopied ? undefined : matrix?.block({ row, col, rows, cols });
  }

  #asText(block: Block): string {
    const { row, col, rows, cols } = block;
    const { queryTokens, keyTokens } = this.#view.stream!;
    const values = blockWeights(block);
    const lines = [['', ...keyTokens.slice(col, col + cols).map(quoted)]];
    for (let r = 0; r < rows; r++) {
      const numbers = [...values.subarray(r * cols, (r + 1) * cols)].map((n) => String(+n.toPrecision(6)));
      lines.push([quoted(queryTokens[row + r]!), ...numbers]);
    }
    return lines.map((line) => line.join('\t')).join('\n');
  }
}

/** A label in a field of its own, whatever is in it. */
function quoted({ label }: Token): string {
  return /["\t\r\n]/.test(label) ? `"${label.replaceAll('"', '""')}"` : label;
}
