import { groupShares, keyShares, type Group } from '../analysis/index.js';
import { groupScene } from '../scene/group-scene.js';
import type { Stream, Trace } from '../trace/index.js';
import { defaultKeyGroups, defaultQueryGroups } from '../views/group-view/default-groups.js';
import { indexNamed, indicesOf, strongestKeys, tokensShown } from '../views/group-view/looked-at.js';
import type { GroupViewOptions } from '../views/group-view/options.js';
import type { Labels } from '../views/kit/labels/index.js';
import type { Figure, FigureOptions } from './figure.js';
import { groupFigure } from './group-figure.js';

/** A group view that is on no screen. */
export interface GroupsInput {
  trace: Trace;
  /** In tokens: groups are of those. */
  stream: Stream;
  queryGroups?: readonly Group[];
  keyGroups?: readonly Group[];
  options: GroupViewOptions;
  labels: Labels;
}

/** The figure of all groups of a stream, read and laid out anew. */
export async function wholeGroups(
  { queryGroups, keyGroups, ...shown }: GroupsInput,
  { width = 1080, signal }: FigureOptions,
): Promise<Figure> {
  const { stream, options } = shown;
  const { hide, renormalize } = options;
  const shares = await groupShares(stream, {
    queryGroups: queryGroups ?? defaultQueryGroups(stream),
    keyGroups: keyGroups ?? defaultKeyGroups(stream),
    apart: true,
    ...{ hide, renormalize, signal },
  });
  const chosen = indicesOf(shares, options.chosenHeads);
  const among = chosen.length > 0 ? chosen : [...shares.heads.keys()];
  const chosenQuery = indexNamed(shares.queryGroups, options.queryGroup);
  const chosenKey = indexNamed(shares.keyGroups, options.keyGroup, shares.rest);
  const query = chosenQuery ?? 0;
  const key = chosenKey ?? strongestKeys(shares, query, among);
  const heads = among.map((index) => shares.heads[index]!);
  const queryGroup = shares.queryGroups[query]!;
  const perKey = await keyShares(stream, { queryGroup, heads, hide, renormalize, signal });
  const tokens = stream.keyTokens;
  const scene = groupScene({ shares, chosen: among, query, key, tokens, perKey, most: tokensShown });
  return groupFigure({
    ...shown,
    ...{ scene, shares, query, key, chosenQuery, chosenKey, among, chosen, widthPx: width },
  });
}
