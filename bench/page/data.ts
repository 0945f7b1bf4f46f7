/** Weights of made-up attention, uint8, row-major. */
export interface Attention {
  readonly tokens: number;
  /** `weights[layer][head]` is `tokens × tokens` weights; the heads of a layer lie side by side in one array. */
  readonly weights: readonly (readonly Uint8Array[])[];
}

/** Fast and the same everywhere. */
function xorshift(seed: number): () => number {
  let state = seed | 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
}

/**
 * Causal heads as models have them: a share of each row on the first token, one on the tokens just before, one on a token some
 * way back, and faint noise over all others, so that no colour fills the picture. Rows sum to about 1.
 */
export function generateAttention(
  tokens: number,
  { layers = 1, heads = 1, seed = 1 }: { layers?: number; heads?: number; seed?: number },
): Attention {
  const weights = Array.from({ length: layers }, (_, layer) => {
    const data = new Uint8Array(heads * tokens * tokens);
    return Array.from({ length: heads }, (_, head) => {
      const matrix = data.subarray(head * tokens ** 2, (head + 1) * tokens ** 2);
      fillHead(matrix, tokens, xorshift(seed + 7919 * layer + 104729 * head), head);
      return matrix;
    });
  });
  return { tokens, weights };
}

function fillHead(matrix: Uint8Array, tokens: number, random: () => number, head: number): void {
  const back = 7 + 5 * head;
  const sink = 40 + (random() % 40);
  for (let query = 0; query < tokens; query++) {
    const row = matrix.subarray(query * tokens, query * tokens + query + 1);
    if (tokens <= 4096 || query % 8 === 0) {
      // 1 of 255 a key, some 16 keys a row: with the rest, a row stays under 255.
      const faint = Math.max(16, Math.ceil(query / 16));
      for (let key = random() % faint; key <= query; key += 1 + (random() % (2 * faint))) row[key] = 1;
    }
    row[0] = sink;
    for (let i = 0; i < 4; i++) if (query >= i) row[query - i] = 60 >> i;
    if (query >= back) row[query - back] = 20 + (random() % 12);
  }
  matrix[0] = 255;
}
