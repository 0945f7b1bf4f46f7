/** The config.json of a transformers model. */
export type ModelConfig = Readonly<Record<string, unknown>>;

/** How a family of models computes weights from queries and keys, where families differ. */
export interface Family {
  readonly causal: boolean;
  /** The field with the factor of scores (`multiplier`), or with a number x where it is 1/√x (`inverseRoot`). Default: 1/√head dim. */
  readonly multiplier?: string;
  readonly inverseRoot?: string;
  readonly softCap?: string;
  /** Whether scores may be divided by the number of the layer too. */
  readonly byLayer?: boolean;
  readonly alibi?: boolean;
  /** Whether the softmax has the logit of a sink; it is a weight of the model, not a field of the config. */
  readonly sinks?: boolean;
  /** Which layers have a window if `sliding_window` is set and there is no `layer_types`. */
  readonly windowed?: (layer: number, config: ModelConfig) => boolean;
}

const every = (): boolean => true;
/** All but each n-th layer. */
const butEach = (field: string, usual: number) => (layer: number, config: ModelConfig) =>
  (layer + 1) % Number(config[field] ?? usual) !== 0;
/** From some layer on, where windows are switched on. */
const late = (layer: number, config: ModelConfig): boolean =>
  config.use_sliding_window === true && layer >= Number(config.max_window_layers);

/** The families that were compared with transformers, by `model_type`. */
export const families: Readonly<Record<string, Family>> = {
  bert: { causal: false },
  roberta: { causal: false },
  distilbert: { causal: false },
  bloom: { causal: true, alibi: true },
  gpt2: { causal: true, byLayer: true },
  gpt_neox: { causal: true },
  llama: { causal: true },
  gemma: { causal: true },
  gemma2: {
    causal: true,
    inverseRoot: 'query_pre_attn_scalar',
    softCap: 'attn_logit_softcapping',
    windowed: butEach('', 2),
  },
  gemma3_text: {
    causal: true,
    inverseRoot: 'query_pre_attn_scalar',
    windowed: butEach('sliding_window_pattern', 6),
  },
  gpt_oss: { causal: true, sinks: true, windowed: butEach('', 2) },
  granite: { causal: true, multiplier: 'attention_multiplier' },
  mistral: { causal: true, windowed: every },
  mixtral: { causal: true, windowed: every },
  phi3: { causal: true, windowed: every },
  qwen2: { causal: true, windowed: late },
  qwen3: { causal: true, windowed: late },
};

/** Fields with names of attention that do not change how weights follow from the queries and keys that enter the product. */
export const harmless: ReadonlySet<string> = new Set([
  ...['num_attention_heads', 'num_key_value_heads', 'n_head', 'n_heads', 'head_dim'],
  ...[
    'attention_bias',
    'attention_dropout',
    'attn_pdrop',
    'attention_probs_dropout_prob',
    'hidden_dropout_prob',
  ],
  ...[
    'attn_implementation',
    '_attn_implementation',
    '_attn_implementation_internal',
    '_attn_implementation_autoset',
  ],
  ...['attention_softmax_in_fp32', 'reorder_and_upcast_attn', 'output_attentions', 'add_cross_attention'],
  ...['cross_attention_hidden_size', 'attention_dim', 'seq_classif_dropout', 'attention_types_info'],
  // These act before queries and keys are recorded, or after weights are.
  ...[
    'qk_layernorm',
    'use_qk_norm',
    'rope_scaling',
    'rope_parameters',
    'rope_local_base_freq',
    'partial_rotary_factor',
  ],
  ...['embedding_multiplier', 'residual_multiplier', 'logits_scaling', 'final_logit_softcapping'],
  // These concern generation and feed-forward layers.
  ...[
    'temperature',
    'chunk_size_feed_forward',
    'sinusoidal_pos_embds',
    'num_local_experts',
    'local_files_only',
  ],
  // These concern windows, and are read elsewhere.
  ...['sliding_window', 'use_sliding_window', 'max_window_layers', 'layer_types', 'initial_context_length'],
  'scale_attn_weights',
]);
