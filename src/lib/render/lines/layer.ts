import { Container } from 'pixi.js';
import type { Rect } from '../heatmap/window.js';
import { takeProps } from '../props.js';
import type { Surface } from '../surface.js';
import { createDataTexture, destroyDataTexture, rgbToTexels, type DataTexture } from '../textures.js';
import { createLineMesh, createLineUniforms } from './line-mesh.js';
import { lineStride } from './line-texels.js';
import { pickLines } from './pick-lines.js';

/** Lines as columns, one entry a line: token positions, index of the head's colour, weight in 0..1. Copied. */
export interface Lines {
  count: number;
  query: ArrayLike<number>;
  key: ArrayLike<number>;
  head: ArrayLike<number>;
  weight: ArrayLike<number>;
}

export interface LinesProps {
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
  /** A line's opacity is its weight × this, at most 1. @default 1 */
  opacityScale: number;
  /** CSS pixels of a line of weight 0 and of weight 1. @default [0.6, 2.4] */
  widthPx: readonly [number, number];
  /** The lines of this query, this key, or this pair stand out; the others fade to a tenth. @default none */
  focus: { query: number | null; key: number | null };
}

export interface LinesLayer {
  /** Replaces all lines. Draws them in the order given. */
  setLines(lines: Lines): void;
  /** Takes new values for some props. Returns whether a frame is needed, and asks the surface for it. */
  setProps(props: Partial<LinesProps>): boolean;
  destroy(): void;
}

const fade = 0.1;
/** A fainter line is no nearer to another colour than to none. */
const faintest = 1 / 512;
/** Tokens that may be scrolled before lines are picked anew. */
const slack = 8;
/** What can change without other lines coming into sight. */
const movesOnly = new Set<keyof LinesProps>(['queryStart', 'keyStart', 'colors']);
/** Width of the colour texture; a texture's side is limited, so heads go on in further rows. */
const colorsPerRow = 256;

/** Draws lines from queries to keys on a surface. Scrolling changes uniforms only. */
export function createLinesLayer(surface: Surface): LinesLayer {
  const props: LinesProps = {
    rect: { x: 0, y: 0, width: 0, height: 0 },
    layout: 'vertical',
    queryStart: 0,
    keyStart: 0,
    tokenPx: 0,
    colors: new Uint8Array(3),
    opacityScale: 1,
    widthPx: [0.6, 2.4],
    focus: { query: null, key: null },
  };
  const container = new Container();
  const lineUniforms = createLineUniforms();
  let colors = colorTexture(props.colors);
  const rest = createLineMesh(lineUniforms, colors, 0);
  const focused = createLineMesh(lineUniforms, colors, 1);
  let packed = new Float32Array(lineStride);
  let count = 0;
  /** Where tokens were scrolled to when lines were picked; undefined where that has to be done anew. */
  let picked: Pick<LinesProps, 'queryStart' | 'keyStart'> | undefined;
  let destroyed = false;

  function setColors(rgb: Uint8Array): void {
    const old = colors;
    colors = colorTexture(rgb);
    rest.setColors(colors);
    focused.setColors(colors);
    destroyDataTexture(old);
  }

  /** Gives the meshes the lines that may be seen until tokens are scrolled by more than `slack`. */
  function pick(): void {
    const { focus, keyStart, layout, opacityScale, queryStart, rect, tokenPx, widthPx } = props;
    const widestPx = 1.5 * Math.max(...widthPx);
    const margin = slack + 0.5 + (widestPx / 2 + 1 / surface.pixelRatio) / tokenPx;
    const length = (layout === 'horizontal' ? rect.width : rect.height) / tokenPx;
    const range = { before: -margin, after: length - 1 + margin };
    const least = {
      leastRest: faintest / opacityScale / fadeOfRest(),
      leastFocused: faintest ** 2 / opacityScale,
    };
    pickLines(packed, count, { queryStart, keyStart, ...range, focus, ...least }, rest.lines, focused.lines);
    rest.show();
    focused.show();
    picked = { queryStart, keyStart };
  }

  const fadeOfRest = (): number => (props.focus.query === null && props.focus.key === null ? 1 : fade);

  function prepare(): void {
    const { keyStart, layout, opacityScale, queryStart, rect, tokenPx, widthPx } = props;
    if (
      !picked ||
      Math.abs(picked.queryStart - queryStart) > slack ||
      Math.abs(picked.keyStart - keyStart) > slack
    )
      pick();
    const ratio = surface.pixelRatio;
    const { uniforms } = lineUniforms;
    uniforms.uRect.set([rect.x, rect.y, rect.x + rect.width, rect.y + rect.height].map((px) => px * ratio));
    const [query, key] = [Math.floor(queryStart), Math.floor(keyStart)];
    uniforms.uStart.set([query, queryStart - query, key, keyStart - key]);
    uniforms.uTokenPx = tokenPx * ratio;
    uniforms.uHorizontal = layout === 'horizontal' ? 1 : 0;
    uniforms.uWidthPx.set([widthPx[0] * ratio, widthPx[1] * ratio]);
    uniforms.uOpacity = opacityScale;
    uniforms.uFade = fadeOfRest();
  }

  const layer = {
    setLines(lines: Lines) {
      if (destroyed) return;
      count = lines.count;
      packed = new Float32Array(Math.max(1, count) * lineStride);
      for (let i = 0, at = 0; i < count; i++, at += lineStride) {
        packed[at] = lines.query[i]!;
        packed[at + 1] = lines.key[i]!;
        packed[at + 2] = lines.head[i]!;
        packed[at + 3] = lines.weight[i]!;
      }
      picked = undefined;
      surface.invalidate();
    },
    setProps(next: Partial<LinesProps>) {
      const changed = destroyed ? [] : takeProps(props, next);
      if (changed.length === 0) return false;
      if (changed.includes('colors')) setColors(props.colors);
      if (changed.some((name) => !movesOnly.has(name))) picked = undefined;
      surface.invalidate();
      return true;
    },
    prepare,
    destroy() {
      if (destroyed) return;
      destroyed = true;
      rest.destroy();
      focused.destroy();
      container.destroy();
      destroyDataTexture(colors);
      surface.removeLayer(layer);
    },
  };

  container.addChild(rest.mesh, focused.mesh);
  surface.root.addChild(container);
  surface.addLayer(layer);
  return layer;
}

function colorTexture(rgb: Uint8Array): DataTexture {
  const height = Math.max(1, Math.ceil(rgb.length / 3 / colorsPerRow));
  const data = rgbToTexels(rgb, colorsPerRow * height);
  return createDataTexture({ data, width: colorsPerRow, height, format: 'rgba8unorm' });
}
