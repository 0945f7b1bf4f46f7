import { lookThrough, plainLens, type Lens } from '../analysis/lens/index.js';
import type { Group, HeadWeights } from '../analysis/index.js';
import { headOf } from '../explore/choose-head.js';
import { resolveSelection, type StartingChoice } from '../explore/resolve-selection.js';
import type { ColorTable } from '../render/colors/index.js';
import { TraceError, type StreamName, type Trace } from '../trace/index.js';
import { colorsRule, type ColorName } from '../views/heatmap/color-tables.js';
import { groupViewOptions, type GroupViewOptions } from '../views/group-view/options.js';
import { heatmapOptions, type HeatmapOptions } from '../views/heatmap/options.js';
import { headViewOptions, type HeadViewOptions } from '../views/head-view/options.js';
import { defaultLabels, type Labels } from '../views/kit/labels/index.js';
import { checkOption, type OptionRules } from '../views/kit/option-rules.js';
import type { Figure, FigureOptions } from './figure.js';
import { wholeGroups } from './whole-groups.js';
import { wholeHeatmap } from './whole-heatmap.js';
import { wholeHead } from './whole-head.js';

/** What of a trace a figure shows, where no view says so. */
export interface FigureOfOptions extends Omit<FigureOptions, 'whole'> {
  /** Default: the first of the trace. */
  stream?: StreamName;
  /** By the model's number. Default: the first of the stream. */
  layer?: number;
  /** Of a head view, by the model's numbers. Default: all of the layer. */
  heads?: readonly number[];
  /** Of a heatmap, by the model's number. Default: the first of `heads`. */
  head?: number;
  /** Strings in place of the English ones. */
  labels?: Partial<Labels>;
}

/** Of a heatmap: its options, and its colours. */
export interface HeatmapFigureOptions extends FigureOfOptions, Partial<HeatmapOptions> {
  colors?: ColorName | ColorTable;
}

/** Of a head view: its options, of which `scrolling` changes nothing. */
export interface HeadFigureOptions extends FigureOfOptions, Partial<HeadViewOptions> {}

/** Of a group view: its groups and options; it shows all heads unless some are chosen. */
export interface GroupFigureOptions
  extends Omit<FigureOfOptions, 'layer' | 'heads' | 'head'>, Partial<GroupViewOptions> {
  queryGroups?: readonly Group[];
  keyGroups?: readonly Group[];
  headWeights?: HeadWeights;
}

/**
 * The figure of a view that is on no screen: it needs neither a browser, nor Svelte, nor Pixi. All tokens are shown; of a heatmap
 * the part that `viewport` says.
 *
 * @throws TraceError `unknown-stream`, `unknown-layer`, `unknown-head`, `unknown-option`, `lens`; of groups what `groupShares` throws
 * @example
 * const trace = await loadTrace('trace.safetensors');
 * await writeFile('head.svg', toSVG(await figureOf('Heatmap', trace, { layer: 3, head: 1 }), { widthMm: 85 }));
 */
export function figureOf(view: 'Heatmap', trace: Trace, options?: HeatmapFigureOptions): Promise<Figure>;
export function figureOf(view: 'HeadView', trace: Trace, options?: HeadFigureOptions): Promise<Figure>;
export function figureOf(view: 'GroupView', trace: Trace, options?: GroupFigureOptions): Promise<Figure>;
export async function figureOf(
  view: 'Heatmap' | 'HeadView' | 'GroupView',
  trace: Trace,
  given: HeatmapFigureOptions | HeadFigureOptions | GroupFigureOptions = {},
): Promise<Figure> {
  if (view === 'Heatmap') {
    const { colors = 'auto', ...rest } = given as HeatmapFigureOptions;
    checkOption('colors', colors, colorsRule);
    const options = optionsOf<HeatmapOptions>(heatmapOptions, rest);
    const { selection, ...shown } = choose(trace, given, options);
    const { layer } = selection;
    return wholeHeatmap({ ...shown, layer, head: headOf(selection), options, colors }, given);
  }
  if (view === 'HeadView') {
    const options = optionsOf<HeadViewOptions>(headViewOptions, given as HeadFigureOptions);
    const { selection, ...shown } = choose(trace, given, options);
    const { layer, heads } = selection;
    return wholeHead({ ...shown, layer, heads, options }, given);
  }
  if (view === 'GroupView') {
    const { queryGroups, keyGroups, headWeights, stream, labels } = given as GroupFigureOptions;
    const options = optionsOf<GroupViewOptions>(groupViewOptions, given as GroupFigureOptions);
    const shown = {
      stream: trace.stream(resolveSelection(trace, {}, { stream }).stream),
      labels: { ...defaultLabels, ...labels },
    };
    return wholeGroups({ trace, ...shown, queryGroups, keyGroups, headWeights, options }, given);
  }
  throw new TraceError({
    code: 'unknown-option',
    place: 'view',
    found: String(view),
    expected: `'Heatmap', 'HeadView' or 'GroupView'`,
    fix: 'Figures of other views are made by the view itself, in a browser.',
  });
}

function choose(trace: Trace, given: FigureOfOptions, lens: Partial<Lens>) {
  const { stream, layer, heads, head }: StartingChoice = given;
  const selection = resolveSelection(trace, head === undefined ? {} : { head }, {
    stream,
    layer,
    heads,
    head,
  });
  const of = trace.stream(selection.stream);
  const { granularity, hide, renormalize } = { ...plainLens, ...lens };
  const seen = lookThrough(of, { granularity, hide, renormalize });
  // A layer may have fewer heads than the others.
  const held = [...(heads ? selection.heads : of.headsOf(selection.layer))];
  return {
    trace,
    stream: seen.stream,
    hiddenKeys: seen.hiddenKeys,
    selection: { ...selection, heads: held },
    labels: { ...defaultLabels, ...given.labels },
  };
}

/** All options, those that are given checked. */
function optionsOf<O extends object>(rules: OptionRules<O>, given: Partial<O>): O {
  const options = {} as O;
  for (const name of Object.keys(rules) as (keyof O & string)[]) {
    const value = given[name];
    if (value !== undefined) checkOption(name, value, rules[name]);
    options[name] = value ?? rules[name].initial;
  }
  return options;
}
