import { FusedAttention } from './fused.js';
import { functionName, type Model } from '../onnx/model.js';
import type { Found, Matcher } from './types.js';

/** Operators known to hold an attention that none of the other families can reach, and why. */
const WHY: Readonly<Record<string, string>> = {
  QAttention:
    'com.microsoft.QAttention multiplies in 8 bits inside and gives no scores; use the model before it was quantised',
  PackedAttention: 'com.microsoft.PackedAttention drops padding inside and gives no scores',
  PackedMultiHeadAttention: 'com.microsoft.PackedMultiHeadAttention drops padding inside and gives no scores',
  DecoderMaskedSelfAttention: 'the operator runs on CUDA only and gives no scores',
  DecoderMaskedMultiHeadAttention: 'the operator gives its scores on CUDA only',
  DecoderAttention: 'com.microsoft.DecoderAttention gives no scores',
  LongformerAttention:
    'its weights are no matrix of queries and keys: attention is local with a few global tokens',
  SparseAttention: 'com.microsoft.SparseAttention computes blocks of the matrix only and gives no scores',
  PagedAttention: 'com.microsoft.PagedAttention gives no scores',
  QOrderedAttention: 'the operator runs on CUDA only and gives no scores',
  BeamSearch: 'the operator runs a decoder inside; use the decoder model by itself',
  GreedySearch: 'the operator runs a decoder inside; use the decoder model by itself',
  Sampling: 'the operator runs a decoder inside; use the decoder model by itself',
};

/** An operator the model defines itself, of others, a softmax or an attention among them. */
export const ownFunction: Matcher = (node, scope, facts) => {
  const name = functionName(node.domain, node.opType);
  if (!attentiveFunctions(scope.model).has(name)) return undefined;
  const why = `it is inside ${name}, an operator that the model defines itself; write those out first (Python: onnx.inliner.inline_local_functions)`;
  return new Unsupported(why, node, scope, facts, null);
};

const attentive = new WeakMap<Model, ReadonlySet<string>>();

function attentiveFunctions(model: Model): ReadonlySet<string> {
  const known = attentive.get(model);
  if (known) return known;
  const found = new Set<string>();
  const callers = new Map<string, string[]>();
  for (const [name, nodes] of model.functions)
    for (const { domain, opType } of nodes) {
      const called = functionName(domain, opType);
      if (model.functions.has(called)) {
        if (!callers.get(called)?.push(name)) callers.set(called, [name]);
      } else if (/(Softmax|Attention)$/.test(opType)) found.add(name);
    }
  // A set grows while it is walked through.
  for (const name of found) for (const caller of callers.get(name) ?? []) found.add(caller);
  attentive.set(model, found);
  return found;
}

export const unsupportedAttention: Matcher = (node, scope, facts) => {
  const why =
    node.domain === 'com.microsoft' && Object.hasOwn(WHY, node.opType) ? WHY[node.opType] : undefined;
  return why ? new Unsupported(why, node, scope, facts) : undefined;
};

class Unsupported extends FusedAttention {
  constructor(
    private readonly why: string,
    ...rest: ConstructorParameters<typeof FusedAttention>
  ) {
    super(...rest);
  }

  override get reason(): string {
    return this.why;
  }

  weights(): Found {
    throw new TypeError(this.why);
  }

  vectors(): string {
    return this.why;
  }
}
