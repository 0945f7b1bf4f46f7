import type { GraphEdit } from '../onnx/edit.js';
import type { FactBook } from '../onnx/facts.js';
import type { Node } from '../onnx/model.js';
import type { Scope } from '../onnx/scope.js';
import { apply } from './build.js';
import { isPlaceOnly } from './sources.js';

/** What moves numbers without changing them. */
const MOVES = new Set(['Reshape', 'Transpose', 'Identity', 'Unsqueeze', 'Squeeze']);

/**
 * A query or key before it was scaled. Models scale scores, queries, or half each of queries and keys, before or after the
 * heads are split and the vectors turned by their position: going back from the product, each multiplication by one number is
 * undone on the value itself, as turning is linear.
 */
export function unscaled(edit: GraphEdit, value: string, scope: Scope, facts: FactBook): string {
  const undo: [opType: string, scale: string][] = [];
  let at: string | undefined = value;
  for (let step = 0; at && step < 16; step++) {
    const made = scope.producer(at);
    if (made?.scope !== scope) break;
    const { node } = made;
    const turned = node.opType === 'Add' ? rotated(node, scope, facts) : undefined;
    if (turned !== undefined || movesOnly(node, scope, facts)) {
      at = turned ?? node.inputs[0];
      continue;
    }
    const scaleAt = [1, 0].find((i) => isNumber(node.inputs[i], scope, facts));
    if (scaleAt === undefined || !(node.opType === 'Mul' || (node.opType === 'Div' && scaleAt === 1))) break;
    undo.push([node.opType === 'Mul' ? 'Div' : 'Mul', node.inputs[scaleAt]!]);
    at = node.inputs[1 - scaleAt];
  }
  return undo.reduce((current, [opType, scale]) => apply(edit, opType, [current, scale]), value);
}

function movesOnly(node: Node, scope: Scope, facts: FactBook): boolean {
  if (MOVES.has(node.opType) || node.opType === 'RotaryEmbedding') return true;
  // Exporters write casts to the type that is there already.
  const [from, to] = [node.inputs[0], node.outputs[0]].map((value) => facts.of(scope, value).type);
  return node.opType === 'Cast' && from === to;
}

/** x of a sum x·cos + half-turned(x)·sin, with tables that only the position chooses: what rotary embedding is written out as. */
function rotated(sum: Node, scope: Scope, facts: FactBook): string | undefined {
  const turnedBy = (value: string | undefined): string | undefined => {
    const node = value === undefined ? undefined : scope.producer(value)?.node;
    if (node?.opType !== 'Mul') return undefined;
    const [a, b] = node.inputs as [string, string];
    const isTable = (factor: string): boolean => isPlaceOnly(facts, facts.of(scope, factor).sources);
    return isTable(b) ? a : isTable(a) ? b : undefined;
  };
  const [first, second] = sum.inputs.map(turnedBy);
  if (first === undefined || second === undefined) return undefined;
  return isHalfTurned(second, first, scope) ? first : isHalfTurned(first, second, scope) ? second : undefined;
}

const HALF_TURN = new Set([...MOVES, 'Neg', 'Slice', 'Split', 'Concat', 'Gather']);

/** Whether a value is made of the halves of another, and of nothing else. */
function isHalfTurned(value: string, of: string, scope: Scope): boolean {
  const parts = new Set([value]);
  // A set grows while it is walked through.
  for (const part of parts) {
    const node = part === of ? undefined : scope.producer(part)?.node;
    if (part === of) continue;
    if (!node || parts.size > 32 || !HALF_TURN.has(node.opType)) return false;
    for (const input of node.opType === 'Concat' ? node.inputs : node.inputs.slice(0, 1)) parts.add(input);
  }
  return parts.has(of);
}

/** Whether a value is one number that does not depend on what the text says (its length, or a head's width, at most). */
export function isNumber(value: string | undefined, scope: Scope, facts: FactBook): boolean {
  const { dims, sources } = facts.of(scope, value);
  return (
    value !== undefined &&
    value !== '' &&
    sources === 0n &&
    dims !== undefined &&
    dims.every((length) => length === 1)
  );
}
