import dates from '../../fixtures/dates.safetensors?url';
import induction from '../../fixtures/induction.safetensors?url';
import pair from '../../fixtures/minilm-pair.safetensors?url';
import paragraph from '../../fixtures/minilm-paragraph.safetensors?url';
import base from '../../fixtures/minilm-base.safetensors?url';
import sentiment from '../../fixtures/minilm-sentiment.safetensors?url';
import shuffled from '../../fixtures/minilm-shuffled.safetensors?url';
import pairs from '../../fixtures/pronoun-pairs.safetensors?url';
import rag from '../../fixtures/rag.safetensors?url';
import vit from '../../fixtures/vit-random.safetensors?url';
import { loadSafetensors } from '../lib/io/index.js';
import type { Trace } from '../lib/index.js';
import { pairsFrom } from './pronoun-pairs.js';

/** Where each fixture is. */
export const fixtureUrls = { base, dates, induction, pair, paragraph, rag, sentiment, shuffled, vit };

/** The traces that stories and tests are drawn with; fixtures/README.md says where they come from. */
export type FixtureName = keyof typeof fixtureUrls;

const loaded = new Map<FixtureName, Promise<Trace>>();

/** Loads a fixture, once a page. */
export function loadFixture(name: FixtureName): Promise<Trace> {
  const trace = loaded.get(name) ?? loadSafetensors(new URL(fixtureUrls[name], location.href));
  loaded.set(name, trace);
  return trace;
}

/** The pairs of sentences with “he” and with “she”. */
export async function loadPairs(): Promise<[he: Trace, she: Trace][]> {
  const response = await fetch(new URL(pairs, location.href));
  return pairsFrom(new Uint8Array(await response.arrayBuffer()));
}
