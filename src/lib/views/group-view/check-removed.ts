import type { Group } from '../../analysis/index.js';
import { describe } from '../../trace/describe.js';
import { TraceError } from '../../trace/index.js';
import type { RemovedGroup } from './types.js';

/** @throws TraceError `group` for a change of a group that there is not, or that is no number */
export function checkRemoved(
  removed: readonly RemovedGroup[] | undefined,
  groups: { query: readonly Group[]; key: readonly Group[] },
): void {
  const isNamed = (of: readonly Group[], wanted: string): boolean => of.some(({ name }) => name === wanted);
  for (const [i, { key, query, change }] of (removed ?? []).entries()) {
    const fail = (place: string, found: unknown, expected: string): never => {
      throw new TraceError({
        code: 'group',
        place: `removed[${i}].${place}`,
        found: describe(found),
        expected,
        fix: 'Say what removing a group changed by its name: { key: "document 2", change: 0.52 }.',
      });
    };
    if (!isNamed(groups.key, key)) fail('key', key, 'the name of a group of keys');
    if (query !== undefined && !isNamed(groups.query, query))
      fail('query', query, 'the name of a group of queries');
    if (!Number.isFinite(change)) fail('change', change, 'a number');
  }
}
