import type { HeadPlace, MeasureName, NamedMeasure, NamedValues } from '../../analysis/index.js';
import type { LensProps, OptionProps, ViewProps } from '../kit/types.js';
import type { HeadScatterOptions } from './options.js';

export interface HeadScatterProps extends ViewProps, LensProps, OptionProps<HeadScatterOptions> {
  /**
   * What heads are placed by from left to right: a measure of `attentrace/analysis`, `{ label, measure }` of your own, or `{ label, values }`
   * known already, such as what silencing each head changes. Where it does not fit the stream, another is taken, and named at the axis.
   * @default 'distance'
   */
  horizontal?: MeasureName | NamedMeasure | NamedValues;
  /**
   * What heads are placed by upwards, likewise.
   * @default 'entropy'
   */
  vertical?: MeasureName | NamedMeasure | NamedValues;
  /**
   * The heads that are chosen, of any layers, by the model's numbers.
   * @default []
   */
  chosenHeads?: readonly HeadPlace[];
}
