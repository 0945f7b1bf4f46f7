import type { MeasureName } from '../../analysis/index.js';
import type { LensProps, ViewProps } from '../kit/types.js';

export interface ModelViewProps extends ViewProps, LensProps {
  /** The layers shown, by the model's numbers, each held by a stream of the trace. Default: all. */
  layers?: readonly number[];
  /** The heads shown, by the model's numbers, each held by a stream of the trace. Default: all. */
  heads?: readonly number[];
  /**
   * How a head is drawn in the grid: queries and keys joined by lines, or its matrix. Bindable.
   * @default 'lines'
   */
  thumbnail?: 'lines' | 'matrix';
  /**
   * Orders heads by a measure of `attentrace/analysis`, highest first, and shows its value beside each; those that compare
   * positions of one sequence do nothing for cross attention. Bindable.
   * @default 'none'
   */
  orderBy?: 'none' | MeasureName;
  /**
   * Whether heads are ordered in the row of their layer, or all together. Bindable.
   * @default 'layer'
   */
  orderWithin?: 'layer' | 'model';
  /**
   * Orders lowest first. Bindable.
   * @default false
   */
  ascending?: boolean;
  /**
   * Whether the chosen head is shown large, beside the grid or over it. Bindable.
   * @default false
   */
  open?: boolean;
  /**
   * What shows it large: a head view, a heatmap, or nothing, where other views on the page do. Bindable.
   * @default 'lines'
   */
  detail?: 'lines' | 'matrix' | 'none';
}
