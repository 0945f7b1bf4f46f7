/** The height of a token's row, in CSS pixels. */
export const rowPx = 20;
/** Pictures of rows begin and end at multiples of this, where so many rows are a whole number of pixels. */
export const rowsPerTile = 4;
