import type { StreamName } from '../../trace/types.js';
import { dataInputs, type FactBook } from '../onnx/facts.js';
import type { Scope } from '../onnx/scope.js';
import type { Finding } from './types.js';

/** An attention with its place in the model. */
export interface Located {
  readonly finding: Finding;
  readonly stream: StreamName;
  readonly layer: number;
  /** The input that tells two encoders in one file apart, of text and of images: the first that is not a mask. */
  readonly tower: string;
  readonly querySources: readonly string[];
  readonly keySources: readonly string[];
}

/** Inputs that say which tokens count and where they stand, not what they are. */
const NOT_TEXT = /mask|position|past|cache|seqlens|total_sequence/i;

/**
 * Tells the stream of each attention of one graph by following its keys to their source. Queries whose rows are of an input
 * that the keys' are not, or are learned, attend across; where a graph has such, what the crossing keys are computed from is the encoder.
 * Layers are numbered in each stream.
 */
export function locate(findings: readonly Finding[], facts: FactBook): Located[] {
  const sources = findings.map((finding) => ({
    query: facts.sourceNames(facts.of(finding.scope, finding.querySide).sources),
    key: facts.sourceNames(facts.of(finding.scope, finding.keySide).sources),
  }));
  const crosses = findings.map(({ scope, querySide, keySide }) => {
    const rowsOf = (side: string): string[] => facts.sourceNames(facts.of(scope, side).rows);
    const isText = (name: string): boolean => !NOT_TEXT.test(name);
    const asked = rowsOf(querySide).filter(isText);
    const told = rowsOf(keySide);
    return asked.length === 0 ? told.some(isText) : asked.some((name) => !told.includes(name));
  });
  const crossing = findings.filter((_, i) => crosses[i]);
  const encoders = behind(crossing, findings);
  // Learned queries that sum an encoder up, and nothing after them, are no decoder.
  const alone =
    crossing.length === 0 ||
    (crossing.every(({ scope, querySide }) => facts.of(scope, querySide).sources === 0n) &&
      findings.every((finding, i) => crosses[i] || encoders.has(finding)));
  const streams = findings.map((finding, i): StreamName => {
    if (crosses[i]) return 'cross';
    return alone ? 'self' : encoders.has(finding) ? 'encoder' : 'decoder';
  });
  // What a decoder's later queries know of the encoder makes no other tower of them.
  const towers = sources.map(({ query }) =>
    crossing.length > 0 ? '' : (query.find((name) => !NOT_TEXT.test(name)) ?? ''),
  );
  const groups = findings.map((_, i) => `${streams[i]} ${towers[i]}`);
  const layers = numberLayers(findings, groups);
  return findings.map((finding, i) => ({
    finding,
    stream: streams[i]!,
    layer: layers[i]!,
    tower: towers[i]!,
    querySources: sources[i]!.query,
    keySources: sources[i]!.key,
  }));
}

/** The attentions that the keys of others are computed from. */
function behind(crossing: readonly Finding[], all: readonly Finding[]): Set<Finding> {
  const byNode = new Map(all.map((finding) => [finding.node, finding]));
  const found = new Set<Finding>();
  const seen = new Map<Scope, Set<string>>();
  const open = crossing.map(({ scope, keySide }) => ({ scope, value: keySide }));
  for (let next = open.pop(); next; next = open.pop()) {
    const made = next.scope.producer(next.value);
    const visited = made && (seen.get(made.scope) ?? new Set<string>());
    if (!made || visited!.has(next.value)) continue;
    seen.set(made.scope, visited!.add(next.value));
    const finding = byNode.get(made.node);
    if (finding) found.add(finding);
    for (const input of dataInputs(made.node)) open.push({ scope: made.scope, value: input });
  }
  return found;
}

/** The model's numbers, where the nodes' names hold one number that grows from layer to layer; else 0, 1, 2, … */
function numberLayers(findings: readonly Finding[], groups: readonly string[]): number[] {
  const layers: number[] = findings.map(() => 0);
  for (const group of new Set(groups)) {
    const members = findings.flatMap((_, i) => (groups[i] === group ? [i] : []));
    const numbers = members.map((i) =>
      [...nameOf(findings[i]!).matchAll(/\d+/g)].map(([digits]) => Number(digits)),
    );
    const places = Math.min(...numbers.map((found) => found.length));
    const grows = (place: number): boolean =>
      numbers.every(
        (found, i) => found[place]! < 10_000 && (i === 0 || found[place]! > numbers[i - 1]![place]!),
      );
    const place = [...Array(places).keys()].find(grows);
    const dated =
      place !== undefined &&
      members.length > 1 &&
      /layer|block|\bh\b|\.h\./i.test(nameOf(findings[members[0]!]!));
    members.forEach((i, ordinal) => (layers[i] = dated ? numbers[ordinal]![place]! : ordinal));
  }
  return layers;
}

function nameOf({ node }: Finding): string {
  return node.name || (node.outputs[0] ?? '');
}
