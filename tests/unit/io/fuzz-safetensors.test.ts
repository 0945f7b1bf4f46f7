import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { loadSafetensors, parseSafetensors } from '../../../src/lib/io/index.js';
import { TraceError } from '../../../src/lib/trace/index.js';
import { encodeTensors } from './encode-file.js';
import { mutateBytes, randomOf } from './mutate.js';

/** Damage mostly within the header. */
function mutate(file: Uint8Array, random: (below: number) => number): Uint8Array {
  const headerLength = Number(new DataView(file.buffer, file.byteOffset).getBigUint64(0, true));
  return mutateBytes(file, random, [0, 8 + headerLength], (bytes) => {
    // A header of the right length again, half the time: else few files would get past it.
    if (random(2)) return;
    const length = Math.max(0, Math.min(bytes.length - 8, headerLength + bytes.length - file.length));
    bytes.splice(0, 8, ...new Uint8Array(BigUint64Array.of(BigInt(length)).buffer));
  });
}

const seeds = {
  'a trace': encodeTensors(
    {
      attention: { dims: [1, 1, 2, 2], numbers: [1, 0, 0.5, 0.5] },
      queries: { dims: [1, 1, 2, 1], numbers: [1, 2] },
    },
    {
      tokens: '["a","b"]',
      segments: '[{"name":"A","start":0,"end":1}]',
      layers: '[0]',
      heads: '[0]',
      causal: 'true',
    },
  ),
  'an encoder-decoder': encodeTensors(
    {
      'cross.attention.0': { dims: [1, 1, 2], numbers: [0.5, 0.5] },
      'cross.attention.1': { dims: [1, 1, 2], numbers: [0.25, 0.75] },
    },
    { 'encoder.tokens': '["a","b"]', 'decoder.tokens': '["c"]' },
  ),
  'all types': new Uint8Array(readFileSync(new URL('dtypes.safetensors', import.meta.url))),
};

describe('a file with random damage gives a trace or a TraceError, never anything else', () => {
  for (const [what, file] of Object.entries(seeds))
    test(what, async () => {
      const outcomes = new Map<string, number>();
      for (let seed = 0; seed < 4000; seed++) {
        const damaged = mutate(file, randomOf(seed));
        let outcome = 'loaded';
        try {
          const { tensors } = parseSafetensors(damaged);
          let bytes = 0;
          for (const { type, data } of tensors.values()) if (type) bytes += data.byteLength;
          // A view has the file's own bytes; BF16 doubles them.
          expect(bytes, `seed ${seed}`).toBeLessThanOrEqual(2 * damaged.length);
          await loadSafetensors(damaged);
        } catch (error) {
          if (!(error instanceof TraceError)) throw new Error(`seed ${seed}`, { cause: error });
          outcome = error.code;
        }
        outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
      }
      // The damage reaches past the header's checks.
      expect(outcomes.size, JSON.stringify([...outcomes])).toBeGreaterThan(what === 'all types' ? 1 : 4);
    });
});
