import dates from '../../fixtures/dates.safetensors?url';
import induction from '../../fixtures/induction.safetensors?url';
import he from '../../fixtures/minilm-he.safetensors?url';
import pair from '../../fixtures/minilm-pair.safetensors?url';
import paragraph from '../../fixtures/minilm-paragraph.safetensors?url';
import she from '../../fixtures/minilm-she.safetensors?url';
import { loadSafetensors } from '../lib/io/index.js';
import type { Trace } from '../lib/index.js';

const urls = { dates, he, induction, pair, paragraph, she };

/** The traces that stories and tests are drawn with; fixtures/README.md says where they come from. */
export type FixtureName = keyof typeof urls;

const loaded = new Map<FixtureName, Promise<Trace>>();

/** Loads a fixture, once a page. */
export function loadFixture(name: FixtureName): Promise<Trace> {
  const trace = loaded.get(name) ?? loadSafetensors(new URL(urls[name], location.href));
  loaded.set(name, trace);
  return trace;
}
