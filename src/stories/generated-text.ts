import file from '../../fixtures/generated.safetensors?url';
import { fromGenerateSteps, parseSafetensors } from '../lib/io/index.js';
import type { Trace } from '../lib/index.js';

/** What the induction model looked at as it continued a text: its steps, stitched. */
export async function loadGenerated(): Promise<Trace> {
  const { tensors, metadata } = parseSafetensors(await (await fetch(file)).arrayBuffer());
  return fromGenerateSteps({
    steps: Array.from(tensors, (_, n) => tensors.get(`steps.${n}`)!),
    tokens: JSON.parse(metadata.get('tokens')!) as string[],
    model: metadata.get('model'),
  });
}
