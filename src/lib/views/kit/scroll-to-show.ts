/**
 * How far to scroll a box so that what is from `start` to `end` is in sight: not at all where it is, else no further than it takes and
 * `besidePx` more.
 */
export function scrollToShow(
  scrolled: number,
  roomPx: number,
  start: number,
  end: number,
  besidePx = 0,
): number {
  if (start < scrolled) return start - besidePx;
  return end > scrolled + roomPx ? Math.min(end + besidePx - roomPx, start) : scrolled;
}
