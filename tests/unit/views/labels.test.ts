import { expect, test } from 'vitest';
import { defaultLabels } from '../../../src/lib/views/kit/labels/index.js';

test('no two views have a label of one name: the one would be told in the words of the other', () => {
  const files = import.meta.glob<Record<string, object>>('../../../src/lib/views/kit/labels/*-*.ts', {
    eager: true,
  });
  const sets = Object.values(files).flatMap((file) => Object.values(file));
  expect(sets.length).toBeGreaterThan(6);
  const names = sets.flatMap((labels) => Object.keys(labels));
  expect(names.filter((name, i) => names.indexOf(name) !== i)).toEqual([]);
  expect(Object.keys(defaultLabels)).toEqual(expect.arrayContaining(names));
});
