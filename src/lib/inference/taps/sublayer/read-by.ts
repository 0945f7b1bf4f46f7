import { dataInputs, type FactBook } from '../../onnx/facts.js';
import { words } from '../../onnx/infer.js';
import type { Node } from '../../onnx/model.js';
import type { Scope } from '../../onnx/scope.js';

/** What moves or stores numbers otherwise, and leaves them the ones they are. */
const SAME = new Set(words('Identity Cast Dropout'));
const NORM = /Normalization$|^ReduceMean$|^ReduceL2$/;
const PROJECTS = /MatMul|Gemm|Conv|Attention/;

/**
 * How an attention reads the residual stream: by a norm of its own (pre-LN), or as it is. Undefined where what it reads is not made of
 * that value at all.
 *
 * @param side what the attention's values (across, its queries) are
 */
export function howRead(
  residual: string,
  side: string,
  scope: Scope,
  facts: FactBook,
): 'normed' | 'as it is' | undefined {
  const origin = originOf(residual, scope);
  const between = new Set<Node>();
  const seen = new Set([side]);
  let found = side === origin;
  // A set grows while it is walked through.
  for (const value of seen) {
    const made = value === origin ? undefined : scope.producer(value);
    if (made?.scope !== scope) continue;
    // One operator that adds, norms what it added, and gives both.
    if (made.node.outputs.includes(origin)) return 'normed';
    between.add(made.node);
    for (const input of dataInputs(made.node)) {
      found ||= input === origin;
      if (!facts.of(scope, input).constant || input === origin) seen.add(input);
    }
  }
  if (!found) return undefined;
  return isNormedFirst(origin, between, scope) ? 'normed' : 'as it is';
}

/** Whether a norm stands between a value and the first projection of it. */
function isNormedFirst(origin: string, between: ReadonlySet<Node>, scope: Scope): boolean {
  const ahead = new Set([origin]);
  for (const value of ahead)
    for (const reader of scope.consumers(value)) {
      if (!between.has(reader) || PROJECTS.test(reader.opType)) continue;
      if (NORM.test(reader.opType)) return true;
      for (const output of reader.outputs) ahead.add(output);
    }
  return false;
}

function originOf(value: string, scope: Scope): string {
  let origin = value;
  for (let step = 0; step < 16; step++) {
    const made = scope.producer(origin);
    if (made?.scope !== scope || !SAME.has(made.node.opType)) break;
    origin = made.node.inputs[0]!;
  }
  return origin;
}
