import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { measuresDoc, measuresFile } from '../../../scripts/measures-doc.js';

// Where a change is meant: `npm run measures`.
test('docs/measures.md is what the docstrings say', async () => {
  const text = await measuresDoc();
  expect(existsSync(measuresFile)).toBe(true);
  await expect(text, 'run npm run measures').toMatchFileSnapshot(measuresFile);
});

test('every measure says what it can bear, and where it is from', async () => {
  const sections = (await measuresDoc()).split(/^### /m).slice(1);
  expect(sections.length).toBeGreaterThan(20);
  for (const section of sections) {
    const [name] = section.split('\n');
    expect(section, name).toMatch(/Descriptive|contribution|causal/);
    expect(section, name).toContain('**Source**: ');
  }
});
