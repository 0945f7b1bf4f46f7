/** A head's weights as notebooks hand them over: rows of numbers. */
export function rowsOf(head: Uint8Array, tokens: number): number[][] {
  return Array.from({ length: tokens }, (_, row) =>
    Array.from(head.subarray(row * tokens, (row + 1) * tokens), (weight) => weight / 255),
  );
}
