import type { OptionProps, ViewProps } from '../kit/types.js';
import type { EvidenceViewOptions } from './options.js';

export interface EvidenceViewProps extends ViewProps, OptionProps<EvidenceViewOptions> {
  /**
   * The names of the streams that have a column beside the one shown. Null: all of the trace that say something of the query. Each column
   * has its own scale and badge.
   */
  columns?: readonly string[] | null;
  /**
   * The name of the stream whose largest numbers come first. Null: keys stand as in the text.
   */
  sortBy?: string | null;
}
