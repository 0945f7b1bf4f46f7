import { Container } from 'pixi.js';
import type { Rect } from '../../scene/rect.js';
import { diverging } from '../colors/diverging.js';
import { mostOf, type Range } from '../colors/scale.js';
import type { ColorTable } from '../colors/table.js';
import { createLayer, type Layer } from '../layer.js';
import { createPicture, type Picture } from '../picture.js';
import type { Surface } from '../surface.js';
import { colorTexture, destroyDataTexture } from '../textures.js';
import { createLineMesh, createLineUniforms } from './line-mesh.js';
import { lineStride } from './line-texels.js';
import { pickLines } from './pick-lines.js';

/** Lines as columns, one entry a line: token positions, index of the head's colour, weight. Copied when it is another object. */
export interface Lines {
  count: number;
  query: ArrayLike<number>;
  key: ArrayLike<number>;
  head: ArrayLike<number>;
  weight: ArrayLike<number>;
}

export interface LinesProps {
  /** Drawn in the order given. */
  lines: Lines;
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
const movesOnly = new Set<keyof LinesProps>(['queryStart', 'keyStart', 'colors']);

/**
 * Draws lines from queries to keys on a surface. Scrolling changes uniforms only. While nothing but the focus changes, the lines at
 * rest are drawn once, into a picture: one of them all, and one of them faded, on which those in focus lie.
 */
export function createLinesLayer(surface: Surface): LinesLayer {
  const props: LinesProps = {
    lines: { count: 0, query: [], key: [], head: [], weight: [] },
    rect: { x: 0, y: 0, width: 0, height: 0 },
    layout: 'vertical',
    queryStart: 0,
    keyStart: 0,
    tokenPx: 0,
    colors: new Uint8Array(3),
    range: [0, 1],
    table: diverging.light,
    opacityScale: 1,
    widthPx: [0.6, 2.4],
    focus: { query: null, key: null },
  };
  const lineUniforms = createLineUniforms();
  let colors = colorTexture(props.colors);
  const rest = createLineMesh(lineUniforms, colors, 0);
  const focused = createLineMesh(lineUniforms, colors, 1);
  /** Where lines are that are drawn into a picture only. */
  const offstage = new Container();
  const pictures = { plain: createPicture(surface), faded: createPicture(surface) };
  /** The pictures that were drawn since something changed: what is drawn a second time is kept, and scrolling keeps nothing. */
  const drawn = new Set<Picture>();
  let packed = new Float32Array(lineStride);
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

  /** Gives the meshes the lines that may be seen until tokens are scrolled by more than `slack`. */
  function pick(focus: LinesProps['focus'], resting: boolean): void {
    const { keyStart, layout, lines, opacityScale, queryStart, range, rect, tokenPx, widthPx } = props;
    const widestPx = 1.5 * Math.max(...widthPx);
    const margin = slack + 0.5 + (widestPx / 2 + 1 / surface.pixelRatio) / tokenPx;
    const length = (layout === 'horizontal' ? rect.width : rect.height) / tokenPx;
    const seen = { before: -margin, after: length - 1 + margin };
    const most = mostOf(range);
    const least = {
      leastRest: resting ? (most * faintest) / opacityScale / fadeOfRest() : Infinity,
      leastFocused: (most * faintest ** 2) / opacityScale,
    };
    const pick = { queryStart, keyStart, ...seen, focus, ...least };
    pickLines(packed, lines.count, pick, rest.lines, focused.lines);
    if (resting) rest.show();
    focused.show();
  }

  const isSigned = (): boolean => props.range[0] < 0;
  const hasFocus = (): boolean => props.focus.query !== null || props.focus.key !== null;
  const fadeOfRest = (): number => (hasFocus() ? fade : 1);

  function prepare(): void {
    setUniforms();
    const picture = hasFocus() ? pictures.faded : pictures.plain;
    const keep = props.lines.count > fewLines && drawn.has(picture);
    if (keep) showPicture(picture);
    else showLines();
    drawn.add(picture);
    for (const each of Object.values(pictures)) each.mesh.visible = keep && each === picture;
  }

  function showLines(): void {
    layer.container.addChildAt(rest.mesh, 0);
    const { keyStart, queryStart } = props;
    if (
      picked &&
      Math.abs(picked.queryStart - queryStart) <= slack &&
      Math.abs(picked.keyStart - keyStart) <= slack
    )
      return;
    pick(props.focus, true);
    picked = { queryStart, keyStart };
  }

  function showPicture(picture: Picture): void {
    picked = undefined;
    offstage.addChild(rest.mesh);
    if (!picture.valid) {
      pick(noFocus, true);
      picture.take(offstage);
    }
    pick(props.focus, false);
  }

  function forgetPictures(): void {
    for (const picture of Object.values(pictures)) picture.forget();
    drawn.clear();
  }

  function setUniforms(): void {
    const { keyStart, layout, opacityScale, queryStart, rect, tokenPx, widthPx } = props;
    const ratio = surface.pixelRatio;
    const { uniforms } = lineUniforms;
    uniforms.uRect.set([rect.x, rect.y, rect.x + rect.width, rect.y + rect.height].map((px) => px * ratio));
    const [query, key] = [Math.floor(queryStart), Math.floor(keyStart)];
    uniforms.uStart.set([query, queryStart - query, key, keyStart - key]);
    uniforms.uTokenPx = tokenPx * ratio;
    uniforms.uHorizontal = layout === 'horizontal' ? 1 : 0;
    uniforms.uWidthPx.set([widthPx[0] * ratio, widthPx[1] * ratio]);
    uniforms.uMost = mostOf(props.range);
    uniforms.uSigned = isSigned() ? 1 : 0;
    uniforms.uOpacity = opacityScale;
    uniforms.uFade = fadeOfRest();
  }

  function pack({ count, query, key, head, weight }: Lines): void {
    packed = new Float32Array(Math.max(1, count) * lineStride);
    for (let i = 0, at = 0; i < count; i++, at += lineStride) {
      packed[at] = query[i]!;
      packed[at + 1] = key[i]!;
      packed[at + 2] = head[i]!;
      packed[at + 3] = weight[i]!;
    }
  }

  const layer = createLayer(surface, props, {
    changed(names) {
      if (names.includes('lines')) pack(props.lines);
      if (names.some((name) => ['colors', 'table', 'range'].includes(name))) setColors();
      if (names.some((name) => !movesOnly.has(name))) picked = undefined;
      if (names.some((name) => name !== 'focus')) forgetPictures();
    },
    prepare,
    contextRestored: forgetPictures,
    release() {
      pictures.plain.destroy();
      pictures.faded.destroy();
      offstage.destroy();
      rest.destroy();
      focused.destroy();
      destroyDataTexture(colors);
    },
  });
  layer.container.addChild(rest.mesh, pictures.plain.mesh, pictures.faded.mesh, focused.mesh);
  return layer;
}
