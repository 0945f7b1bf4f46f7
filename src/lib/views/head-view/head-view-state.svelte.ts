import { headColumns } from '../../scene/head-layout.js';
import type { HeadScene } from '../../scene/head-scene.js';
import { isSigned } from '../../trace/index.js';
import { otherSide } from '../kit/token-focus.svelte.js';
import type { ViewState } from '../kit/view-state.svelte.js';
import { leastOfToken, linesOfToken, reachBeyond, type Reach, type Sides } from './beyond.js';
import { drawnHeads, largestDrawn, opacityOf, type DrawnHead } from './drawn-heads.js';
import { ruleOf, type EdgeRule } from './edge-rule.js';
import { Ready } from '../kit/ready.svelte.js';
import { HeadFocus } from './head-focus.svelte.js';
import { lineColors } from './head-palette.js';
import { has, noLines, runOf, type HeadLines, type TokenRange } from './head-lines.js';
import { LineGatherer, type Gathered } from './line-gatherer.js';
import { fittedThreshold, lineRange } from '../kit/value-range.js';
import { lineTileSize } from './line-tiles.js';
import { Sight } from './sight.svelte.js';
import type { HeadViewOptions } from './options.js';

/** What the head view adds to the state of a view: its lines, and what of them is in sight. Made while a component is. */
export class HeadViewState {
  readonly sight: Sight;
  readonly focus: HeadFocus;
  #gathered = $state.raw<Gathered>({ lines: noLines, waiting: false });

  constructor(readonly view: ViewState<HeadViewOptions>) {
    this.sight = new Sight(() => ({
      queries: view.stream?.queryTokens.length ?? 0,
      keys: view.stream?.keyTokens.length ?? 0,
      horizontal: this.horizontal,
      apart: view.options.scrolling === 'apart',
      leads: this.focus.locked?.side ?? 'query',
      setApart: (apart) => view.setOptions({ scrolling: apart ? 'apart' : 'together' }),
    }));
    this.focus = new HeadFocus(view, () => this.#drawn.heads);

    const gatherer = new LineGatherer((gathered) => (this.#gathered = gathered));
    $effect(() => {
      const { stream } = view;
      if (stream && !this.#largest.waiting)
        gatherer.want({
          stream,
          heads: this.#drawn.heads,
          rule: this.#rule,
          queries: this.runs.query,
          keys: this.runs.key,
          tile: this.#tile,
          window: this.windowed ? this.sight.lineWindow : undefined,
        });
    });
    $effect(() => () => gatherer.destroy());
  }

  #layer = $derived.by(() => this.view.selection?.layer);
  // As one string, so that a selection of other tokens does not make the same heads anew.
  #heads = $derived.by(() => this.view.selection?.heads.join(' '));

  #drawn = $derived.by((): { heads: DrawnHead[]; error?: Error } => {
    const { stream } = this.view;
    if (!stream || this.#layer === undefined || this.#heads === undefined) return { heads: [] };
    try {
      const heads = this.#heads.split(' ').map(Number);
      return { heads: drawnHeads(stream, this.#layer, heads, this.view.options.combine) };
    } catch (error) {
      return { heads: [], error: error as Error };
    }
  });

  get error(): Error | undefined {
    return this.#drawn.error ?? this.#gathered.error;
  }

  /** Whether weights are on their way. */
  get waiting(): boolean {
    return this.#gathered.waiting || this.focus.waiting;
  }

  /** Whether a head's source keeps only some keys of each query. */
  get keepsSome(): boolean {
    return this.#drawn.heads.some(({ matrix }) => matrix.leftOut);
  }

  readonly #largest = new Ready((signal) => largestDrawn(this.#drawn.heads, signal));

  /** The largest magnitude of what is drawn, as far as it is known. */
  get #most(): number | undefined {
    return this.#largest.value?.size;
  }

  /** The magnitude from which on numbers have lines. */
  readonly threshold: number = $derived.by(() => {
    const { threshold } = this.view.options;
    return threshold === 'fit' ? fittedThreshold(this.view.stream!.quantity, this.#most) : threshold;
  });

  /** The range by which lines get their width and opacity. */
  readonly range: readonly [number, number] = $derived.by(() =>
    lineRange(this.view.stream!.quantity, this.#most),
  );

  /** Numbers stand beside tokens from this magnitude on. */
  get leastNumber(): number {
    return this.view.options.edges === 'threshold'
      ? this.threshold
      : fittedThreshold(this.view.stream!.quantity, this.#most);
  }

  /** Whether numbers may be negative: colours then tell signs apart, not heads. */
  get signed(): boolean {
    return isSigned(this.view.stream!.quantity);
  }

  /** The query, the key or the pair whose lines stand out. */
  readonly linesInFocus: Record<'query' | 'key', number | null> = $derived.by(() => {
    const { token, partner } = this.focus;
    if (!token) return { query: null, key: null };
    return { query: partner, key: partner, [token.side]: this.anchor };
  });

  get horizontal(): boolean {
    return this.view.options.layout === 'horizontal';
  }

  readonly #columns = $derived.by(() => {
    const { queryTokens, keyTokens } = this.view.stream!;
    const { widthPx, heightPx } = this.sight;
    const acrossPx = this.horizontal ? heightPx : widthPx;
    return headColumns(acrossPx, queryTokens, keyTokens, this.view.selection!.heads.length);
  });

  /** What lies where. */
  sceneIn(theme: 'light' | 'dark'): HeadScene {
    const { stream, selection, options } = this.view;
    const { queryTokens, keyTokens } = stream!;
    return {
      columns: this.#columns,
      horizontal: this.horizontal,
      tokens: { query: queryTokens, key: keyTokens },
      lines: this.#gathered.lines,
      more: this.#more,
      look: {
        colors: lineColors(stream!, theme),
        range: this.range,
        opacityScale: opacityOf(options.combine, selection!.heads.length),
        focus: this.linesInFocus,
      },
    };
  }

  #rule = $derived.by((): EdgeRule => ruleOf(this.view.options, this.threshold));

  /** Only tokens of these runs have lines. */
  runs: Sides = $derived.by(() => ({
    query: this.#run('query', this.view.options.querySegment),
    key: this.#run('key', this.view.options.keySegment),
  }));

  #tile = $derived.by(() => {
    const { query, key } = this.sight;
    const matrices = this.#drawn.heads.reduce((sum, { cost }) => sum + cost, 0);
    return lineTileSize(this.#rule.edges, query.count, key.count, matrices);
  });

  /** Whether there are so many weights that lines are drawn of those in sight only. */
  windowed: boolean = $derived.by(() => {
    const { query, key } = this.sight;
    return this.#tile.rows < query.count || this.#tile.cols < key.count;
  });

  /** From which weight on the token in focus has lines. */
  #least = $derived.by(() => {
    const { weights } = this.focus;
    return weights && leastOfToken(weights, this.#rule, this.runs);
  });

  /** What the token in focus reaches out of sight. */
  reach: Reach = $derived.by(() => {
    const { weights } = this.focus;
    if (!weights) return {};
    const side = otherSide(weights.of.side);
    return reachBeyond(weights, this.#least, this.runs[side], this.sight[side].inSight);
  });

  /** Where the lines of the token in focus begin: at its place, or where it would come into sight. */
  anchor: number | null = $derived.by(() => {
    const { token } = this.focus;
    if (!token || !this.windowed) return token?.position ?? null;
    const { start, end } = this.sight.rows(token.side);
    // Between two tokens, so that it is no other token's place.
    return Math.max(start - 0.5, Math.min(token.position, end - 0.5));
  });

  /** What the token in focus has beside the lines between what is in sight. */
  #more: HeadLines = $derived.by(() => {
    const { weights } = this.focus;
    if (!this.windowed || !weights || this.anchor === null) return noLines;
    const { window, inSight } = this.sight[otherSide(weights.of.side)];
    return linesOfToken(weights, this.#least, this.reach, this.anchor, window, inSight);
  });

  /** How many lines there are; where not all are drawn, how many have both ends in sight. */
  get lineCount(): number {
    const { count, query, key } = this.#gathered.lines;
    if (!this.windowed) return count;
    const { query: queries, key: keys } = this.sight;
    let inSight = 0;
    for (let i = 0; i < count; i++)
      if (has(queries.inSight, query[i]!) && has(keys.inSight, key[i]!)) inSight++;
    return inSight;
  }

  /** How many weights the chosen heads and segments hold, those that cannot be left out. */
  total: number = $derived.by(() => {
    const { query: queries, key: keys } = this.runs;
    const heads = this.#drawn.heads.length;
    const { stream } = this.view;
    if (!stream?.causal) return heads * (queries.end - queries.start) * (keys.end - keys.start);
    let cells = 0;
    for (let query = queries.start; query < queries.end; query++)
      cells += Math.max(0, Math.min(stream.queryTokens[query]!.position + 1, keys.end) - keys.start);
    return cells * heads;
  });

  /** The row of the token under the pointer or cursor. */
  get target(): Element | undefined {
    const { token, partner } = this.focus;
    if (!token || !this.view.hover) return undefined;
    const side = partner === null ? token.side : otherSide(token.side);
    const { list, window } = this.sight[side];
    return list?.children[(partner ?? token.position) - window.start];
  }

  #run(side: 'query' | 'key', name: string | null): TokenRange {
    const { stream } = this.view;
    return stream ? runOf(stream, side, name) : { start: 0, end: 0 };
  }
}
