import type { ThumbnailFormat } from '../../scene/thumbnail-format.js';
import type { Block } from '../../trace/index.js';
import { mostOf } from '../colors/scale.js';
import { cellColors, headCells, wholeRequest } from './head-cells.js';
import { pictureLines, rasterizeLines } from './rasterize-lines.js';
import type { ThumbnailsProps } from './types.js';

/** A matrix is shown with no more cells than this on a side. */
const mostCells = 64;
/** Longer sequences get so many lines in all, for each query, or run of queries, those of the largest weights. */
const mostTokensWithAllLines = 64;
/** Lines start no closer than this, or they would run together; but some are always there to see a pattern in. */
const leastLineDistancePx = 2;
const fewestLines = 16;

/** Larger pictures have thicker lines. */
const lineWidthPx = (heightPx: number): number => Math.min(Math.max(heightPx / 90, 1), 2);

/** The format of thumbnails, or null where there is nothing to draw. */
export function chooseFormat(
  { stream, kind, scale, range, widthPx, heightPx }: ThumbnailsProps,
  ratio: number,
): ThumbnailFormat | null {
  const width = Math.round(widthPx * ratio);
  const height = Math.round(heightPx * ratio);
  if (!stream || width < 1 || height < 1) return null;
  const queries = stream.queryTokens.length;
  const keys = stream.keyTokens.length;
  const weights = queries * keys;
  const cells = (block: Block) => headCells(block, queries, keys);
  if (kind === 'matrix') {
    const request = wholeRequest(queries, keys, Math.min(mostCells, height), Math.min(mostCells, width));
    return {
      id: `matrix ${request.cols} ${request.rows} ${scale} ${range.join()}`,
      kind,
      channels: 1,
      weights,
      width: request.cols,
      height: request.rows,
      request,
      make: (block) => cellColors(cells(block), scale, range),
    };
  }
  const few = Math.max(queries, keys) <= mostTokensWithAllLines;
  const mostLines = few ? mostTokensWithAllLines : Math.max(fewestLines, height / leastLineDistancePx);
  const request = wholeRequest(queries, keys, mostLines, mostLines);
  const linesPerRow = few ? Infinity : Math.max(1, Math.floor(mostLines / request.rows));
  const channels = range[0] < 0 ? (2 as const) : (1 as const);
  const picture = {
    channels,
    most: mostOf(range),
    width,
    height,
    linePx: ratio * lineWidthPx(heightPx),
    linesPerRow,
  };
  return {
    id: `lines ${width} ${height} ${ratio} ${range.join()}`,
    channels,
    kind,
    weights,
    width,
    height,
    request,
    make: (block) => rasterizeLines(cells(block), picture),
    lines: (block) => pictureLines(cells(block), picture),
  };
}
