import type { GraphEdit } from '../onnx/edit.js';
import type { FactBook } from '../onnx/facts.js';
import type { Node } from '../onnx/model.js';
import { describeNode, type Scope } from '../onnx/scope.js';
import { findAttention } from './find-attention.js';
import { locate, type Located } from './streams.js';
import type { Typed } from './types.js';

/** A tap to be made: of an attention in this graph, or of one that each branch of an `If` holds. */
export interface Draft extends Located {
  /** For an `If`: the node, and the draft of each branch. */
  readonly lift?: { readonly scope: Scope; readonly node: Node; readonly branches: readonly Draft[] };
  readonly reason?: string;
}

/** A value made for a tap, or why there is none. */
export type Made = Typed | { reason: string };

/** Makes a value in the graph of each leaf of a draft and brings it out to the model's outputs. */
export type Expose = (
  draft: Draft,
  what: string,
  make: (leaf: Draft, edit: GraphEdit) => Made,
) => { output?: string; type?: number; reason?: string };

/** The attentions themselves of a draft: its own, or those that the branches of an `If` hold. */
export function leavesOf(draft: Draft): readonly Draft[] {
  return draft.lift ? draft.lift.branches.flatMap(leavesOf) : [draft];
}

/** What there is to tap in a graph and the graphs within it. */
export function draftTaps(scope: Scope, facts: FactBook): Draft[] {
  const own = locate(findAttention(scope, facts), facts).map((located): Draft => ({
    ...located,
    reason: located.finding.reason,
  }));
  return [...own, ...scope.order.flatMap((node) => draftsWithin(node, scope, facts))];
}

function draftsWithin(node: Node, scope: Scope, facts: FactBook): Draft[] {
  const bodies = scope.bodiesOf(node);
  if (bodies.length === 0) return [];
  const drafts = bodies.map((body) => draftTaps(body, facts));
  if (node.opType !== 'If')
    return drafts.flat().map((draft) => ({
      ...draft,
      reason: `it runs inside the ${node.opType} ${describeNode(node)}, a different number of times for each text`,
    }));
  return pairBranches(drafts, node, scope);
}

/** Branches compute the same layers in two ways, with and without a cache: a tap must be in both. */
function pairBranches(drafts: readonly Draft[][], node: Node, scope: Scope): Draft[] {
  const key = ({ stream, layer }: Draft): string => `${stream} ${layer}`;
  const keys = [...new Set(drafts.flat().map(key))];
  return keys.map((wanted): Draft => {
    const branches = drafts.flatMap((branch) => branch.find((draft) => key(draft) === wanted) ?? []);
    const reason =
      branches.length < drafts.length
        ? `one branch of the If ${describeNode(node)} holds it, the other does not`
        : branches.find((draft) => draft.reason)?.reason;
    return { ...branches[0]!, lift: { scope, node, branches }, reason };
  });
}
