import { Exploration } from '../../explore/exploration.svelte.js';
import type { Trace } from '../../trace/index.js';

/** An exploration of another trace with the same tokens, layers and heads: all but the trace is shared with the one around. */
export function sideExploration<Look extends object>(
  around: Exploration<Look>,
  trace: () => Trace | undefined,
): Exploration<Look> {
  return new Exploration<Look>(
    {
      get trace() {
        return trace();
      },
      start: {},
      selection: undefined,
      hover: null,
      lens: undefined,
      look: {} as Look,
    },
    () => around,
  );
}
