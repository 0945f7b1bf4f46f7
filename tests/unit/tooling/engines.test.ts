// What runs here is said in three places, and is one: package.json, what npm test asks for, CONTRIBUTING.md.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { isSupported } from '../../../scripts/setup.js';

test.each(['20.19.0', '20.20.1', '22.12.0', '22.20.0', '23.0.0', '24.1.0'])('Node %s is taken', (version) => {
  expect(isSupported(version)).toBe(true);
});
test.each(['18.20.0', '20.18.9', '21.9.0', '22.11.0'])('Node %s is not', (version) => {
  expect(isSupported(version)).toBe(false);
});

test('CONTRIBUTING.md says so', () => {
  const text = readFileSync(new URL('../../../CONTRIBUTING.md', import.meta.url), 'utf8');
  expect(text).toContain('Node (20.19, 22.12 or\nnewer)');
});
