import js from '@eslint/js';
import svelte from 'eslint-plugin-svelte';
import { defineConfig } from 'eslint/config';
import globals from 'globals';
import ts from 'typescript-eslint';
import { importCircles } from './scripts/import-circles.js';
import { importDirections } from './scripts/import-directions.js';
import svelteConfig from './svelte.config.js';

// Files that import in a circle today. This list only shrinks: when it is empty, it goes, and with it the block that uses it.
const circlesToMend = [
  'src/lib/io/{generate-steps,stitch-steps}.ts',
  'src/lib/inference/tracer/{beside,download,load-model,session,tokenize,types}.ts',
  'src/lib/render/thumbnails/{format,layer,reads,sheet}.ts',
  'src/lib/views/token-view/{average-state.svelte,read-line}.ts',
];

// Files of the kit that know a view: likewise.
const kitToMend = ['src/lib/views/kit/{Tooltip.svelte,labels.ts}'];

export default defineConfig(
  {
    ignores: [
      'dist/',
      'storybook-static/',
      'coverage/',
      'screenshots/',
      'fixtures/',
      'tests/package/apps/',
      '**/.svelte-kit/',
      'python/src/attentrace/static/attentrace.js',
    ],
  },
  js.configs.recommended,
  ts.configs.recommended,
  svelte.configs.recommended,
  {
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    languageOptions: { globals: { ...globals.browser, ...globals.node } },
    rules: {
      // TypeScript knows better what is defined.
      'no-undef': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      'max-lines': ['error', { max: 400, skipBlankLines: true, skipComments: true }],
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-console': 'error',
    },
  },
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: { parserOptions: { parser: ts.parser, svelteConfig } },
    rules: {
      'svelte/no-at-html-tags': 'error',
      'svelte/require-each-key': 'error',
    },
  },
  { files: ['src/lib/**/*.svelte'], rules: { 'max-lines': ['error', { max: 200, skipBlankLines: true }] } },
  {
    files: ['src/lib/**/*.{ts,svelte}'],
    plugins: {
      attentrace: { rules: { 'import-directions': importDirections, 'import-circles': importCircles } },
    },
    rules: {
      'attentrace/import-directions': 'error',
      'attentrace/import-circles': 'error',
      'no-restricted-properties': [
        'error',
        ...['innerHTML', 'outerHTML', 'insertAdjacentHTML'].map((property) => ({
          property,
          message: 'A token is text, never HTML.',
        })),
      ],
    },
  },
  { files: circlesToMend, rules: { 'attentrace/import-circles': 'off' } },
  { files: kitToMend, rules: { 'attentrace/import-directions': 'off' } },
  {
    files: ['src/lib/**/*.ts'],
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
    },
  },
  { files: ['scripts/**', 'tests/**', 'bench/**'], rules: { 'no-console': 'off' } },
);
