import type { MeasureName } from '../../analysis/index.js';
import type { FailedHead } from '../../render/index.js';
import { TraceError } from '../../trace/index.js';
import { MeasuredHeads } from '../kit/measured-heads.svelte.js';
import { fits, fittingMeasures, measureLabel, type HeadMeasure } from '../kit/measure-option.js';
import { Ready } from '../kit/ready.svelte.js';
import { boundOf, largestMagnitude, valueRange } from '../kit/value-range.js';
import type { ViewState } from '../kit/view-state.svelte.js';
import { arrangeHeads, type GridHead, type GridRow } from './arrange.js';
import type { ModelViewOptions } from './options.js';

/** What the model view adds to the state of a view: which heads, in which order, and the one that is shown large. */
export class ModelViewState {
  /** Heads in sight that could not be read to be drawn. */
  undrawn = $state.raw<readonly FailedHead[]>([]);
  readonly #measured: MeasuredHeads;

  /** @param shown the layers and heads shown, by the model's numbers; undefined for all */
  constructor(
    readonly view: ViewState<ModelViewOptions>,
    private readonly shown: () => Record<'layers' | 'heads', readonly number[] | undefined>,
  ) {
    this.#measured = new MeasuredHeads(() => {
      const { measure, layers, heads } = this;
      return { stream: view.stream, measure, layers, heads };
    });
  }

  /** How far the heads are measured; null where they need not be, or are. */
  get progress(): { measured: number; total: number } | null {
    return this.#measured.progress;
  }

  /** Why a head could not be read; undefined where it could, or was not tried. */
  failureOf({ layer, head }: GridHead): string | undefined {
    const failed = [...this.undrawn, ...this.#measured.failures].find(
      (one) => one.layer === layer && one.head === head,
    );
    if (!failed) return undefined;
    return failed.cause instanceof Error ? failed.cause.message : String(failed.cause);
  }

  /** The layers and heads shown: those asked for that this stream holds. */
  layers: readonly number[] = $derived.by(() => this.#held('layers'));
  heads: readonly number[] = $derived.by(() => this.#held('heads'));

  readonly #largest = new Ready((signal) => {
    const { stream } = this.view;
    if (!stream || boundOf(stream.quantity) !== undefined) return undefined;
    const read = this.layers.flatMap((layer) =>
      this.heads.map((head) => {
        const matrix = this.view.matrixOf(layer, head);
        return matrix && largestMagnitude(matrix, signal);
      }),
    );
    return Promise.all(read).then((sizes) => ({ size: Math.max(...sizes.map((size) => size ?? 0)) }));
  });

  /** The range of all thumbnails: that of the quantity, or of the numbers shown where it has no bounds. */
  readonly range: readonly [number, number] = $derived.by(() =>
    valueRange(this.view.stream!.quantity, this.#largest.value?.size),
  );

  /** Whether thumbnails leave lines out. */
  get thinned(): boolean {
    const { queryTokens, keyTokens } = this.view.stream!;
    return this.view.options.thumbnail === 'lines' && Math.max(queryTokens.length, keyTokens.length) > 64;
  }

  /** Whether the source keeps only some keys of each query. */
  keepsSome: boolean = $derived.by(() => {
    const [layer, head] = [this.layers[0], this.heads[0]];
    if (layer === undefined || head === undefined) return false;
    return this.view.matrixOf(layer, head)?.leftOut !== undefined;
  });

  #held(what: 'layers' | 'heads'): readonly number[] {
    const asked = this.shown()[what];
    const held = this.view.stream?.[what] ?? [];
    return asked ? held.filter((number) => asked.includes(number)) : held;
  }

  /** A number that no stream holds is a mistake; one that only this stream does not hold is not. */
  readonly error = $derived.by((): TraceError | undefined => {
    const { trace } = this.view;
    if (!trace) return undefined;
    for (const what of ['layers', 'heads'] as const) {
      const held = trace.streams.flatMap((stream) => stream[what]);
      const missing = this.shown()[what]?.find((number) => !held.includes(number));
      if (missing === undefined) continue;
      return new TraceError({
        code: what === 'layers' ? 'unknown-layer' : 'unknown-head',
        place: what === 'layers' ? 'includeLayers' : 'includeHeads',
        found: String(missing),
        expected: `${what} among ${held.filter((number, i) => held.indexOf(number) === i).join(', ')}`,
        fix: `Choose by the model's numbers, which are those the trace was made with.`,
      });
    }
    return undefined;
  });

  /** The measures that mean something for this stream. */
  measures: MeasureName[] = $derived.by(() => fittingMeasures(this.view.stream));

  /** What heads are ordered by, or are about to be. */
  measure: HeadMeasure | undefined = $derived.by(() => {
    const { orderBy } = this.view.options;
    const { stream } = this.view;
    return orderBy !== 'none' && stream && fits(orderBy, stream) ? orderBy : undefined;
  });

  /** What it is called. */
  get measureLabel(): string {
    return this.measure ? measureLabel(this.measure, this.view.labels) : '';
  }

  /** Whether the heads are in the order of the measure. */
  get ordered(): boolean {
    return this.#measured.values !== undefined;
  }

  /** What stands over a column of the grid; the first says what they are. */
  columnLabel(col: number): string {
    const { labels, options } = this.view;
    if (!this.ordered) return col === 0 ? `${labels.head} ${this.heads[0]}` : String(this.heads[col]);
    return col === 0 ? `${options.ascending ? labels.lowest : labels.highest} →` : '';
  }

  rows: readonly GridRow[] = $derived.by(() => {
    const { orderWithin, ascending } = this.view.options;
    const { values } = this.#measured;
    return arrangeHeads(this.layers, this.heads, values && { within: orderWithin, ascending, values });
  });

  valueOf({ layer, head }: GridHead): number | undefined {
    return this.#measured.values?.find((known) => known.layer === layer && known.head === head)?.value;
  }

  /** Whether a head is chosen: alone, or with others but not with all. */
  isChosen({ layer, head }: GridHead): boolean {
    const { selection, stream } = this.view;
    if (!selection || selection.layer !== layer || !selection.heads.includes(head)) return false;
    return this.open || selection.heads.length < stream!.heads.length;
  }

  /** The first head chosen. */
  get chosen(): GridHead | null {
    const { selection } = this.view;
    const head = selection && { layer: selection.layer, head: selection.heads[0]! };
    return head && this.isChosen(head) ? head : null;
  }

  get open(): boolean {
    const { open, detail } = this.view.options;
    return open && detail !== 'none';
  }

  /** Chooses a head and shows it large; the one that is shown large already is let go. */
  toggle({ layer, head }: GridHead): void {
    const { selection } = this.view;
    const alone = selection?.layer === layer && selection.heads.length === 1 && selection.heads[0] === head;
    const shown = this.view.options.detail === 'none' ? this.isChosen({ layer, head }) : this.open;
    if (alone && shown) return this.close();
    this.view.select({ layer, heads: [head] });
    this.view.setOptions({ open: true });
  }

  close(): void {
    this.view.setOptions({ open: false });
    this.view.select({ heads: [...this.view.stream!.heads] });
  }

  preview(head: GridHead | null): void {
    const stream = this.view.selection!.stream;
    const nowhere = { query: null, key: null, value: null };
    this.view.preview(head && { stream, layer: head.layer, head: head.head, ...nowhere });
  }

  /** The head under the pointer or cursor. */
  hovered: GridHead | null = $derived.by(() => {
    const { hover } = this.view;
    return hover && hover.head !== null && hover.stream === this.view.stream?.name
      ? { layer: hover.layer, head: hover.head }
      : null;
  });
}
