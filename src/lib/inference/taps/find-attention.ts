import { FactBook } from '../onnx/facts.js';
import { functionName } from '../onnx/model.js';
import type { Scope } from '../onnx/scope.js';
import { GroupQuery } from './group-query.js';
import { MultiHead } from './multi-head.js';
import { OnnxAttention } from './onnx-attention.js';
import { PackedAttention } from './packed-attention.js';
import { plainAttention } from './plain.js';
import type { Finding, Matcher } from './types.js';
import { ownFunction, unsupportedAttention } from './unsupported.js';

/** Operators that hold a whole attention, by domain and name. */
const FUSED: Readonly<Record<string, new (...node: Parameters<Matcher>) => Finding>> = {
  'com.microsoft.MultiHeadAttention': MultiHead,
  'com.microsoft.GroupQueryAttention': GroupQuery,
  'com.microsoft.Attention': PackedAttention,
  '.Attention': OnnxAttention,
};

const fusedAttention: Matcher = (node, scope, facts) => {
  const Fused = FUSED[functionName(node.domain, node.opType)];
  return Fused && new Fused(node, scope, facts);
};

const MATCHERS: readonly Matcher[] = [ownFunction, plainAttention, fusedAttention, unsupportedAttention];

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
