import { Container } from 'pixi.js';
import type { Stream } from '../../trace/index.js';
import type { Range, Scale } from '../colors/scale.js';
import { paper } from '../colors/sequential.js';
import type { ColorTable } from '../colors/table.js';
import { takeProps } from '../props.js';
import type { Surface } from '../surface.js';
import { createDataTexture, destroyDataTexture, rgbToTexels } from '../textures.js';
import { chooseFormat, type Format } from './format.js';
import { createReads, keyOf, type FailedHead } from './reads.js';
import { createSheet, type Sheet } from './sheet.js';

/** A head, by the model's numbers, and the upper left corner of its thumbnail on the surface, in CSS pixels. */
export interface Thumbnail {
  layer: number;
  head: number;
  x: number;
  y: number;
}

export interface ThumbnailsProps {
  /** Whose heads are drawn; `null` draws nothing. Thumbnails are kept by the identity of this object. */
  stream: Stream | null;
  /** @default 'lines' */
  kind: 'lines' | 'matrix';
  /** What is to be drawn; missing ones are made in this order. */
  thumbnails: readonly Thumbnail[];
  /** How many of them are waited for: those in sight, which come first. @default all */
  awaited: number;
  /** Size of a thumbnail in CSS pixels. */
  widthPx: number;
  heightPx: number;
  /** Lines: red, green, blue of each layer by the model's number, as `packColors` gives them. */
  colors: Uint8Array;
  /** Matrices: colours of weights. */
  table: ColorTable;
  scale: Scale;
  range: Range;
}

export interface ThumbnailsOptions {
  /** How many of the thumbnails waited for are done, whenever that changes. */
  onProgress?(ready: number, total: number): void;
  /** How many thumbnails are kept at most. Default: one a head. */
  capacity?: number;
  /** The heads among the thumbnails that cannot be read, whenever they change. Their thumbnails stay empty. */
  onFailures?(failures: readonly FailedHead[]): void;
}

export interface ThumbnailsLayer {
  /** Takes new values for some props. Returns whether a frame is needed, and asks the surface for it. */
  setProps(props: Partial<ThumbnailsProps>): boolean;
  destroy(): void;
}

/** A size must be kept so long before thumbnails are made anew for it, while those of another size stand in. */
const calmMs = 100;
const colorsPerRow = 256;

/**
 * Draws the heads of a model as thumbnails, from one texture, in one call. A thumbnail is made once, in slices of some
 * milliseconds, so that the page stays smooth and thumbnails appear as they are ready; at a new size the old ones stand in,
 * stretched, until the new are made.
 */
export function createThumbnailsLayer(surface: Surface, options: ThumbnailsOptions = {}): ThumbnailsLayer {
  const props: ThumbnailsProps = {
    stream: null,
    kind: 'lines',
    thumbnails: [],
    awaited: Infinity,
    widthPx: 0,
    heightPx: 0,
    colors: new Uint8Array(3),
    table: paper,
    scale: 'sqrt',
    range: [0, 1],
  };
  let table = tableTexture(paper);
  let colors = colorTexture(props.colors);
  let sheet: Sheet | null = null;
  /** Of another size, for what `sheet` does not have yet. */
  let standIn: Sheet | null = null;
  let source: Stream | null = null;
  /** Heads for which the atlas has no room. */
  const crowdedOut = new Set<string>();
  let told = '';
  let destroyed = false;
  const container = new Container();

  const reads = createReads({
    read: ({ layer, head }, signal) =>
      props.stream!.matrix(layer, head).block(sheet!.format.request, { signal }),
    weights: () => sheet!.format.weights,
    take(head, block) {
      let needed: Set<string> | undefined;
      const isNeeded = (key: string) => (needed ??= new Set(props.thumbnails.map(keyOf))).has(key);
      if (!sheet!.put(head, block, isNeeded)) crowdedOut.add(keyOf(head));
    },
    onChange: () => surface.invalidate(),
    onFailures: (failures) => options.onFailures?.(failures),
  });

  const has = (head: Thumbnail): boolean => sheet?.has(head) ?? false;
  const isDone = (head: Thumbnail): boolean =>
    has(head) || crowdedOut.has(keyOf(head)) || reads.hasFailed(keyOf(head));
  const missing = (): Thumbnail[] =>
    props.thumbnails.filter((head) => !isDone(head) && reads.isOpen(keyOf(head)));
  const heldOf = (some: Sheet | null): number =>
    some ? props.thumbnails.filter((head) => some.has(head)).length : -1;

  function changeSheet(format: Format | null): void {
    const { stream } = props;
    reads.reset();
    crowdedOut.clear();
    const [kept, dropped] = heldOf(standIn) > heldOf(sheet) ? [standIn, sheet] : [sheet, standIn];
    dropped?.destroy();
    standIn = kept;
    if (stream !== source || !format) dropStandIn();
    sheet = null;
    source = stream;
    if (!format || !stream) return;
    const heads = stream.layers.length * stream.heads.length;
    sheet = createSheet(format, Math.min(heads, options.capacity ?? Infinity), table, colors);
    container.addChild(sheet.mesh.mesh);
  }

  function dropStandIn(): void {
    standIn?.destroy();
    standIn = null;
  }

  function prepare(): void {
    const format = chooseFormat(props, surface.pixelRatio);
    if (format?.id !== sheet?.format.id || props.stream !== source) changeSheet(format);
    const { thumbnails } = props;
    sheet?.show(thumbnails, props, surface.pixelRatio);
    if (thumbnails.every(isDone)) dropStandIn();
    standIn?.show(
      thumbnails.filter((head) => !has(head)),
      props,
      surface.pixelRatio,
    );
    const first = sheet ? thumbnails.slice(0, props.awaited) : [];
    tell(first.filter(isDone).length, first.length);
    const covered = standIn !== null && thumbnails.every((head) => has(head) || standIn!.has(head));
    if (sheet && missing().length > 0) reads.start(missing, covered ? calmMs : 0);
  }

  function tell(ready: number, total: number): void {
    const now = `${ready}/${total}`;
    if (now !== told) options.onProgress?.(ready, total);
    told = now;
  }

  const layer = {
    setProps(next: Partial<ThumbnailsProps>) {
      const changed = destroyed ? [] : takeProps(props, next);
      if (changed.length === 0) return false;
      if (changed.includes('thumbnails')) {
        reads.keep(props.thumbnails);
        // There may be room for them now.
        crowdedOut.clear();
      }
      if (changed.includes('stream')) reads.reset();
      if (changed.includes('colors')) colors = replace('uColors', colors, colorTexture(props.colors));
      if (changed.includes('table')) table = replace('uTable', table, tableTexture(props.table));
      surface.invalidate();
      return true;
    },
    prepare,
    destroy() {
      if (destroyed) return;
      destroyed = true;
      reads.reset();
      for (const each of [sheet, standIn]) each?.destroy();
      container.destroy();
      for (const each of [table, colors]) destroyDataTexture(each);
      surface.removeLayer(layer);
    },
  };

  function replace(name: 'uColors' | 'uTable', old: typeof table, next: typeof table): typeof table {
    for (const each of [sheet, standIn]) each?.mesh.setTexture(name, next);
    destroyDataTexture(old);
    return next;
  }

  surface.root.addChild(container);
  surface.addLayer(layer);
  return layer;
}

function tableTexture(table: ColorTable) {
  return createDataTexture({ data: rgbToTexels(table, 256), width: 256, height: 1, format: 'rgba8unorm' });
}

function colorTexture(rgb: Uint8Array) {
  const height = Math.max(1, Math.ceil(rgb.length / 3 / colorsPerRow));
  const data = rgbToTexels(rgb, colorsPerRow * height);
  return createDataTexture({ data, width: colorsPerRow, height, format: 'rgba8unorm' });
}
