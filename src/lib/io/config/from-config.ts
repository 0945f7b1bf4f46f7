import { describe, either } from '../../trace/describe.js';
import { errorsOf } from '../../trace/errors.js';
import type { ScoringInput } from '../../trace/index.js';
import { families, harmless, type Family, type ModelConfig } from './families.js';

const wrong = errorsOf('config');

/** What a config.json does not say. */
export interface FromConfigOptions {
  /** Logits of the sinks `[layer][head]`, which models such as gpt-oss have as weights (`self_attn.sinks`). */
  sinks?: ScoringInput['sinks'];
  /** The model's numbers of the layers recorded, where they are a subset. Default: all. */
  layers?: readonly number[];
}

/** Names of fields that may affect how weights follow from queries and keys. */
const ofAttention =
  /att(n|ention)|window|soft_?cap|alibi|sink|query_pre|qk_|multiplier|chunk|position_embedding_type|relative|sparse|temperature|mscale|lambda|local|logits?_scal|layer_types/i;

/**
 * How a model makes weights of queries and keys, from its Hugging Face config.json: scale, soft-cap, windows, ALiBi, causality, for
 * `queryKeyAttention` and `createTrace({ scoring })`. Fields that touch attention are applied, known to change nothing, or refused by name;
 * so are families that were not compared with transformers.
 *
 * @throws TraceError `config`
 * @example
 * const config = await (await fetch('config.json')).json();
 * createTrace({ tokens, attention: queryKeyAttention({ queries, keys, ...fromConfig(config) }) });
 */
export function fromConfig(
  config: ModelConfig,
  options: FromConfigOptions = {},
): ScoringInput & { causal: boolean } {
  const { sinks, layers } = options ?? {};
  if (typeof config !== 'object' || config === null || Array.isArray(config))
    throw wrong('config', describe(config), 'the object in a config.json', 'Pass what JSON.parse returned.');
  const type = config.model_type;
  const family = typeof type === 'string' && Object.hasOwn(families, type) ? families[type]! : undefined;
  if (!family)
    throw wrong(
      'model_type',
      describe(type),
      either(Object.keys(families)),
      'config' in config || 'text_config' in config
        ? 'Pass its text_config, or say scale, window and the like yourself.'
        : 'Its attention is not known here: say causal, scale, softCap, window, alibiSlopes and sinks yourself.',
    );
  refuseUnknown(config, family);
  const numbers = layers ?? Array.from({ length: layerCount(config) }, (_, layer) => layer);
  const window = windowsOf(config, family, numbers);
  const scale = scaleOf(config, family, numbers);
  const heads = Number(config.n_head ?? config.num_attention_heads);
  const softCap = family.softCap === undefined ? undefined : config[family.softCap];
  if (family.sinks && sinks === undefined)
    throw wrong(
      'sinks',
      'nothing',
      'a logit for each head of each layer',
      `Models of the type ${String(type)} have them as weights, self_attn.sinks: pass fromConfig(config, { sinks }).`,
    );
  return {
    causal: family.causal,
    ...(scale !== undefined && { scale }),
    ...(typeof softCap === 'number' && { softCap }),
    ...(window && { window }),
    ...(family.alibi && { alibiSlopes: numbers.map(() => alibiSlopes(heads)) }),
    ...(sinks !== undefined && { sinks }),
  };
}

function refuseUnknown(config: ModelConfig, family: Family): void {
  const applied = [
    family.multiplier,
    family.inverseRoot,
    family.softCap,
    family.byLayer && 'scale_attn_by_inverse_layer_idx',
  ];
  if (family.windowed) applied.push('sliding_window_pattern', '_sliding_window_pattern');
  for (const [field, value] of Object.entries(config)) {
    if (!ofAttention.test(field) || harmless.has(field) || applied.includes(field)) continue;
    // A field that is switched off changes nothing.
    if (value === null || value === false || value === undefined) continue;
    if (field === 'position_embedding_type' && value === 'absolute') continue;
    throw wrong(
      field,
      JSON.stringify(value).slice(0, 60),
      'a field whose part in attention is known, or null',
      'What it does to the weights is not known here: say causal, scale, softCap, window, alibiSlopes and sinks yourself.',
    );
  }
  if (config.scale_attn_weights === false && !family.byLayer)
    throw wrong('scale_attn_weights', 'false', 'true', 'Say the scale yourself.');
  if (!family.windowed && config.sliding_window)
    throw wrong(
      'sliding_window',
      describe(config.sliding_window),
      'none in this family',
      'Say the window yourself.',
    );
}

/** The scale of all layers, or of each; undefined for 1/√dim of the queries recorded. */
function scaleOf(config: ModelConfig, family: Family, numbers: readonly number[]): ScoringInput['scale'] {
  if (family.multiplier) return numberAt(config, family.multiplier);
  if (family.inverseRoot) return numberAt(config, family.inverseRoot) ** -0.5;
  if (!family.byLayer) return undefined;
  const base =
    config.scale_attn_weights === false ? 1 : (Number(config.n_embd) / Number(config.n_head)) ** -0.5;
  if (config.scale_attn_by_inverse_layer_idx) return numbers.map((layer) => base / (layer + 1));
  return config.scale_attn_weights === false ? 1 : undefined;
}

function windowsOf(
  config: ModelConfig,
  family: Family,
  numbers: readonly number[],
): (number | null)[] | undefined {
  const types = config.layer_types;
  const size = config.sliding_window;
  if (Array.isArray(types)) {
    const odd: unknown = types.find((one) => one !== 'full_attention' && one !== 'sliding_attention');
    if (odd !== undefined)
      throw wrong(
        'layer_types',
        describe(odd),
        "'full_attention' or 'sliding_attention'",
        'Layers of other types are not known here.',
      );
  }
  if (!family.windowed || typeof size !== 'number') return undefined;
  const has = (layer: number): boolean =>
    Array.isArray(types) ? types[layer] === 'sliding_attention' : family.windowed!(layer, config);
  const windows = numbers.map((layer) => (has(layer) ? size : null));
  return windows.some((window) => window !== null) ? windows : undefined;
}

function layerCount(config: ModelConfig): number {
  const count = config.num_hidden_layers ?? config.n_layer ?? config.n_layers;
  if (typeof count === 'number' && Number.isInteger(count) && count > 0) return count;
  throw wrong('num_hidden_layers', describe(count), 'a whole number', 'Pass the whole config.json.');
}

function numberAt(config: ModelConfig, field: string): number {
  const value = config[field];
  if (typeof value === 'number' && value > 0) return value;
  throw wrong(
    field,
    describe(value),
    'a number over 0',
    'Pass the whole config.json; defaults that it leaves out are not guessed.',
  );
}

/**
 * The slopes of ALiBi for so many heads: 2^(−8i/n) for a power of two, else those of the next smaller one and every second of the next
 * larger. Press et al. 2021, arXiv:2108.12409; transformers, `build_alibi_tensor`.
 */
function alibiSlopes(heads: number): number[] {
  const power = 2 ** Math.floor(Math.log2(heads));
  const first = Array.from({ length: power }, (_, i) => 2 ** ((-8 * (i + 1)) / power));
  const more = Array.from({ length: heads - power }, (_, i) => 2 ** ((-4 * (2 * i + 1)) / power));
  return [...first, ...more];
}
