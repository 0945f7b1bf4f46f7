import { groupShares, keyShares, weightsOfHeads, type Group, type HeadWeights } from '../analysis/index.js';
import { groupScene } from '../scene/group-scene.js';
import { defaultKeyGroups, defaultQueryGroups } from '../views/group-view/default-groups.js';
import { indexNamed, indicesOf, strongestKeys, tokensShown } from '../views/group-view/looked-at.js';
import type { GroupViewOptions } from '../views/group-view/options.js';
import type { Shown } from './caption.js';
import type { Figure, FigureOptions } from './figure.js';
import { groupFigure } from './group-figure.js';

/** A group view that is on no screen. Its stream is in tokens: groups are of those. */
export interface GroupsInput extends Shown {
  queryGroups?: readonly Group[];
  keyGroups?: readonly Group[];
  headWeights?: HeadWeights;
  options: GroupViewOptions;
}

/** The figure of all groups of a stream, read and laid out anew. */
export async function wholeGroups(
  { queryGroups, keyGroups, headWeights, ...shown }: GroupsInput,
  { width = 1080, signal }: FigureOptions,
): Promise<Figure> {
  const { stream, options } = shown;
  const { hide, renormalize, headGrid } = options;
  const weights = headWeights && weightsOfHeads(headWeights, stream);
  const weightedBy = options.weighted ? headWeights : undefined;
  const alike = await groupShares(stream, {
    queryGroups: queryGroups ?? defaultQueryGroups(stream),
    keyGroups: keyGroups ?? defaultKeyGroups(stream),
    apart: true,
    ...{ hide, renormalize, signal },
  });
  const shares = weightedBy ? alike.weightedBy(weightedBy) : alike;
  const chosen = indicesOf(shares, options.chosenHeads);
  const among = chosen.length > 0 ? chosen : [...shares.heads.keys()];
  const chosenQuery = indexNamed(shares.queryGroups, options.queryGroup);
  const chosenKey = indexNamed(shares.keyGroups, options.keyGroup, shares.rest);
  const query = chosenQuery ?? 0;
  const key = chosenKey ?? strongestKeys(shares, query, among);
  const heads = among.map((index) => shares.heads[index]!);
  const queryGroup = shares.queryGroups[query]!;
  const perKey = await keyShares(stream, {
    ...{ queryGroup, heads, headWeights: weightedBy, hide, renormalize, signal },
  });
  const scene = groupScene({
    ...{ shares, chosen: among, query, key, perKey, most: tokensShown },
    tokens: stream.keyTokens,
    headValues: headGrid === 'weight' ? weights : undefined,
  });
  return groupFigure({
    ...shown,
    weightLabel: headWeights?.label ?? '',
    ...{ scene, shares, query, key, chosenQuery, chosenKey, among, chosen, widthPx: width },
  });
}
