import { FactBook } from '../onnx/facts.js';
import type { Scope } from '../onnx/scope.js';
import { groupQueryAttention } from './group-query.js';
import { multiHeadAttention } from './multi-head.js';
import { onnxAttention } from './onnx-attention.js';
import { tapPackedAttention } from './packed-attention.js';
import { plainAttention } from './plain.js';
import type { Finding, Matcher } from './types.js';
import { ownFunction, unsupportedAttention } from './unsupported.js';

const MATCHERS: readonly Matcher[] = [
  ownFunction,
  plainAttention,
  multiHeadAttention,
  groupQueryAttention,
  onnxAttention,
  tapPackedAttention,
  unsupportedAttention,
];

/** The attentions of one graph, in the order of computation; graphs within it are asked for themselves. */
export function findAttention(scope: Scope, facts: FactBook): Finding[] {
  return scope.order.flatMap((node) => {
    for (const matcher of MATCHERS) {
      const finding = matcher(node, scope, facts);
      if (finding) return [finding];
    }
    return [];
  });
}
