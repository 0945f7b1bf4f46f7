import { getContext } from 'svelte';
import type { Exploration } from '../../explore/exploration.svelte.js';
import type { Look } from './types.js';

/** As much of a view as is told to whoever keeps it. */
export interface KeptView {
  readonly exploration: Exploration<Look>;
  /** Each read where it is looked at. */
  readonly options: object;
}

/** What put a view into a page that knows no Svelte: `createView`. */
export interface ViewKeeper {
  /** Told of each view as it is made; true for the outermost one, which is the one it keeps. */
  take(view: KeptView): boolean;
  /** What the view cannot know to be wrong; tracked. `attributes` are those props that it knows nothing of. */
  problemWith(attributes: Readonly<Record<string, unknown>>): Error | undefined;
}

const key = Symbol('attentrace keeper');

/** The context in which a view that is mounted finds its keeper. */
export const keeperContext = (keeper: ViewKeeper): Map<unknown, unknown> => new Map([[key, keeper]]);

/** The keeper around a view that is being made, if there is one. */
export const findKeeper = (): ViewKeeper | undefined => getContext<ViewKeeper | undefined>(key);
