import type { Component } from 'svelte';
import { readFile } from 'node:fs/promises';
import { render } from 'svelte/server';
import { beforeAll, describe, expect, test } from 'vitest';
import { loadSafetensors } from '../../../src/lib/io/index.js';
import * as attentrace from '../../../src/lib/index.js';
import type { Trace, ViewProps } from '../../../src/lib/index.js';

const url = new URL('../../../fixtures/minilm-pair.safetensors', import.meta.url);
let trace: Trace;
beforeAll(async () => {
  trace = await loadSafetensors(new Blob([await readFile(url)]));
});

/** The text of HTML, as a reader has it. */
const textOf = (html: string): string =>
  html
    .replace(/<(style|svg)[^]*?<\/\1>/g, '')
    .replace(/<[^>]*>/g, ' ')
    .replace(/&lt;/g, '<')
    .replace(/&amp;/g, '&')
    .replace(/\s+/g, ' ');

test('there is no browser here', () => {
  expect([typeof window, typeof document, typeof HTMLElement]).toEqual([
    'undefined',
    'undefined',
    'undefined',
  ]);
});

const { HeadView, Heatmap } = attentrace;
describe.each([
  ['HeadView', HeadView as unknown as Component<ViewProps>] as const,
  ['Heatmap', Heatmap as unknown as Component<ViewProps>] as const,
])('%s on the server', (name, View) => {
  test('writes its tokens and its toolbar, and no error', () => {
    const { body } = render(View, { props: { trace, layer: 3 } });
    const text = textOf(body);
    for (const token of ['[CLS]', 'cell', 'piano', 'them', 'moved', '[SEP]'])
      expect(text).toContain(` ${token} `);
    expect(body).toMatch(/<select[^]*<option value="3"[^>]* selected/);
    expect(body).toMatch(/<button[^>]*aria-label="next layer"/);
    expect(body).toContain(`aria-label="${name === 'HeadView' ? 'Heads' : 'Heatmap'}"`);
    expect(body).toContain('aria-busy="true"');
    expect(body).toContain('<canvas');
    expect(body).not.toContain('role="alert"');
  });

  test('writes a locked token, so that it is right before scripts run', () => {
    const { body } = render(View, {
      props: { trace, layer: 3, selection: { query: 16, key: 2, heads: [1] } },
    });
    expect(textOf(body)).toMatch(/them → keys 0\.94/);
  });

  test('writes what is wrong with the input, and what is empty', () => {
    const wrong = render(View, { props: { tokens: ['a', 'b'], attention: [[[[1]]]] } }).body;
    expect(wrong).toContain('role="alert"');
    expect(textOf(render(View, { props: {} }).body)).toContain('No attention yet');
  });

  test('writes a token as text', () => {
    const { body } = render(View, {
      props: { tokens: ['<img src=x onerror=alert(1)>'], attention: [[[[1]]]] },
    });
    expect(body).not.toContain('<img');
    expect(textOf(body)).toContain('<img src=x onerror=alert(1)>');
  });

  test.each(['light', 'dark', 'auto'] as const)('writes the theme %s', (theme) => {
    expect(render(View, { props: { trace, theme } }).body).toContain(`data-theme="${theme}"`);
  });
});

const views = ['HeadView', 'Heatmap', 'ModelView', 'NeuronView', 'TokenView', 'Explorer'] as const;
describe.each(views)('%s on the server', (name) => {
  const View = attentrace[name] as unknown as Component<ViewProps>;

  test('writes a view of the trace, named, in its theme, and no error', () => {
    const { body } = render(View, { props: { trace, layer: 3, theme: 'dark' } });
    expect(body).toMatch(/<section[^>]*aria-label="[^"]+"/);
    expect(body).toContain('data-theme="dark"');
    expect(body).not.toContain('role="alert"');
    expect(textOf(body).length).toBeGreaterThan(100);
  });

  test('writes what is wrong with the input', () => {
    const { body } = render(View, { props: { tokens: ['a', 'b'], attention: [[[[1]]]] } });
    expect(body).toContain('role="alert"');
    expect(textOf(body)).toContain('attention');
  });
});
