import type { Figure, FigureOptions } from '../../export/index.js';
import { groupFigure } from '../../export/group-figure.js';
import { until } from '../kit/until.js';
import type { GroupViewState } from './group-view-state.svelte.js';

/** The figure of a group view: the groups that are in sight, or all. */
export async function figureOfGroups(
  groups: GroupViewState,
  element: () => HTMLElement,
  options: FigureOptions,
): Promise<Figure> {
  await until(() => groups.ready, options.signal);
  const { trace, labels } = groups.view.mustShow(groups.error);
  const { stream, shares, scene, weightLabel, query, key, chosenQuery, chosenKey, among, chosen } = groups;
  const { changes, agreement } = groups;
  const { whole = false, width = 1080 } = options;
  const [queries, keys] = element().querySelectorAll('[role=listbox]');
  return groupFigure({
    ...{ trace, labels, weightLabel, changes, agreement, query, key, chosenQuery, chosenKey, among, chosen },
    stream: stream!,
    shares: shares!,
    scene: scene!,
    options: { ...groups.view.options },
    rows: whole ? undefined : { query: rowsInSight(queries!, element()), key: rowsInSight(keys!, element()) },
    widthPx: whole ? width : element().clientWidth,
  });
}

/** The entries of a list whose middle is in sight. */
function rowsInSight(list: Element, body: HTMLElement): { start: number; end: number } {
  const { top, bottom } = body.getBoundingClientRect();
  const middles = [...list.children].map((entry) => {
    const box = entry.getBoundingClientRect();
    return box.y + box.height / 2;
  });
  const start = middles.findIndex((middle) => middle >= top);
  const end = middles.findLastIndex((middle) => middle <= bottom) + 1;
  return start < 0 || end <= start ? { start: 0, end: 0 } : { start, end };
}
