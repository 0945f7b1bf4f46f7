import { measureHeads, type HeadPlace, type HeadValue } from '../../analysis/index.js';
import { wantedHeads } from '../../analysis/wanted-heads.js';
import type { Stream } from '../../trace/index.js';
import type { HeadMeasure } from './measure-option.js';

/** Heads of a stream to be measured; no measure for none. */
interface Asked {
  stream: Stream | undefined;
  measure: HeadMeasure | undefined;
  layers: readonly number[];
  heads: readonly number[];
}

/** A head that could not be read, and why. */
interface Unmeasured {
  layer: number;
  head: number;
  cause: unknown;
}

/** Heads measured in slices, again whenever something else is asked. Make it while the component is made. */
export class MeasuredHeads {
  /** How far that is; null where nothing is to be measured, or all is. */
  progress = $state.raw<{ measured: number; total: number } | null>(null);
  failures = $state.raw<readonly Unmeasured[]>([]);
  #known = $state.raw<{ measure: HeadMeasure; stream: Stream; values: readonly HeadValue[] }>();

  constructor(private readonly asked: () => Asked) {
    $effect(() => {
      const { stream, measure, layers, heads } = asked();
      this.#known = undefined;
      this.failures = [];
      if (!stream || !measure) return;
      if (typeof measure === 'object' && 'values' in measure) {
        this.#known = {
          measure,
          stream,
          values: wantedHeads(stream, layers, heads).map(valueIn(measure.values)),
        };
        return;
      }
      const abort = new AbortController();
      const { signal } = abort;
      this.progress = { measured: 0, total: layers.length * heads.length };
      const failures: Unmeasured[] = [];
      measureHeads(stream, measure, {
        ...{ layers, heads, signal },
        onProgress: (measured, total) => void (this.progress = { measured, total }),
        onFailure: (layer, head, cause) => void failures.push({ layer, head, cause }),
      }).then(
        (values) => {
          if (signal.aborted) return;
          this.#known = { measure, stream, values };
          this.failures = failures;
          this.progress = null;
        },
        () => {},
      );
      return () => {
        abort.abort();
        this.progress = null;
      };
    });
  }

  /** What is asked for now; undefined until it is known. */
  get values(): readonly HeadValue[] | undefined {
    const known = this.#known;
    const { stream, measure } = this.asked();
    return known?.measure === measure && known?.stream === stream ? known?.values : undefined;
  }
}

const valueIn =
  (values: readonly HeadValue[]) =>
  ({ layer, head }: HeadPlace): HeadValue => ({
    ...{ layer, head },
    value: values.find((one) => one.layer === layer && one.head === head)?.value ?? NaN,
  });
