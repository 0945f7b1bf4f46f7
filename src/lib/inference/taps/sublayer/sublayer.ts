import type { StreamKind } from '../../../trace/types.js';
import type { FactBook } from '../../onnx/facts.js';
import type { Finding } from '../types.js';
import { normAfter, type BlockNorm } from './block-norm.js';
import { followOutput, type Addition, type OutputPath } from './output-path.js';
import { howRead } from './read-by.js';

/** What a graph shows of the sublayer that an attention is part of. */
export interface Sublayer {
  readonly path: OutputPath;
  /** Where it is added, and the norm after that, or why that cannot be recorded. */
  readonly block: { readonly addition: Addition; readonly norm?: BlockNorm } | string;
}

/** Reads the sublayer off the graph, or says why not even its output projection is known. */
export function readSublayer(finding: Finding, stream: StreamKind, facts: FactBook): Sublayer | string {
  const { product, scope } = finding;
  if (product === undefined)
    return 'the product of weights and values is turned, or its axes may lie in any order';
  const path = followOutput(product, scope, facts);
  return typeof path === 'string' ? path : { path, block: readBlock(path, finding, stream, facts) };
}

function readBlock(
  { addition }: OutputPath,
  { scope, querySide, valueSide }: Finding,
  stream: StreamKind,
  facts: FactBook,
): Sublayer['block'] {
  if (typeof addition === 'string') return addition;
  const read = howRead(addition.residual, stream === 'cross' ? querySide : valueSide, scope, facts);
  if (!read)
    return `what it gives is added to '${addition.residual}', which is not what it reads, as where a feed-forward layer runs beside it`;
  if (read === 'normed') return { addition };
  const norm = normAfter(addition, scope, facts);
  return typeof norm === 'string' ? norm : { addition, ...(norm && { norm }) };
}
