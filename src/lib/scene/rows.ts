/** The height of a token's row, in CSS pixels. */
export const rowPx = 20;
