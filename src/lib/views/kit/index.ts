/**
 * What views are made of, for a view of one's own: its state and options, the frame around it, the token it is seen from, the controls
 * of its toolbar, and how numbers and tokens are written.
 */
export { lensOptions } from './lens-options.js';
export {
  anyThat,
  flag,
  nameOrNull,
  numberFrom,
  oneOf,
  type OptionRule,
  type OptionRules,
  type OptionsOf,
} from './option-rules.js';
export { ViewState } from './view-state.svelte.js';
export { AnyDrawing as Drawing } from './any-drawing.svelte.js';
export { Ready } from './ready.svelte.js';
export { TokenFocus, otherSide, type PairOfTokens, type SideToken } from './token-focus.svelte.js';

export { default as ViewFrame } from './ViewFrame.svelte';
export { default as Chip } from './Chip.svelte';
export { default as HeadStepper } from './HeadStepper.svelte';
export { default as HeadSwatches } from './HeadSwatches.svelte';
export { default as LayerStepper } from './LayerStepper.svelte';
export { default as Legend } from './Legend.svelte';
export { default as LensChips } from './LensChips.svelte';
export { default as LensOptions } from './LensOptions.svelte';
export { default as Option } from './Option.svelte';
export { default as OptionPicker } from './OptionPicker.svelte';
export { default as Options } from './Options.svelte';
export { default as Picker } from './Picker.svelte';
export { default as Stepper } from './Stepper.svelte';
export { default as StreamPicker } from './StreamPicker.svelte';

export { keep } from './keys.js';
export { largest } from './largest.js';
export { listKeys, type ListKeys } from './list-keys.js';
export { formatValue, formatWeight } from './numbers.js';
export { pointIn, rectIn, type Rect } from './rect.js';
export { tokenName } from './token-names.js';
export { defaultLabels, type Labels } from './labels/index.js';
export { colorTables, valueColors, type ColorTables } from './value-colors.js';
export { valueRange } from './value-range.js';
export { spoken, type Fact, type Readout } from './readout.js';
export type { SvelteProps, ViewSnippets } from './svelte-props.js';
export type { Bindings, LensProps, Look, OptionProps, Theme, ViewProps } from './types.js';
