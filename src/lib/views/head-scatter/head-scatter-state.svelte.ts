import type { HeadPlace, MeasureName } from '../../analysis/index.js';
import { notWeights } from '../../analysis/measure.js';
import type { Quantity } from '../../trace/index.js';
import { scatterScene, type HeadDot, type ScatterScene } from '../../scene/scatter-scene.js';
import type { Rect } from '../../scene/rect.js';
import { includesHead, toggleHead } from '../kit/chosen-heads.js';
import { MeasuredHeads } from '../kit/measured-heads.svelte.js';
import { fits, fittingMeasures, quantityOf, type HeadMeasure } from '../kit/measure-option.js';
import { pointAt } from '../kit/point-at.js';
import type { ViewState } from '../kit/view-state.svelte.js';
import type { HeadScatterOptions } from './options.js';

/** What the scatter adds to the state of a view: the values of its heads, where they are, and which are chosen. */
export class HeadScatterState {
  /** The box of the drawing, in CSS pixels. */
  width = $state(0);
  height = $state(0);
  readonly #measured = ([0, 1] as const).map((axis) => new MeasuredHeads(() => this.#asked(axis)));

  constructor(readonly view: ViewState<HeadScatterOptions>) {}

  /** What is measured along an axis: all heads of the stream. */
  #asked(axis: 0 | 1) {
    const { stream } = this.view;
    return { stream, measure: this.axes[axis], layers: stream?.layers ?? [], heads: stream?.heads ?? [] };
  }

  /** The measures that mean something for this stream. */
  readonly measures: readonly MeasureName[] = $derived.by(() => fittingMeasures(this.view.stream));

  /** What heads are placed by: as asked for, or where that does not fit the stream the first that does. */
  readonly axes: readonly [HeadMeasure | undefined, HeadMeasure | undefined] = $derived.by(() => {
    const { stream, options } = this.view;
    const asked = [options.horizontal, options.vertical] as const;
    const [x, y] = asked.map((measure) => (stream && fits(measure, stream) ? measure : undefined));
    const fallback = (other: HeadMeasure | undefined): HeadMeasure | undefined =>
      this.measures.find((name) => name !== other) ?? this.measures[0];
    const horizontal = x ?? fallback(y);
    return [horizontal, y ?? fallback(horizontal)];
  });

  get error(): Error | undefined {
    const { stream } = this.view;
    return stream && !(this.axes[0] && this.axes[1])
      ? notWeights('stream', `the quantity ${stream.quantity.name}`)
      : undefined;
  }

  /** What the numbers of the two axes are: one where they can bear the same. */
  get bears(): readonly Quantity[] {
    const [x, y] = this.axes.map((measure) => quantityOf(measure!, this.view.stream!));
    return x!.evidence === y!.evidence ? [x!] : [x!, y!];
  }

  /** How far the heads are measured; null once they are. */
  get progress(): { measured: number; total: number } | null {
    const open = this.#measured.flatMap(({ progress }) => progress ?? []);
    if (open.length === 0) return null;
    const sum = (of: 'measured' | 'total'): number => open.reduce((all, one) => all + one[of], 0);
    return { measured: sum('measured'), total: sum('total') };
  }

  readonly scene: ScatterScene | undefined = $derived.by(() => {
    const [x, y] = this.#measured.map(({ values }) => values);
    return x && y && scatterScene(x, y, this);
  });

  /** The heads chosen that are shown. */
  readonly chosen: readonly HeadDot[] = $derived.by(() =>
    (this.scene?.dots ?? []).filter((dot) => includesHead(this.view.options.chosenHeads, dot)),
  );

  /** The head under the pointer or cursor, here or in a linked view. */
  readonly hovered: HeadDot | undefined = $derived.by(() => {
    const { hover } = this.view;
    return this.scene?.dots.find((dot) => dot.layer === hover?.layer && dot.head === hover.head);
  });

  /** Whether a linked view shows this head and not all of its layer. */
  isSelected({ layer, head }: HeadPlace): boolean {
    const { selection, stream } = this.view;
    return (
      selection?.layer === layer &&
      selection.heads.includes(head) &&
      selection.heads.length < stream!.headsOf(layer).length
    );
  }

  preview(dot: HeadDot | undefined): void {
    pointAt(this.view, dot ? { layer: dot.layer, head: dot.head } : null);
  }

  toggle(dot: HeadDot): void {
    this.#choose(toggleHead(this.view.options.chosenHeads, dot), dot.layer);
  }

  /** Chooses the heads in a box, beside those chosen or in their place. */
  chooseIn({ x, y, width, height }: Rect, beside: boolean): void {
    const inside = this.scene!.dots.filter(
      (dot) => dot.x >= x && dot.x <= x + width && dot.y >= y && dot.y <= y + height,
    );
    const before = beside ? this.view.options.chosenHeads : [];
    const added = inside.filter((dot) => !includesHead(before, dot));
    this.#choose([...before, ...added.map(({ layer, head }) => ({ layer, head }))]);
  }

  release(): boolean {
    if (this.view.options.chosenHeads.length === 0) return false;
    this.view.setOptions({ chosenHeads: [] });
    return true;
  }

  /** Linked views show one layer: the one named, else the one that has most of the heads chosen. */
  #choose(chosenHeads: readonly HeadPlace[], layer = commonest(chosenHeads)): void {
    this.view.setOptions({ chosenHeads });
    const heads = chosenHeads.filter((one) => one.layer === layer).map(({ head }) => head);
    if (layer !== undefined && heads.length > 0)
      this.view.select({ layer, heads: heads.sort((a, b) => a - b) });
  }
}

function commonest(heads: readonly HeadPlace[]): number | undefined {
  const count = (layer: number): number => heads.filter((one) => one.layer === layer).length;
  return [...heads].sort((a, b) => count(b.layer) - count(a.layer) || a.layer - b.layer)[0]?.layer;
}
