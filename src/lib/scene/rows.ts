/** The height of a token's row, in CSS pixels. */
export const rowPx = 20;
/** So many rows are drawn into one picture, where that is a whole number of pixels. */
export const rowsPerTile = 16;
