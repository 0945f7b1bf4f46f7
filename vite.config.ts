import { storybookTest } from '@storybook/addon-vitest/vitest-plugin';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { svelteTesting } from '@testing-library/svelte/vite';
import { playwright } from '@vitest/browser-playwright';
import { defineConfig } from 'vitest/config';
import { browserArgs, findBrowser } from './scripts/find-browser.js';

// Made anew for each project, as vitest writes the project's name into it.
const browser = () => ({
  enabled: true,
  headless: true,
  screenshotFailures: false,
  provider: playwright({ launchOptions: { executablePath: findBrowser(), args: browserArgs } }),
  instances: [{ browser: 'chromium' as const, viewport: { width: 1280, height: 900 } }],
});

export default defineConfig({
  plugins: [svelte()],
  // As Vue's own plugin sets them, and Vue warns where nobody does.
  define: {
    __VUE_OPTIONS_API__: 'true',
    __VUE_PROD_DEVTOOLS__: 'false',
    __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: 'false',
  },
  // onnxruntime finds its WebAssembly and its worker beside itself; a tokenizer found in the middle of a run would begin it again.
  optimizeDeps: {
    exclude: ['onnxruntime-web'],
    include: ['@huggingface/tokenizers', 'react', 'react-dom', 'react-dom/client', 'vue'],
  },
  test: {
    // No test measures time: each waits for what it asks, and these end one that waits in vain. A busy machine that draws in
    // software needs tens of seconds.
    testTimeout: 120_000,
    expect: { poll: { timeout: 60_000 } },
    coverage: { include: ['src/lib/**'], reporter: ['text', 'html'] },
    projects: [
      {
        extends: true,
        test: { name: 'unit', include: ['tests/unit/**/*.test.ts'], environment: 'node' },
      },
      {
        extends: true,
        // Resolves Svelte for a browser, and takes away what a test rendered.
        plugins: [svelteTesting()],
        test: {
          name: 'dom',
          include: ['tests/dom/**/*.test.ts'],
          environment: 'jsdom',
          setupFiles: 'tests/dom/setup.ts',
        },
      },
      {
        extends: true,
        test: {
          name: 'browser',
          include: ['tests/browser/**/*.test.ts'],
          globalSetup: 'tests/browser/inference/hub-setup.ts',
          setupFiles: 'tests/browser/font.ts',
          browser: browser(),
        },
      },
      ...(['light', 'dark'] as const).map((theme) => ({
        extends: true as const,
        // What takes long and has no colours that another story lacks is tried in one theme.
        plugins: [storybookTest({ tags: { exclude: theme === 'dark' ? ['one-theme'] : [] } })],
        test: {
          name: `storybook-${theme}`,
          browser: browser(),
          env: { STORYBOOK_THEME: theme },
        },
      })),
      {
        test: {
          name: 'python',
          include: ['tests/python/**/*.test.ts'],
          globalSetup: 'tests/python/setup.ts',
          // A kernel, JupyterLab and a browser at once are enough for a machine.
          fileParallelism: false,
          testTimeout: 600_000,
          hookTimeout: 240_000,
          expect: { poll: { timeout: 60_000 } },
        },
      },
      {
        test: {
          name: 'firefox',
          include: ['tests/firefox/*.test.ts'],
          testTimeout: 240_000,
          hookTimeout: 240_000,
        },
      },
      // Hosts that take minutes to install are tried by themselves.
      ...(['package', 'hosts'] as const).map((name) => ({
        test: {
          name,
          include: [name === 'hosts' ? 'tests/package/more/*.test.ts' : 'tests/package/*.test.ts'],
          testTimeout: name === 'hosts' ? 600_000 : 240_000,
          hookTimeout: name === 'hosts' ? 600_000 : 240_000,
        },
      })),
    ],
  },
});
