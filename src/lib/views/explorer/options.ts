import type { HeadViewOptions } from '../head-view/options.js';
import type { HeatmapOptions } from '../heatmap/options.js';
import { lensOptions } from '../kit/lens-options.js';
import { anyThat, type OptionsOf } from '../kit/option-rules.js';
import type { ModelViewOptions } from '../model-view/options.js';
import type { TokenViewOptions } from '../token-view/options.js';

/** The views of the Explorer's own layout. */
export type ExplorerView = 'text' | 'heatmap' | 'heads' | 'model';

/** Options of the views of the Explorer's own layout, but for the lens, which they share. */
export interface ExplorerViewsOptions {
  text?: Partial<TokenViewOptions>;
  heatmap?: Partial<HeatmapOptions>;
  heads?: Partial<HeadViewOptions>;
  model?: Partial<ModelViewOptions>;
}

const viewNames: readonly unknown[] = ['text', 'heatmap', 'heads', 'model', null];

/** The options of the Explorer; `ExplorerProps` says what each does. */
export const explorerOptions = {
  maximized: anyThat<ExplorerView | null>(null, `'text', 'heatmap', 'heads', 'model' or null`, (value) =>
    viewNames.includes(value),
  ),
  views: anyThat<ExplorerViewsOptions>(
    {},
    'an object of options a view',
    (value) => typeof value === 'object' && value !== null,
  ),
  ...lensOptions,
};

export type ExplorerOptions = OptionsOf<typeof explorerOptions>;
