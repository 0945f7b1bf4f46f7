import {
  checkGroups,
  groupShares,
  keyShares,
  rankCorrelation,
  weightsOfHeads,
  type Group,
  type GroupCell,
  type GroupShares,
  type HeadPlace,
  type HeadWeights,
} from '../../analysis/index.js';
import { attempt, type Outcome } from '../../explore/attempt.js';
import { groupScene, type GroupScene } from '../../scene/group-scene.js';
import { picturesIn, type Stream } from '../../trace/index.js';
import { includesHead, toggleHead } from '../kit/chosen-heads.js';
import { pointAt } from '../kit/point-at.js';
import { Ready } from '../kit/ready.svelte.js';
import type { ViewState } from '../kit/view-state.svelte.js';
import { Work } from '../kit/work.svelte.js';
import { defaultKeyGroups, defaultQueryGroups } from './default-groups.js';
import { indexNamed, indicesOf, strongestKeys, tokensShown } from './looked-at.js';
import { checkRemoved } from './check-removed.js';
import type { GroupViewOptions } from './options.js';
import type { RemovedGroup } from './types.js';

/** The groups as given; undefined for those that follow from the trace. */
interface Given {
  queryGroups: readonly Group[] | undefined;
  keyGroups: readonly Group[] | undefined;
  removed: readonly RemovedGroup[] | undefined;
  headWeights: HeadWeights | undefined;
}

interface Groups {
  query: readonly Group[];
  key: readonly Group[];
}

/** So many heads are chosen by one click. */
const strongestHeads = 6;

/** What the group view adds to the state of a view: shares of groups, and which group of each side is looked at. */
export class GroupViewState {
  /** The groups under the pointer or cursor, by index. */
  hovered = $state<Record<'query' | 'key', number | null>>({ query: null, key: null });

  constructor(
    readonly view: ViewState<GroupViewOptions>,
    private readonly given: () => Given,
  ) {}

  /** The stream in tokens, whatever the lens merges: groups are of tokens. */
  readonly stream: Stream | undefined = $derived.by(() => {
    const name = this.view.selection?.stream;
    return name && this.view.trace?.streams.find((stream) => stream.name === name);
  });
  readonly hide = $derived.by(() => this.view.options.hide);
  readonly renormalize = $derived.by(() => this.view.options.renormalize);

  readonly #groups = $derived.by((): Partial<Outcome<Groups>> => {
    const { stream } = this;
    const { queryGroups, keyGroups } = this.given();
    if (!stream) return {};
    return attempt(() => {
      const tokens = Math.max(stream.keyTokens.length, (stream.queryTokens.at(-1)?.position ?? 0) + 1);
      const value = {
        query: queryGroups ?? defaultQueryGroups(stream),
        key: keyGroups ?? defaultKeyGroups(stream),
      };
      checkGroups(value.query, { tokens, place: 'queryGroups' });
      checkGroups(value.key, { tokens, place: 'keyGroups', apart: true });
      return value;
    });
  });

  readonly #asked = $derived.by(() => {
    const { stream, hide, renormalize } = this;
    const groups = this.#groups.value;
    return stream && groups && { stream, groups, hide, renormalize };
  });
  /** As read: each head counts alike. */
  readonly #reading = new Work(
    () => this.#asked,
    (
      { stream, groups, hide, renormalize },
      signal,
      tell: (progress: { read: number; total: number }) => void,
    ) => {
      this.hovered = { query: null, key: null };
      const onProgress = (read: number, total: number): void => tell({ read, total });
      onProgress(0, 0);
      const { query: queryGroups, key: keyGroups } = groups;
      const options = { queryGroups, keyGroups, apart: true, hide, renormalize, signal, onProgress };
      return groupShares(stream, options);
    },
  );

  /** How far the heads are read; null where they need not be, or are. */
  get progress(): { read: number; total: number } | null {
    return this.#reading.progress;
  }

  /** What is known of groups and heads beside their attention: other than groups, it is no reason to read anew. */
  readonly #beside = $derived.by((): Partial<Outcome<readonly number[] | undefined>> => {
    const { removed, headWeights } = this.given();
    const { stream } = this;
    const groups = this.#groups.value;
    if (!stream || !groups) return {};
    return attempt(() => {
      checkRemoved(removed, groups);
      return headWeights && weightsOfHeads(headWeights, stream);
    });
  });

  get error(): Error | undefined {
    return this.#groups.error ?? this.#beside.error ?? this.#reading.failure ?? this.#perKey.error;
  }

  /** The weight of each head, as those of the shares, where there are weights. */
  get headWeights(): readonly number[] | undefined {
    return this.#beside.value;
  }

  /** What the weights are called. */
  get weightLabel(): string {
    return this.given().headWeights?.label ?? '';
  }

  /** What heads are weighted by; undefined where each counts alike. */
  get weightedBy(): HeadWeights | undefined {
    return this.headWeights && this.view.options.weighted ? this.given().headWeights : undefined;
  }

  /** Of each head by itself, and of some alike. */
  get alike(): GroupShares | undefined {
    return this.#reading.value;
  }

  readonly shares: GroupShares | undefined = $derived.by(() =>
    this.weightedBy ? this.alike?.weightedBy(this.weightedBy) : this.alike,
  );

  /** What the grid shows, and the strongest heads are chosen by: their weights, or the share of each by itself. */
  get gridShows(): 'share' | 'weight' {
    return this.headWeights ? this.view.options.headGrid : 'share';
  }
  readonly gridValues: readonly number[] = $derived.by(() =>
    this.gridShows === 'weight'
      ? this.headWeights!
      : (this.alike?.headValues(this.query, this.key).map(({ value }) => value) ?? []),
  );

  /** Whether the numbers shown are up to date. */
  get ready(): boolean {
    return this.progress === null && !this.#perKey.waiting;
  }

  /** Heads chosen that the stream holds, as indices of the shares' heads; empty where none is. */
  readonly chosen: readonly number[] = $derived.by(() =>
    this.shares ? indicesOf(this.shares, this.view.options.chosenHeads) : [],
  );

  /** The heads whose mean is shown. */
  readonly among: readonly number[] = $derived.by(() =>
    this.chosen.length > 0 ? this.chosen : [...(this.shares?.heads.keys() ?? [])],
  );

  /** The group of each side that is chosen, by index; null where none is. */
  readonly chosenQuery: number | null = $derived.by(() =>
    indexNamed(this.shares?.queryGroups ?? [], this.view.options.queryGroup),
  );
  readonly chosenKey: number | null = $derived.by(() =>
    indexNamed(this.shares?.keyGroups ?? [], this.view.options.keyGroup, this.shares?.rest),
  );

  /** The group of queries that is looked at: hovered, else chosen, else the first. */
  readonly query: number = $derived.by(() => this.hovered.query ?? this.chosenQuery ?? 0);

  /** The group of keys: hovered, else chosen, else the one that gets most. */
  readonly key: number = $derived.by(() => this.hovered.key ?? this.chosenKey ?? this.strongest(this.query));

  /** The group of keys that gets most from a group of queries. */
  strongest(query: number): number {
    return this.shares ? strongestKeys(this.shares, query, this.among) : 0;
  }

  cell(query = this.query, key = this.key, heads = this.among): GroupCell | undefined {
    return this.shares?.cell(query, key, heads);
  }

  /** What removing each group of keys changed for the queries that are looked at; NaN where it is not known, undefined where none is. */
  readonly changes: readonly number[] | undefined = $derived.by(() => {
    const { removed } = this.given();
    const shares = this.shares;
    if (!removed?.length || !shares) return undefined;
    const query = shares.queryGroups[this.query]?.name;
    const changeOf = (key: string, of: string | undefined): number | undefined =>
      removed.find((one) => one.key === key && one.query === of)?.change;
    return shares.keyGroups
      .filter((_, k) => k !== shares.rest)
      .map(({ name }) => changeOf(name, query) ?? changeOf(name, undefined) ?? NaN);
  });

  /** Whether the groups that get most change most: the rank correlation of share and change; NaN where too few are known. */
  readonly agreement: number = $derived.by(() => {
    const { changes, scene } = this;
    return changes && scene
      ? rankCorrelation(
          scene.keys.map(({ share }) => share),
          changes,
        )
      : NaN;
  });

  readonly #perKey = new Ready((signal) => {
    const { stream, hide, renormalize } = this;
    const shares = this.shares;
    const queryGroup = shares?.queryGroups[this.query];
    if (!stream || !shares || !queryGroup) return undefined;
    const heads = this.among.map((index) => shares.heads[index]!);
    const { weightedBy: headWeights } = this;
    return keyShares(stream, { queryGroup, heads, headWeights, hide, renormalize, signal });
  });
  /** What is shaded until the shades of another group are read. */
  #kept: { of?: GroupShares; perKey?: Float64Array } = {};

  readonly scene: GroupScene | undefined = $derived.by(() => {
    const shares = this.shares;
    if (!shares || !this.stream) return undefined;
    const fresh = this.#perKey.value;
    if (fresh) this.#kept = { of: shares, perKey: fresh };
    const { query, key, among, gridValues: headValues } = this;
    const perKey = this.#kept.of === shares ? this.#kept.perKey : undefined;
    return groupScene({
      ...{ shares, query, key, perKey, headValues },
      // Hover opens none, as the entries would move away below the pointer.
      open: this.chosenKey ?? this.strongest(query),
      chosen: among,
      tokens: this.stream.keyTokens,
      pictures: picturesIn(this.stream.keySegments),
      most: tokensShown,
    });
  });

  /** The head under the pointer or cursor, here or in a linked view. */
  readonly hoveredHead: number | null = $derived.by(() => {
    const { hover } = this.view;
    if (!hover || hover.head === null) return null;
    const index = this.shares?.heads.findIndex((h) => h.layer === hover.layer && h.head === hover.head);
    return index === undefined || index < 0 ? null : index;
  });

  previewGroup(side: 'query' | 'key', index: number | null): void {
    this.hovered[side] = index;
    // Says that the user is in this view; no token of others is meant.
    pointAt(this.view, index === null ? null : {});
  }

  previewHead(index: number | null): void {
    const head = index === null ? undefined : this.shares?.heads[index];
    pointAt(this.view, head ?? null);
  }

  /** Chooses a group of queries, or lets the chosen one go; linked views show its tokens. */
  choose(side: 'query' | 'key', index: number | null): void {
    const groups = side === 'query' ? this.shares?.queryGroups : this.shares?.keyGroups;
    const group = index === null ? undefined : groups?.[index];
    this.view.setOptions(
      side === 'query' ? { queryGroup: group?.name ?? null } : { keyGroup: group?.name ?? null },
    );
    this.view.select({ group: group && { name: group.name, positions: [...group.positions], side } });
  }

  /** Chooses a head beside those chosen, or lets it go; views of one layer follow to it. */
  toggleHead(index: number): void {
    const place = this.shares?.heads[index];
    if (!place) return;
    const chosenHeads = toggleHead(this.view.options.chosenHeads, place);
    this.view.setOptions({ chosenHeads });
    if (includesHead(chosenHeads, place)) this.view.select({ layer: place.layer, heads: [place.head] });
  }

  /** Chooses the heads of which the grid shows most. */
  chooseStrongest(): void {
    const { gridValues: values, shares } = this;
    const order = [...values.keys()].sort((a, b) => values[b]! - values[a]!);
    const heads: HeadPlace[] = order.slice(0, strongestHeads).map((index) => ({ ...shares!.heads[index]! }));
    this.view.setOptions({ chosenHeads: heads });
  }

  releaseHeads(): void {
    this.view.setOptions({ chosenHeads: [] });
  }

  get strongestCount(): number {
    return Math.min(strongestHeads, this.shares?.heads.length ?? 0);
  }
}
