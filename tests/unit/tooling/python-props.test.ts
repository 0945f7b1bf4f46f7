// The docstrings of the Python package are the docs of the props here.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { propsFile, propsText } from '../../../scripts/python-props.js';

test('props.json is what the sources say: npm run python:props', () => {
  expect(readFileSync(propsFile, 'utf8')).toBe(propsText());
});
