import type { StreamKind } from '../../trace/types.js';
import { dataInputs, type FactBook } from '../onnx/facts.js';
import type { Scope } from '../onnx/scope.js';
import { numberLayers } from './layers.js';
import { isText } from './sources.js';
import type { Finding } from './types.js';

/** An attention with its place in the model. */
export interface Located {
  readonly finding: Finding;
  readonly stream: StreamKind;
  readonly layer: number;
  /** Which of the stacks of a file it is in, as text and images are, by the order of what they read. */
  readonly tower: number;
  readonly querySources: readonly string[];
  readonly keySources: readonly string[];
}

/** Attentions whose queries are the same tokens. */
interface Tower {
  /** Of its first attention; later ones may have learned from more. */
  readonly rows: bigint;
  /** The inputs those tokens are of. */
  readonly names: string;
}

/**
 * Tells the stream of each attention of one graph by whose rows its queries and keys are. Queries whose rows the keys have not
 * attend across. What looks at itself and across is a decoder, what it looks at an encoder; two that look at each other, and
 * learned queries that only sum something up, make neither of anything. Layers are numbered in each stream of each tower.
 */
export function locate(findings: readonly Finding[], facts: FactBook): Located[] {
  const rows = findings.map(({ scope, querySide, keySide }) => ({
    query: facts.of(scope, querySide).rows,
    key: facts.of(scope, keySide).rows,
  }));
  const kinds = new Kinds(facts);
  const crosses = rows.map(({ query, key }) => kinds.attendsAcross(query, key));
  const towers = kinds.towersOf(rows.map(({ query }) => query));
  // Tokens chosen from those of a tower, which go on learning from it, stay the ones chosen: the later tower's.
  const towerOf = (value: bigint): Tower | undefined => towers.findLast((tower) => kinds.isOf(value, tower));
  const own = rows.map(({ query }) => towerOf(query)!);
  const looked = rows.map(({ key }, i) => (crosses[i] ? towerOf(key) : undefined));

  const looksAtItself = new Set(own.filter((_, i) => !crosses[i]));
  const isTwoWay = (a: Tower, b: Tower): boolean =>
    own.some((tower, i) => tower === a && looked[i] === b) &&
    own.some((tower, i) => tower === b && looked[i] === a);
  const twoWay = new Set(own.filter((tower, i) => looked[i] && isTwoWay(tower, looked[i])));
  const readers = new Set(
    own.filter(
      (tower, i) =>
        crosses[i] && looksAtItself.has(tower) && !twoWay.has(tower) && (looked[i] || tower.names !== ''),
    ),
  );
  const read = behind(
    findings.filter((_, i) => crosses[i] && readers.has(own[i]!)),
    findings,
  );
  // A detector's second stage works on tokens chosen from those of the first.
  const chosen = new Set(towers.filter((tower) => !crosses.includes(true) && kinds.areChosen(tower.rows)));
  const streams = findings.map((finding, i): StreamKind => {
    const tower = own[i]!;
    if (crosses[i]) return 'cross';
    if (readers.has(tower) || chosen.has(tower)) return 'decoder';
    const isRead = read.has(finding) || [...chosen].some((other) => other.names === tower.names);
    return isRead && !twoWay.has(tower) ? 'encoder' : 'self';
  });
  const groups = findings.map((_, i) => {
    const apart = streams[i] !== 'cross' || twoWay.has(own[i]!);
    return `${streams[i]} ${apart ? towers.indexOf(own[i]!) : ''}`;
  });
  const layers = numberLayers(findings, groups);
  return findings.map((finding, i) => ({
    finding,
    stream: streams[i]!,
    layer: layers[i]!,
    tower: towers.indexOf(own[i]!),
    querySources: facts.sourceNames(facts.of(finding.scope, finding.querySide).sources),
    keySources: facts.sourceNames(facts.of(finding.scope, finding.keySide).sources),
  }));
}

/** What rows say by the kinds of their origins. */
class Kinds {
  private readonly text: bigint;
  private readonly choice: bigint;
  private readonly learned: bigint;

  constructor(private readonly facts: FactBook) {
    const bits = (is: (origin: FactBook['origins'][number]) => boolean): bigint =>
      facts.origins.reduce((all, origin, bit) => (is(origin) ? all | (1n << BigInt(bit)) : all), 0n);
    this.text = bits(({ sources }) => facts.sourceNames(sources).some(isText));
    this.choice = bits(({ kind }) => kind === 'choice');
    this.learned = bits(({ kind }) => kind === 'learned');
  }

  /** Rows of something read, else learned ones. Where neither is known, nothing. */
  private significant(rows: bigint): bigint {
    return rows & this.text || rows & this.learned;
  }

  attendsAcross(query: bigint, key: bigint): boolean {
    const read = query & this.text;
    if (read) return (read & ~key) !== 0n;
    if (key & this.text) return true;
    return (query & this.learned) !== 0n && (key & this.learned) !== 0n && (query & key) === 0n;
  }

  areChosen(rows: bigint): boolean {
    const all = this.significant(rows);
    return all !== 0n && (all & ~this.choice) === 0n;
  }

  private namesOf(rows: bigint): string {
    const sources = this.facts.origins.reduce(
      (all, origin, bit) => (((rows & this.text) >> BigInt(bit)) & 1n ? all | origin.sources : all),
      0n,
    );
    return this.facts.sourceNames(sources).filter(isText).join();
  }

  isOf(rows: bigint, tower: Tower): boolean {
    const all = this.significant(rows);
    const share = (all & tower.rows) !== 0n || (all === 0n && tower.rows === 0n);
    return share && this.namesOf(all) === tower.names;
  }

  /** The towers, in the order of the inputs they read. */
  towersOf(queries: readonly bigint[]): Tower[] {
    const towers: Tower[] = [];
    for (const query of queries) {
      const rows = this.significant(query);
      if (!towers.some((tower) => this.isOf(rows, tower))) towers.push({ rows, names: this.namesOf(rows) });
    }
    const place = ({ names }: Tower): number =>
      this.facts.inputs.findIndex(({ name }) => name === names.split(',')[0]);
    return towers.sort((a, b) => place(a) - place(b));
  }
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
