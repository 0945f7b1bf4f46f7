import type { Selection } from 'd3-selection';

interface Look {
  /** Where lines start and end, and how far tokens are apart, in pixels. */
  left: number;
  right: number;
  rowPx: number;
  /** Of a weight of 1. */
  opacity: number;
  /** Of a head's lines. */
  color: (head: Uint8Array) => string;
  /** Each line says which query and key it joins, as those of head views do. */
  named: boolean;
}

/**
 * Joins a group a query and a line a key to groups that hold a head's weights each. All that a line is lies in its own attributes,
 * as in notebook tools (BertViz 1.4).
 */
export function drawLines(
  heads: Selection<SVGGElement, Uint8Array>,
  tokens: number,
  { left, right, rowPx, opacity, color, named }: Look,
): void {
  const middle = (token: number) => (token + 0.5) * rowPx;
  const lines = heads
    .selectAll<SVGGElement, Line[]>('g.query')
    .data((head) => {
      const stroke = color(head);
      return Array.from({ length: tokens }, (_, query) =>
        Array.from(head.subarray(query * tokens, (query + 1) * tokens), (weight, key) => {
          return { weight, query, key, stroke };
        }),
      );
    })
    .join('g')
    .attr('class', 'query')
    .selectAll<SVGLineElement, Line>('line')
    .data((row) => row)
    .join('line')
    .attr('x1', left)
    .attr('y1', ({ query }) => middle(query))
    .attr('x2', right)
    .attr('y2', ({ key }) => middle(key))
    .attr('stroke-width', 2)
    .attr('stroke', ({ stroke }) => stroke);
  if (named) lines.attr('left-token-index', ({ query }) => query).attr('right-token-index', ({ key }) => key);
  lines.attr('stroke-opacity', ({ weight }) => (weight / 255) * opacity);
}

interface Line {
  weight: number;
  query: number;
  key: number;
  stroke: string;
}
