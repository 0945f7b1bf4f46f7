import { blockWeights, isSigned, type Block, type Matrix, type Quantity } from '../../trace/index.js';
import { HeldMatrix } from '../../trace/held-matrix.js';
import { coarsestLevel } from '../../trace/request.js';

/** The magnitude of the largest number of a matrix in memory, or of a sample of a large one; undefined of one that has to be read. */
export function largestMagnitude(matrix: Matrix, signal?: AbortSignal): number | undefined | Promise<number> {
  if (!(matrix instanceof HeldMatrix)) return undefined;
  const levels = { rowLevel: coarsestLevel(matrix.rows), colLevel: coarsestLevel(matrix.cols) };
  const block = matrix.block({ row: 0, col: 0, rows: 1, cols: 1, ...levels, sample: true }, { signal });
  const sizeOf = (read: Block): number => Math.abs(blockWeights(read)[0]!);
  return block instanceof Promise ? block.then(sizeOf) : sizeOf(block);
}

/** From which magnitude on numbers have lines where nobody says so: so that there are lines wherever there is weight. */
export function fittedThreshold(quantity: Quantity, largest: number | undefined): number {
  const usual = 0.05 * (boundOf(quantity) ?? largest ?? 1);
  return largest ? Math.min(usual, largest / 2) : usual;
}

/** The range of a quantity, or of its numbers where it has no bounds: [−m, m] where they may be negative. */
export function valueRange(quantity: Quantity, largest: number | undefined): readonly [number, number] {
  const most = boundOf(quantity) ?? (largest || 1);
  return [isSigned(quantity) ? -most : 0, most];
}

/**
 * The range by which lines get their width and opacity. That of the quantity, so that the same weight looks the same in all layers;
 * narrower where all weights are small, or where the quantity has no bounds.
 */
export function lineRange(quantity: Quantity, largest: number | undefined): readonly [number, number] {
  const bound = boundOf(quantity);
  const most = largest ? Math.min(bound ?? largest, 2 * largest) : (bound ?? 1);
  return [isSigned(quantity) ? -most : 0, most];
}

/** The largest magnitude that a quantity can have; undefined where there is no limit. */
export function boundOf({ range }: Quantity): number | undefined {
  const most = Math.max(-range[0], range[1]);
  return Number.isFinite(most) ? most : undefined;
}
