import type { Scope } from '../onnx/scope.js';
import type { Finding } from './types.js';

/** The layer's number after its word, as modules are named: `/model/layers.3/attn`, `encoder.block.0`, `h_11`. */
const NUMBERED = /(?:layers?|blocks?|stages?|(?:^|[./_])h)[./_](\d{1,4})(?!\d)/gi;

/**
 * Numbers the attentions of each group, by the model's own numbers where names hold them: a layer without attention, as hybrids
 * have, is then missed out. Else 0, 1, 2, … in the order of computation.
 */
export function numberLayers(findings: readonly Finding[], groups: readonly string[]): number[] {
  const layers: number[] = findings.map(() => 0);
  for (const group of new Set(groups)) {
    const members = findings.flatMap((_, i) => (groups[i] === group ? [i] : []));
    const inGroup = members.map((i) => findings[i]!);
    const numbers = growing(inGroup.map(nameOf)) ?? growing(inGroup.map(weightName)) ?? [...members.keys()];
    members.forEach((i, ordinal) => (layers[i] = numbers[ordinal]!));
  }
  return layers;
}

/** The first number of names that grows from one to the next, where their words say that it is a layer's. */
function growing(names: readonly string[]): number[] | undefined {
  const numbers = names.map((name) => [...name.matchAll(NUMBERED)].map(([, digits]) => Number(digits)));
  const places = Math.min(...numbers.map((found) => found.length));
  // Of a single attention nothing shows which of several numbers is meant.
  if (names.length === 1 && places > 1) return undefined;
  const grows = (place: number): boolean =>
    numbers.every((found, i) => i === 0 || found[place]! > numbers[i - 1]![place]!);
  const place = [...Array(places).keys()].find(grows);
  return place === undefined ? undefined : numbers.map((found) => found[place]!);
}

function nameOf({ node }: Finding): string {
  return node.name || (node.outputs[0] ?? '');
}

/** The name of a weight that its queries are made with, where the nodes have names without meaning. */
function weightName({ scope, querySide }: Finding): string {
  const near = new Set([querySide]);
  // A set grows while it is walked through.
  for (const value of near) {
    if (near.size > 64) break;
    const made = scope.producer(value);
    for (const input of made?.node.inputs ?? []) {
      if (isNumbered(input, scope)) return input;
      if (input) near.add(input);
    }
  }
  return '';
}

function isNumbered(value: string, scope: Scope): boolean {
  return scope.tensor(value) !== undefined && value.search(NUMBERED) >= 0;
}
