import type { Levels } from '../../trace/pyramid/reduce.js';
import { noteMovement } from '../../trace/pyramid/movement.js';
import { chooseLevel } from '../../scene/levels.js';
import type { Rect } from '../../scene/rect.js';
import type { Viewport } from '../../scene/viewport.js';
import type { Matrix } from '../../trace/types.js';
import { hexToRgb } from '../colors/oklab.js';
import { toUnit, type Range, type Scale } from '../colors/scale.js';
import { paper } from '../colors/sequential.js';
import type { ColorTable } from '../colors/table.js';
import { hatchColors } from '../colors/theme.js';
import { messageOf, RenderError } from '../errors.js';
import { createLayer, type Layer } from '../layer.js';
import type { Surface } from '../surface.js';
import { createDataTexture, destroyDataTexture, rgbToTexels } from '../textures.js';
import { seenBetween, type TilePart } from './seen-between.js';
import { createTileMesh, createViewUniforms, type TileMesh } from './tile-mesh.js';
import {
  clearTiles,
  holdTile,
  releaseTiles,
  setMemoryBudget,
  substitutes,
  useTile,
  type Tile,
} from './tiles.js';
import { axes, spanInView, tilesInView, type Axis } from './window.js';

/** Which cells cannot hold a weight: those whose key is after query + offset. Drawn as a hatch. */
export interface Causal {
  enabled: boolean;
  /** How many positions after its own a query sees; keys recorded before the first query make it positive. */
  offset: number;
  /** Lines of the hatch and what is between them, `#rrggbb`. */
  color: string;
  background: string;
}

export interface HeatmapLayerProps {
  /** What is drawn; `null` draws nothing. Tiles are kept by the identity of this object. */
  matrix: Matrix | null;
  /** The part of the matrix that fills `rect`. It may reach beyond the matrix; nothing is drawn there. */
  viewport: Viewport;
  /** Where on the surface, in CSS pixels. */
  rect: Rect;
  /** @default 'linear' */
  scale: Scale;
  /** The weights at the two ends of the table; of signed numbers [−m, m]. @default [0, 1] */
  range: Range;
  /** 256 × red, green, blue; of signed numbers `diverging`. @default paper */
  table: ColorTable;
  causal: Causal;
  /** Sets cells of 6 device pixels and more apart by a clear pixel. @default true */
  gap: boolean;
  /** Bytes of texture that all heatmaps of the page may keep. @default 256 MB */
  memoryBudget: number;
}

export type HeatmapLayer = Layer<HeatmapLayerProps>;

/** How far what should be on the screen has been read. */
export interface ReadingProgress {
  /** From 0 to 1. */
  share: number;
  /** Whether cells are drawn that were made of only some of their weights. */
  sampled: boolean;
}

export interface HeatmapLayerOptions {
  /** Called when a drawing has something else to say of it: `null` when all is read. */
  onReading?(reading: ReadingProgress | null): void;
}

const scaleNumbers: Record<Scale, number> = { linear: 0, sqrt: 1, log: 2 };
const gapFromPx = 6;
const hatchPeriodPx = 8;
/** Tiles of other levels drawn while those of the right one are read; enough for a screen, little for a frame. */
const maxSubstitutes = 64;

let layers = 0;

/** Draws a matrix as coloured cells on a surface. */
export function createHeatmapLayer(surface: Surface, options: HeatmapLayerOptions = {}): HeatmapLayer {
  const props: HeatmapLayerProps = {
    matrix: null,
    viewport: { query: 0, key: 0, queries: 0, keys: 0 },
    rect: { x: 0, y: 0, width: 0, height: 0 },
    scale: 'linear',
    range: [0, 1],
    table: paper,
    causal: { enabled: false, offset: 0, ...hatchColors.light },
    gap: true,
    memoryBudget: 256 * 2 ** 20,
  };
  const colors = new Uint8Array(4 * 256 * 4);
  const table = createDataTexture({ data: colors, width: 256, height: 4, format: 'rgba8unorm' });
  const view = createViewUniforms();
  const meshes: TileMesh[] = [];
  let held = new Set<Tile>();
  /** The last matrix drawn whole, kept on the screen until the next is read. */
  let shown: { matrix: Matrix; tiles: Tile[] } | null = null;
  let pending = false;
  /** The tiles on the screen, and what was last said of them. */
  let awaited: readonly Tile[] = [];
  let sampled = false;
  let told = '';
  /** The pixel ratio the table was made for; 0 where it is to be made anew. */
  let coloredFor = 0;

  const user = {
    tileReady: () => surface.invalidate(),
    tileProgress: () => tell(),
    tileFailed(cause: unknown) {
      const message = `Some weights could not be read: ${messageOf(cause)}`;
      surface.reportError(new RenderError('block-failed', message, { cause }));
      surface.invalidate();
    },
  };

  /** The tiles on the screen, and of these or older ones those to paint, bottom to top. */
  function chooseTiles(matrix: Matrix, levels: Levels): { needed: Tile[]; tiles: TilePart[] } {
    const { viewport } = props;
    const places = tilesInView(viewport, levels, matrix.rows, matrix.cols);
    const others = substitutes(matrix, levels).filter((tile) => overlaps(tile, viewport));
    // A quick look tells less than coarser cells that are whole.
    const quick = !others.some(
      ({ state, rowLevel, colLevel }) =>
        state === 'ready' && rowLevel >= levels.rowLevel && colLevel >= levels.colLevel,
    );
    const needed = places.map((place) => useTile(matrix, place, user, quick));
    const ready = needed.filter((tile) => tile.texture);
    pending = needed.some(({ state }) => state === 'pending' || state === 'sampled');
    if (ready.length === needed.length) {
      shown = { matrix, tiles: ready };
      return { needed, tiles: whole(ready) };
    }
    if (pending && shown && shown.matrix !== matrix && sameSize(shown.matrix, matrix)) {
      // Those panned away before may have been evicted.
      return { needed, tiles: whole(shown.tiles.filter((tile) => tile.texture)) };
    }
    const between = seenBetween(others, ready, viewport).slice(-maxSubstitutes);
    return { needed, tiles: [...between, ...whole(ready)] };
  }

  function prepare(): void {
    const { matrix, viewport, rect } = props;
    const empty = !(viewport.queries > 0 && viewport.keys > 0 && rect.width > 0 && rect.height > 0);
    if (!matrix || empty) {
      pending = false;
      shown = null;
      paint([]);
      hold([]);
      awaited = [];
      tell();
      return;
    }
    const { x, y } = axes(viewport, rect, surface.pixelRatio, matrix.rows, matrix.cols);
    const chosen = chooseTiles(matrix, {
      rowLevel: chooseLevel(y.cellPx, matrix.rows),
      colLevel: chooseLevel(x.cellPx, matrix.cols),
    });
    if (coloredFor !== surface.pixelRatio) setColors();
    coloredFor = surface.pixelRatio;
    setViewUniforms(x, y);
    paint(chosen.tiles, (tile, mesh) => placeTile(tile, mesh, x, y));
    hold([...chosen.needed, ...chosen.tiles.map(({ tile }) => tile)]);
    awaited = chosen.needed;
    sampled = chosen.tiles.some(({ tile }) => tile.state === 'sampled');
    tell();
  }

  /** Says how far the tiles on the screen are, where that has changed by a percent. */
  function tell(): void {
    const done = awaited.reduce((sum, { state, share }) => sum + (state === 'ready' ? 1 : share), 0);
    const share = Math.floor((100 * done) / Math.max(1, awaited.length)) / 100;
    const now = pending ? `${share} ${sampled}` : '';
    if (now !== told) options.onReading?.(pending ? { share, sampled } : null);
    told = now;
  }

  function setViewUniforms(x: Axis, y: Axis): void {
    const { gap, range, scale } = props;
    const { uniforms } = view;
    uniforms.uScale = scaleNumbers[scale];
    uniforms.uRange.set(range);
    uniforms.uGap.set([x, y].map(({ cellPx }) => (gap && cellPx >= gapFromPx ? 1 : 0)));
  }

  /** Cuts a tile to what is seen, in doubles, so that the shader works with small numbers. */
  function placeTile({ tile, part }: TilePart, mesh: TileMesh, x: Axis, y: Axis): void {
    const cols = part && { start: part.x, end: part.x + part.width };
    const rows = part && { start: part.y, end: part.y + part.height };
    const across = spanInView(x, tile.colLevel, tile.firstCol, tile.cols, cols);
    const down = spanInView(y, tile.rowLevel, tile.firstRow, tile.rows, rows);
    const [height, width] = [2 ** tile.rowLevel, 2 ** tile.colLevel];
    const { uniforms } = mesh;
    uniforms.uQuad.set([across.start, down.start, across.length, down.length]);
    uniforms.uCells.set([across.cell, down.cell, 1 / (x.cellPx * width), 1 / (y.cellPx * height)]);
    uniforms.uLast.set([tile.cols - 1, tile.rows - 1]);
    const { offset } = props.causal;
    uniforms.uCausal.set([
      height / width,
      ((tile.firstRow + 1) * height + offset) / width - tile.firstCol,
      (props.matrix!.rows + offset) / width - tile.firstCol,
    ]);
    // Counted from the matrix's corner, so that the hatch moves with the cells; and half a texel on, so that rounding changes
    // no colour.
    const periodPx = hatchPeriodPx * surface.pixelRatio;
    const along = ((across.fromOrigin + down.fromOrigin) % periodPx) / periodPx;
    uniforms.uHatch.set([1 / periodPx, along + 0.5 / 256]);
    mesh.setWeights(tile.texture!, {
      bytes: tile.texture!.format === 'r8unorm',
      causal: props.causal.enabled && hasImpossible(tile),
      gap: view.uniforms.uGap.some((apart) => apart > 0),
    });
    mesh.mesh.visible = across.length > 0 && down.length > 0;
  }

  /** Whether the last key of a tile comes after what its first queries see. */
  function hasImpossible({ rowLevel, colLevel, firstRow, firstCol, cols }: Tile): boolean {
    const lastQuery = Math.min((firstRow + 1) * 2 ** rowLevel, props.matrix!.rows) - 1;
    return (firstCol + cols - 1) * 2 ** colLevel > lastQuery + props.causal.offset;
  }

  /** The colours of the scale, of bytes, of a period of the hatch, and none, so that a pixel only looks them up. */
  function setColors(): void {
    const { scale, range, causal } = props;
    const { pixelRatio } = surface;
    colors.set(rgbToTexels(props.table, 256));
    const [line, between] = [hexToRgb(causal.color), hexToRgb(causal.background)];
    for (let i = 0; i < 256; i++) {
      const at = 4 * Math.round(toUnit(i / 255, scale, range) * 255);
      colors.copyWithin(4 * (256 + i), at, at + 4);
      const fromLine = Math.min(i, 256 - i) / 256 / Math.SQRT2;
      const ink = 1 - Math.min(1, Math.max(0, (fromLine - 0.05) * hatchPeriodPx * pixelRatio));
      colors.set([...line.map((c, n) => Math.round(c * ink + between[n]! * (1 - ink))), 255], 4 * (512 + i));
    }
    table.update();
  }

  /** Shows one mesh a tile, and gives the rest nothing to hold. */
  function paint(tiles: readonly TilePart[], place?: (tile: TilePart, mesh: TileMesh) => void): void {
    while (meshes.length < tiles.length) {
      const mesh = createTileMesh(view, table);
      meshes.push(mesh);
      layer.container.addChild(mesh.mesh);
    }
    meshes.forEach((mesh, i) => {
      const tile = tiles[i];
      if (tile) place?.(tile, mesh);
      else mesh.clear();
    });
  }

  function hold(tiles: readonly Tile[]): void {
    const next = new Set(tiles);
    for (const tile of next) holdTile(tile, user);
    releaseTiles(
      [...held].filter((tile) => !next.has(tile)),
      user,
    );
    held = next;
  }

  const layer = createLayer(surface, props, {
    changed(names) {
      // Another matrix is no movement: it is waited for.
      if (names.includes('viewport') && !names.includes('matrix')) noteMovement();
      if (names.includes('memoryBudget')) setMemoryBudget(props.memoryBudget);
      if (names.some((name) => ['table', 'scale', 'range', 'causal'].includes(name))) coloredFor = 0;
    },
    prepare,
    release() {
      for (const mesh of meshes) mesh.destroy();
      hold([]);
      destroyDataTexture(table);
      if (--layers === 0) clearTiles();
    },
  });
  layers++;
  return layer;
}

const whole = (tiles: readonly Tile[]): TilePart[] => tiles.map((tile) => ({ tile }));

const sameSize = (a: Matrix, b: Matrix): boolean => a.rows === b.rows && a.cols === b.cols;

function overlaps(tile: Tile, { query, key, queries, keys }: Viewport): boolean {
  const [height, width] = [2 ** tile.rowLevel, 2 ** tile.colLevel];
  const rowSeen = tile.firstRow * height < query + queries && (tile.firstRow + tile.rows) * height > query;
  return rowSeen && tile.firstCol * width < key + keys && (tile.firstCol + tile.cols) * width > key;
}
