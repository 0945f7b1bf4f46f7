import { Container } from 'pixi.js';
import { lineWidthsPx, type Lines } from '../../scene/head-scene.js';
import type { Rect } from '../../scene/rect.js';
import { diverging } from '../colors/diverging.js';
import { mostOf, type Range } from '../colors/scale.js';
import type { ColorTable } from '../colors/table.js';
import { createLayer, type Layer } from '../layer.js';
import type { Surface } from '../surface.js';
import { colorTexture, destroyDataTexture } from '../textures.js';
import { createLineMesh, createLineUniforms } from './line-mesh.js';
import { lineStride } from './line-texels.js';
import { pickLines } from './pick-lines.js';
import { createTiles, type Run, type Tiles } from './tiles.js';

export interface LinesProps {
  /** Drawn in the order given. Copied when it is another object. */
  lines: Lines;
  /** More lines, drawn over these, that come and go with the focus. @default none */
  more: Lines;
  /** Where on the surface, in CSS pixels: queries on the left (or top) edge, keys on the right (or bottom) one. */
  rect: Rect;
  /** `vertical`: tokens below each other, lines run left to right. @default 'vertical' */
  layout: 'vertical' | 'horizontal';
  /** How many tokens are scrolled away before the rect's start, fractions allowed. @default 0 */
  queryStart: number;
  keyStart: number;
  /** CSS pixels from one token to the next. */
  tokenPx: number;
  /** Red, green, blue of each head, as `packColors` gives them. */
  colors: Uint8Array;
  /**
   * What a line is measured by: its magnitude is |weight| ÷ the largest magnitude of the range. A range that starts below 0, [−m, m],
   * asks for signed weights: the colour is then that of an end of `table` by sign, whatever the head. @default [0, 1]
   */
  range: Range;
  /** 256 × red, green, blue, for signed weights. @default diverging.light */
  table: ColorTable;
  /** A line's opacity is its magnitude × this, at most 1. @default 1 */
  opacityScale: number;
  /** CSS pixels of a line of magnitude 0 and of 1. @default [0.6, 2.4] */
  widthPx: readonly [number, number];
  /** The lines of this query, this key, or this pair stand out; the others fade to a tenth. @default none */
  focus: { query: number | null; key: number | null };
  /**
   * What of the rect can be seen at the moment, in CSS pixels along the tokens: lines there are drawn first, and those around it once these
   * are on the screen. @default all
   */
  sight: { start: number; end: number };
}

export type LinesLayer = Layer<LinesProps>;

const noFocus = { query: null, key: null };
const fade = 0.1;
/** A fainter line is no nearer to another colour than to none. */
const faintest = 1 / 512;
/** So many lines are drawn again sooner than a picture of them is made. */
const fewLines = 500;
/** Tokens that may be scrolled before lines are picked anew. */
const slack = 8;
/** What can change without other lines coming into sight. */
const movesOnly = new Set<keyof LinesProps>(['queryStart', 'keyStart', 'colors', 'sight']);
/** What can change without the lines at rest, where both sides are scrolled together and the lines are of the same. */
const comeAndGo = new Set<keyof LinesProps>(['focus', 'lines', 'more', 'queryStart', 'keyStart', 'sight']);

const noLines: Lines = { count: 0, query: [], key: [], head: [], weight: [] };

/**
 * Draws lines from queries to keys on a surface. While nothing but the focus changes, and both sides are scrolled together, the lines at
 * rest are drawn once, into pictures: some of them all, and some of them faded, on which those in focus lie.
 */
export function createLinesLayer(surface: Surface): LinesLayer {
  const props: LinesProps = {
    lines: noLines,
    more: noLines,
    rect: { x: 0, y: 0, width: 0, height: 0 },
    layout: 'vertical',
    queryStart: 0,
    keyStart: 0,
    tokenPx: 0,
    colors: new Uint8Array(3),
    range: [0, 1],
    table: diverging.light,
    opacityScale: 1,
    widthPx: lineWidthsPx,
    focus: noFocus,
    sight: { start: 0, end: Infinity },
  };
  const lineUniforms = createLineUniforms();
  let colors = colorTexture(props.colors);
  const rest = createLineMesh(lineUniforms, colors, 0);
  const focused = createLineMesh(lineUniforms, colors, 1);
  /** Where lines are that are drawn into a picture only. */
  const offstage = new Container();
  const tiles = { plain: createTiles(surface), faded: createTiles(surface) };
  /** Those that were wanted since something changed. */
  const wanted = new Set<Tiles>();
  /** How far apart the sides are scrolled. */
  let apart = 0;
  /** What the lines were of. */
  let shown: object = noLines;
  /** Of what cannot be seen: whether pictures are missing, and whether it is time to draw them. */
  let around: 'there' | 'missing' | 'due' = 'there';
  const packed = { lines: pack(noLines), more: pack(noLines) };
  /** Where tokens were scrolled to when lines were picked; undefined where that has to be done anew. */
  let picked: Pick<LinesProps, 'queryStart' | 'keyStart'> | undefined;

  /** Colours of heads, or of negative and positive weights. */
  function setColors(): void {
    const old = colors;
    const { table } = props;
    const ends = Uint8Array.of(...table.subarray(0, 3), ...table.subarray(3 * 255));
    colors = colorTexture(isSigned() ? ends : props.colors);
    rest.setTexture('uColors', colors);
    focused.setTexture('uColors', colors);
    destroyDataTexture(old);
  }

  /** Gives meshes those of some lines that may be seen from a place on, after what they have. */
  function pick(
    from: 'lines' | 'more',
    { queryStart, keyStart, lengthPx }: Run,
    focus: LinesProps['focus'],
    resting: boolean,
  ): void {
    const { opacityScale, range, tokenPx, widthPx } = props;
    const ratio = surface.pixelRatio;
    const widestPx = 1.5 * Math.max(...widthPx);
    const margin = slack + 0.5 + (widestPx / 2 + 1 / ratio) / tokenPx;
    const seen = { before: -margin, after: lengthPx / ratio / tokenPx - 1 + margin };
    const most = mostOf(range);
    const least = {
      leastRest: resting ? (most * faintest) / opacityScale / fadeOfRest() : Infinity,
      leastFocused: (most * faintest ** 2) / opacityScale,
    };
    const pick = { queryStart, keyStart, ...seen, focus, ...least };
    pickLines(packed[from], props[from].count, pick, rest.lines, focused.lines);
  }

  function pickNone(): void {
    rest.lines.clear();
    focused.lines.clear();
  }

  function showPicked(): void {
    rest.show();
    focused.show();
  }

  const isSigned = (): boolean => props.range[0] < 0;
  const hasFocus = (): boolean => props.focus.query !== null || props.focus.key !== null;
  const fadeOfRest = (): number => (hasFocus() ? fade : 1);

  /** What the rect shows. */
  const inSight = (): Run => {
    const { keyStart, layout, queryStart, rect } = props;
    const lengthPx = (layout === 'horizontal' ? rect.width : rect.height) * surface.pixelRatio;
    return { queryStart, keyStart, lengthPx };
  };

  function prepare(): void {
    const now = hasFocus() ? tiles.faded : tiles.plain;
    tiles.plain.hide();
    tiles.faded.hide();
    const { count, partial } = props.lines;
    // Pictures are wanted again for the next hover or scroll; of sides apart, which move against each other, once one comes.
    const together = props.queryStart === props.keyStart;
    if (count > fewLines && (together || wanted.has(now)) && fillsSurface()) showTiles(now);
    else showLines();
    if (!partial) wanted.add(now);
    setUniforms(inSight());
  }

  /** Whether the rect is as long as the surface: pictures are not cut. */
  function fillsSurface(): boolean {
    const { layout, rect } = props;
    const { width, height } = surface.devicePx;
    const [startPx, surfacePx] = layout === 'horizontal' ? [rect.x, width] : [rect.y, height];
    return startPx === 0 && Math.abs(inSight().lengthPx - surfacePx) < 1;
  }

  function showLines(): void {
    around = 'there';
    const run = inSight();
    if (
      picked &&
      Math.abs(picked.queryStart - run.queryStart) <= slack &&
      Math.abs(picked.keyStart - run.keyStart) <= slack
    )
      return;
    pickNone();
    pick('lines', run, props.focus, true);
    pick('more', run, props.focus, true);
    showPicked();
    picked = run;
  }

  function showTiles(now: Tiles): void {
    picked = undefined;
    const { keyStart, layout, queryStart, tokenPx } = props;
    const horizontal = layout === 'horizontal';
    const ratio = surface.pixelRatio;
    const { start, end } = props.sight;
    const sight = { start: start * ratio, end: end * ratio };
    const place = { queryStart, keyStart, horizontal, tokenPx: tokenPx * ratio, sight };
    const draw = (run: Run): Container => {
      pickNone();
      pick('lines', run, noFocus, true);
      showPicked();
      setUniforms(run);
      offstage.addChild(rest.mesh);
      return offstage;
    };
    const { partial = false } = props.lines;
    const missing = now.show(place, draw, { all: around === 'due' && !partial, partial });
    around = missing ? 'missing' : 'there';
    if (missing && !partial) surface.afterShown(drawAround);
    layer.container.addChildAt(rest.mesh, 2);
    pickNone();
    pick('lines', inSight(), props.focus, false);
    pick('more', inSight(), props.focus, true);
    showPicked();
  }

  function drawAround(): void {
    if (around !== 'missing') return;
    around = 'due';
    surface.invalidate();
  }

  function forgetTiles(): void {
    for (const each of Object.values(tiles)) each.forget();
    wanted.clear();
  }

  /** Lines are drawn from a place on, along the surface or the picture that they are drawn into. */
  function setUniforms({ queryStart, keyStart, lengthPx }: Run): void {
    const { layout, opacityScale, rect, tokenPx, widthPx } = props;
    const ratio = surface.pixelRatio;
    const { uniforms } = lineUniforms;
    const horizontal = layout === 'horizontal';
    const [x, y] = [rect.x * ratio, rect.y * ratio];
    const right = horizontal ? x + lengthPx : x + rect.width * ratio;
    const bottom = horizontal ? y + rect.height * ratio : y + lengthPx;
    uniforms.uRect.set([x, y, right, bottom]);
    const [query, key] = [Math.floor(queryStart), Math.floor(keyStart)];
    uniforms.uStart.set([query, queryStart - query, key, keyStart - key]);
    uniforms.uTokenPx = tokenPx * ratio;
    uniforms.uHorizontal = horizontal ? 1 : 0;
    uniforms.uWidthPx.set([widthPx[0] * ratio, widthPx[1] * ratio]);
    uniforms.uMost = mostOf(props.range);
    uniforms.uSigned = isSigned() ? 1 : 0;
    uniforms.uOpacity = opacityScale;
    uniforms.uFade = fadeOfRest();
  }

  const layer = createLayer(surface, props, {
    changed(names) {
      if (around === 'there' && names.every((name) => name === 'sight')) return false;
      if (names.includes('lines')) packed.lines = pack(props.lines);
      if (names.includes('more')) packed.more = pack(props.more);
      if (names.some((name) => ['colors', 'table', 'range'].includes(name))) setColors();
      if (names.some((name) => !movesOnly.has(name))) picked = undefined;
      const { lines, keyStart, queryStart } = props;
      const together = keyStart - queryStart === apart;
      apart = keyStart - queryStart;
      const same = (lines.of ?? lines) === shown;
      shown = lines.of ?? lines;
      if (!same || !together || names.some((name) => !comeAndGo.has(name))) forgetTiles();
      else if (names.includes('lines')) for (const each of Object.values(tiles)) each.forgetPartial();
    },
    prepare,
    contextRestored: forgetTiles,
    release() {
      tiles.plain.destroy();
      tiles.faded.destroy();
      offstage.destroy();
      rest.destroy();
      focused.destroy();
      destroyDataTexture(colors);
    },
  });
  layer.container.addChild(tiles.plain.container, tiles.faded.container, rest.mesh, focused.mesh);
  return layer;
}

function pack({ count, query, key, head, weight }: Lines): Float32Array {
  const packed = new Float32Array(Math.max(1, count) * lineStride);
  for (let i = 0, at = 0; i < count; i++, at += lineStride) {
    packed[at] = query[i]!;
    packed[at + 1] = key[i]!;
    packed[at + 2] = head[i]!;
    packed[at + 3] = weight[i]!;
  }
  return packed;
}
