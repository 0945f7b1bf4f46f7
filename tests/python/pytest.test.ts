// The package's own tests. Those of capture need torch, and skip without: npm run python:torch.
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { root } from '../../scripts/run.js';
import { python, runCommand } from './python.js';

test.skipIf(!python)('pytest', async () => {
  const output = await runCommand(`"${python}" -m pytest -rs`, join(root, 'python'));
  console.log(output.trim().split('\n').slice(-6).join('\n'));
  expect(output).toMatch(/\d\d+ passed/);
});
