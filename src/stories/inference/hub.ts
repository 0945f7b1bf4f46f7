import { Tokenizer } from '@huggingface/tokenizers';
import {
  hubUrl,
  modelSize,
  type HubModel,
  type ModelConfig,
  type TracerOptions,
} from '../../lib/inference/index.js';

/** What a reader should know of a model before its bytes are fetched. */
export interface HubCard {
  readonly model: HubModel & { readonly file: string };
  readonly megabytes: string;
  readonly licence: string;
}

/** Asks a hub for a model's size and licence; nothing of the model itself is downloaded. */
export async function lookUp(model: HubCard['model']): Promise<HubCard> {
  const { host = 'https://huggingface.co', repo } = model;
  const answer = await fetch(`${host}/api/models/${repo}`);
  if (!answer.ok) throw new Error(`The hub knows no model ${repo} (status ${answer.status}).`);
  const { cardData, tags = [] } = (await answer.json()) as {
    cardData?: { license?: string };
    tags?: string[];
  };
  const tag = tags.find((candidate) => candidate.startsWith('license:'))?.slice('license:'.length);
  const bytes = await modelSize(model);
  return {
    model,
    megabytes: bytes ? `${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)} MB` : 'size unknown',
    licence: cardData?.license ?? tag ?? 'none stated',
  };
}

/** The model of a card with its tokenizer and settings. */
export async function hubOptions({
  model,
}: HubCard): Promise<Pick<TracerOptions, 'model' | 'tokenizer' | 'config'>> {
  const json = async (file: string): Promise<Record<string, unknown> | undefined> => {
    const response = await fetch(hubUrl({ ...model, file }));
    return response.ok ? ((await response.json()) as Record<string, unknown>) : undefined;
  };
  const [tokenizer, tokenizerConfig, config] = await Promise.all(
    ['tokenizer.json', 'tokenizer_config.json', 'config.json'].map(json),
  );
  if (!tokenizer)
    throw new Error(`${model.repo} has no tokenizer.json, so that a text cannot be made into its tokens.`);
  return {
    model,
    tokenizer: new Tokenizer(tokenizer, tokenizerConfig ?? {}),
    config: config as ModelConfig | undefined,
  };
}
