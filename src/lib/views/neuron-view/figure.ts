import type { Figure, FigureOptions } from '../../export/index.js';
import { neuronFigure, type NeuronColumn, type TokenMark } from '../../export/neuron-figure.js';
import { lineStyle } from '../../scene/head-scene.js';
import { formatValue } from '../kit/numbers.js';
import { rowPx } from '../kit/rows.js';
import { until } from '../kit/until.js';
import { columnNames, sharedName } from './column-names.js';
import { neuronLayout } from './layout.js';
import type { NeuronState } from './neuron-state.svelte.js';
import { lookOf, strongestBar } from './token-bar.js';

/** The figure of a neuron view: the rows that are in sight, or all. */
export async function figureOfNeurons(neurons: NeuronState, options: FigureOptions): Promise<Figure> {
  const { view } = neurons;
  await until(() => !neurons.waiting, options.signal);
  const { stream, trace, labels, selection } = view.mustShow(neurons.error);
  const { vectors, open, body } = neurons;
  if (!vectors) throw new Error(labels.noVectors);
  const { queryTokens, keyTokens } = stream;
  const shared = sharedName(neurons);
  const layout = options.whole
    ? neuronLayout(options.width ?? 720, open && vectors.dim, queryTokens, keyTokens, shared !== '')
    : body.layout;
  const first = Math.floor(body.scroll.top / rowPx);
  const last = Math.ceil((body.scroll.top + body.height - layout.headPx) / rowPx);
  const columns: NeuronColumn[] = [
    ...(open && layout.narrow
      ? []
      : [
          {
            name: labels.queries,
            range: '',
            span: { ...layout.queries, width: layout.queries.width - 5 },
            align: 'end' as const,
          },
        ]),
    ...(open
      ? columnNames(neurons, layout).map((column) => ({ ...column, align: 'start' as const }))
      : [
          {
            name: labels.keys,
            range: '',
            span: { ...layout.tokens, x: layout.tokens.x + 7 },
            align: 'start' as const,
          },
        ]),
  ];
  return neuronFigure({
    ...{ stream, trace, labels, layout, vectors, open, columns, shared },
    place: labels.place(selection.layer, String(view.head)),
    head: view.head!,
    options: { ...view.options },
    rows: options.whole ? { start: 0, end: body.rows } : { start: first, end: Math.min(last, body.rows) },
    lines: linesOf(neurons),
    seen: options.whole ? undefined : { ...body.scroll, width: body.width, height: body.height },
    stripY: options.whole && open ? open.query * rowPx : body.stripY,
    markIn: (column, key) => neurons.markIn(column, key),
    range: neurons.range,
    lookOf: (side, position) => markOf(neurons, side, position),
    notes: [open ? '' : labels.linesFrom(formatValue(neurons.threshold, stream.quantity))],
  });
}

function linesOf({ lines, range, opacityScale, linesInFocus }: NeuronState) {
  const look = { colors: [], range, opacityScale, focus: linesInFocus };
  return Array.from({ length: lines.count }, (_, i) => ({
    ...lineStyle({ lines, look }, i),
    from: lines.query[i]!,
    to: lines.key[i]!,
    negative: lines.weight[i]! < 0,
  }));
}

function markOf(neurons: NeuronState, side: 'query' | 'key', position: number): TokenMark {
  const { open, focusedKey } = neurons;
  if (open && side === 'key') return { mark: position === focusedKey ? 'focused' : undefined };
  const { tie, ...look } = lookOf(neurons, side, position);
  return { ...look, bar: tie && { opacity: strongestBar * tie.share, negative: tie.number < 0 } };
}
