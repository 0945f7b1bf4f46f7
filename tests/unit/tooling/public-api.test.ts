import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { apiFolder, apiReport } from '../../../scripts/api-report.js';

// Where a change is meant: `npm run api`, and tell users in CHANGELOG.md.
test('the package exports what docs/api says', async () => {
  const report = await apiReport();
  expect(readdirSync(apiFolder).sort()).toEqual(Object.keys(report).sort());
  for (const [name, text] of Object.entries(report)) {
    const file = join(apiFolder, name);
    expect(existsSync(file)).toBe(true);
    await expect(text, 'run npm run api').toMatchFileSnapshot(file);
  }
});
