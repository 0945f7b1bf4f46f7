import type { MeasureName, NamedMeasure, NamedValues } from '../../analysis/index.js';
import type { LensProps, OptionProps, ViewProps } from '../kit/types.js';
import type { ModelViewOptions } from './options.js';

export interface ModelViewProps extends ViewProps, LensProps, OptionProps<ModelViewOptions> {
  /** The layers shown, by the model's numbers, each held by a stream of the trace. Default: all. */
  includeLayers?: readonly number[];
  /** The heads shown, by the model's numbers, each held by a stream of the trace. Default: all. */
  includeHeads?: readonly number[];
  /**
   * How a head is drawn in the grid: queries and keys joined by lines, or its matrix.
   * @default 'lines'
   */
  thumbnail?: 'lines' | 'matrix';
  /**
   * Orders heads by a measure of `attentrace/analysis`, by `{ label, measure }` of your own, or by `{ label, values }` known already,
   * highest first, and shows its value beside each; those that compare positions of one sequence do nothing for cross attention.
   * @default 'none'
   */
  orderBy?: 'none' | MeasureName | NamedMeasure | NamedValues;
  /**
   * Whether heads are ordered in the row of their layer, or all together.
   * @default 'layer'
   */
  orderWithin?: 'layer' | 'model';
  /**
   * Orders lowest first.
   * @default false
   */
  ascending?: boolean;
  /**
   * Whether the chosen head is shown large, beside the grid or over it.
   * @default false
   */
  open?: boolean;
  /**
   * What shows it large: a head view, a heatmap, or nothing, where other views on the page do.
   * @default 'lines'
   */
  detail?: 'lines' | 'matrix' | 'none';
}
