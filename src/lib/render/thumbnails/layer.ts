import type { ThumbnailFormat } from '../../scene/thumbnail-format.js';
import type { Stream } from '../../trace/index.js';
import { paper } from '../colors/sequential.js';
import { createLayer, type Layer } from '../layer.js';
import type { Surface } from '../surface.js';
import { colorTexture, destroyDataTexture, fillTable, tableTexture } from '../textures.js';
import { chooseFormat } from './format.js';
import { createReads } from './reads.js';
import { createSheet, type Sheet } from './sheet.js';
import { keyOf, type FailedHead, type Thumbnail, type ThumbnailsProps } from './types.js';

export interface ThumbnailsOptions {
  /** How many of the thumbnails waited for are done, whenever that changes. */
  onProgress?(ready: number, total: number): void;
  /** How many thumbnails are kept at most. Default: one a head. */
  capacity?: number;
  /** The heads among the thumbnails that cannot be read, whenever they change. Their thumbnails stay empty. */
  onFailures?(failures: readonly FailedHead[]): void;
}

export type ThumbnailsLayer = Layer<ThumbnailsProps>;

/** A size must be kept so long before thumbnails are made anew for it, while those of another size stand in. */
const calmMs = 100;

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
  const table = tableTexture(paper);
  let colors = colorTexture(props.colors);
  let sheet: Sheet | null = null;
  /** Of another size, for what `sheet` does not have yet. */
  let standIn: Sheet | null = null;
  let source: Stream | null = null;
  /** Heads for which the atlas has no room. */
  const crowdedOut = new Set<string>();
  let told = '';

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

  function changeSheet(format: ThumbnailFormat | null): void {
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
    layer.container.addChild(sheet.mesh.mesh);
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

  const layer = createLayer(surface, props, {
    changed(names) {
      if (names.includes('thumbnails')) {
        reads.keep(props.thumbnails);
        // There may be room for them now.
        crowdedOut.clear();
      }
      if (names.includes('stream')) reads.reset();
      if (names.includes('colors')) setColors();
      if (names.includes('table')) fillTable(table, props.table);
    },
    prepare,
    release() {
      reads.reset();
      for (const each of [sheet, standIn]) each?.destroy();
      for (const each of [table, colors]) destroyDataTexture(each);
    },
  });

  function setColors(): void {
    const old = colors;
    colors = colorTexture(props.colors);
    for (const each of [sheet, standIn]) each?.mesh.setTexture('uColors', colors);
    destroyDataTexture(old);
  }

  return layer;
}
