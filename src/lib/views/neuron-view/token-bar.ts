/**
 * The background of a token that the one in focus is tied to: the head's colour, in the CSS variable `--at-head`, the stronger the
 * larger its weight is, and never so strong that the token could not be read.
 *
 * @param share the weight as a part of the largest of its row or column
 */
export function tokenBar(share: number): string {
  const color = `color-mix(in srgb, var(--at-head) ${(share * 60).toFixed(1)}%, transparent)`;
  return `linear-gradient(${color}, ${color})`;
}
