import type { Selection } from 'd3-selection';

interface Look {
  /** Where lines start and end, and how far tokens are apart, in pixels. */
  left: number;
  right: number;
  rowPx: number;
  /** Of a weight of 1. */
  opacity: number;
}

/** Joins a group a query and a line a key to groups that hold a head's weights each, as large as its opacity. */
export function drawLines(
  heads: Selection<SVGGElement, Uint8Array>,
  tokens: number,
  { left, right, rowPx, opacity }: Look,
): void {
  heads
    .selectAll<SVGGElement, Uint8Array>('g.query')
    .data((head) =>
      Array.from({ length: tokens }, (_, query) => head.subarray(query * tokens, (query + 1) * tokens)),
    )
    .join('g')
    .attr('class', 'query')
    .attr('transform', (_, query) => `translate(0 ${(query + 0.5) * rowPx})`)
    .selectAll<SVGLineElement, number>('line')
    .data((row, query) => Array.from(row, (weight, key) => ({ weight, down: key - query })))
    .join('line')
    .attr('x1', left)
    .attr('y1', 0)
    .attr('x2', right)
    .attr('y2', ({ down }) => down * rowPx)
    .attr('stroke-opacity', ({ weight }) => (weight / 255) * opacity);
}
