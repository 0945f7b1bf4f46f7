import {
  checkGroups,
  groupsFromSegments,
  keptWeights,
  sinkScores,
  type Group,
  type KeptHead,
  type KeyBudget,
} from '../../analysis/index.js';
import { attempt, type Outcome } from '../../explore/attempt.js';
import { chooseHead } from '../../explore/choose-head.js';
import { budgetScene, type BudgetScene } from '../../scene/budget-scene.js';
import { isWhole, type Viewport } from '../../scene/viewport.js';
import type { Stream, Token } from '../../trace/index.js';
import { CopyNumbers } from '../kit/copy-numbers.svelte.js';
import { formatWeight } from '../kit/numbers.js';
import { pointAt } from '../kit/point-at.js';
import { Ready } from '../kit/ready.svelte.js';
import { tableText } from '../kit/table-text.js';
import type { PairOfTokens } from '../kit/token-focus.svelte.js';
import type { ViewState } from '../kit/view-state.svelte.js';
import type { BudgetViewOptions } from './options.js';

/** A head of the layer shown, by its row, and a key. */
export interface KeyOfHead {
  query: number;
  key: number;
}

/** What the budget view adds to the state of a view: which keys each head of a layer keeps, and of which needle. */
export class BudgetViewState {
  width = $state(960);
  height = $state(420);
  readonly numbers = new CopyNumbers(
    () => this.view.labels,
    () => this.asText(),
  );
  /** What was kept last, shown until another budget is worked out. */
  #before: { stream?: Stream; layer?: number; kept?: readonly KeptHead[] } = {};

  constructor(
    readonly view: ViewState<BudgetViewOptions>,
    private readonly given: () => readonly Group[] | undefined,
  ) {}

  readonly #layer = $derived.by(() => this.view.selection?.layer);

  /** The heads of the layer, by the model's numbers: a row each. */
  readonly heads: readonly number[] = $derived.by(() =>
    this.view.stream && this.#layer !== undefined ? this.view.stream.headsOf(this.#layer) : [],
  );

  readonly #groups = $derived.by((): Partial<Outcome<readonly Group[]>> => {
    const { stream } = this.view;
    const given = this.given();
    if (!stream) return {};
    if (!given) return { value: groupsFromSegments(stream.keyTokens, stream.keySegments) };
    return attempt(() => checkGroups(given, { tokens: stream.keyTokens.length, place: 'groups' }));
  });

  /** What the needle may be. */
  get groups(): readonly Group[] {
    return this.#groups.value ?? [];
  }

  /** The keys that must not get lost: the group named, else the one chosen in a linked view. */
  readonly needle: Group | undefined = $derived.by(() => {
    const { needle } = this.view.options;
    if (needle !== null) return this.groups.find(({ name }) => name === needle);
    const { group } = this.view;
    return group?.side === 'key' ? { name: group.name, positions: group.rows } : undefined;
  });

  /** The budget, as far as there are keys. */
  readonly budget: Required<KeyBudget> = $derived.by(() => {
    const { policy, budget, sinks, window, pool } = this.view.options;
    const count = this.view.stream?.keyTokens.length ?? 1;
    const room = Math.min(budget ?? Math.max(1, Math.round(count / 4)), count);
    // The keys of the window stay, and are to leave room for what it chooses.
    return { policy, budget: room, sinks, pool, window: Math.min(window, Math.max(1, Math.floor(room / 2))) };
  });

  readonly #kept = new Ready((signal) => {
    const { stream } = this.view;
    const layer = this.#layer;
    if (!stream || layer === undefined || this.error) return undefined;
    return keptWeights(stream, this.budget, { needle: this.needle, layers: [layer], signal });
  });

  /** The mean weight that each key gets from the queries that see it, a list a head. */
  readonly #received = new Ready(() => {
    const { stream } = this.view;
    const layer = this.#layer;
    if (!stream || layer === undefined || this.#kept.error) return undefined;
    return Promise.all(this.heads.map((head) => sinkScores(stream.matrix(layer, head))));
  });

  get error(): Error | undefined {
    return this.#groups.error;
  }

  /** Why this attention has no budget. */
  get failure(): Error | undefined {
    return this.error ?? this.#kept.error;
  }

  get waiting(): boolean {
    return this.#kept.waiting;
  }

  /** What each head keeps; what it kept until that is worked out. */
  readonly kept: readonly KeptHead[] | undefined = $derived.by(() => {
    const { stream } = this.view;
    const layer = this.#layer;
    const now = this.#kept.value;
    if (now) this.#before = { stream, layer, kept: now };
    return this.#before.stream === stream && this.#before.layer === layer ? this.#before.kept : undefined;
  });

  /** The mean weight that a key gets in a head; undefined until it is read. */
  receivedBy({ query, key }: KeyOfHead): number | undefined {
    return this.#received.value?.[query]?.[key];
  }

  readonly scene: BudgetScene | undefined = $derived.by(() => {
    const { stream, labels, options } = this.view;
    const { kept, needle } = this;
    if (!stream || !kept) return undefined;
    const keysKept = (of: KeptHead): string =>
      `${Math.round(of.needle!.keys * needle!.positions.length)}/${needle!.positions.length}`;
    // Those worked out for another needle say nothing of this one.
    const ofNeedle = needle && kept.every((of) => of.needle);
    return budgetScene(this, {
      kept,
      heads: this.heads.map(asToken),
      keyTokens: stream.keyTokens,
      needle: needle?.positions ?? [],
      viewport: options.viewport,
      words: { queryTitle: labels.headAxis, keyTitle: labels.keyAxis, position: labels.count },
      columns: [
        { title: labels.keptColumn, numbers: kept.map(({ weight }) => formatWeight(weight)) },
        ...(ofNeedle ? [{ title: labels.needleColumn, numbers: kept.map(keysKept) }] : []),
      ],
    });
  });

  /** The row of a head and the key that are looked at: hovered, else locked. */
  readonly pair: PairOfTokens = $derived.by(() => {
    const { hover, selection, head } = this.view;
    if (hover && (hover.head !== null || hover.key !== null))
      return { query: this.#rowOf(hover.layer === this.#layer ? hover.head : null), key: hover.key };
    const key = selection?.key ?? null;
    return { query: key === null ? null : this.#rowOf(head ?? null), key };
  });

  readonly cell: KeyOfHead | null = $derived.by(() => {
    const { query, key } = this.pair;
    return query === null || key === null ? null : { query, key };
  });

  get locked(): boolean {
    return this.view.selection?.key != null;
  }

  point(cell: KeyOfHead | null): void {
    pointAt(this.view, cell && { head: this.heads[cell.query]!, key: cell.key });
  }

  /** Locks a key and shows its head, or lets go of it where it is the one. */
  lock(cell: KeyOfHead | null): void {
    const { selection, head } = this.view;
    if (!selection) return;
    const chosen = cell && this.heads[cell.query]!;
    const same = cell?.key === selection.key && chosen === head;
    if (chosen === null || same) return this.view.select({ query: null, key: null });
    this.view.select({ ...chooseHead(selection, chosen), query: null, key: cell!.key });
  }

  moveTo(viewport: Viewport | undefined): void {
    const size = this.scene?.axes.size;
    const next = viewport && size && !isWhole(viewport, size) ? viewport : undefined;
    if (next || this.view.options.viewport) this.view.setOptions({ viewport: next });
  }

  /** All numbers as a table, tab-separated: a row a head, 1 for a key that stays. */
  asText(): string {
    const { labels, stream } = this.view;
    const { kept = [], needle } = this;
    const head = ['', labels.keptColumn, ...(needle ? [labels.needleColumn] : [])];
    const rows = kept.map(({ head, weight, needle, keys }) => [
      labels.showHead(head),
      weight,
      ...(needle ? [needle.weight] : []),
      ...keys,
    ]);
    return tableText([[...head, ...stream!.keyTokens.map(({ label }) => label)], ...rows]);
  }

  #rowOf(head: number | null): number | null {
    const row = head === null ? -1 : this.heads.indexOf(head);
    return row < 0 ? null : row;
  }
}

/** A head as a row's label. */
function asToken(head: number): Token {
  const name = String(head);
  return { position: head, raw: name, text: name, label: name, continues: false, special: false };
}
