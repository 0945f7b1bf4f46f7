// Hosts that take minutes to install, tried by a command of their own: the oldest React and Vue that package.json allows, and Nuxt.
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromium, type Browser } from 'playwright';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import packageJson from '../../../package.json' with { type: 'json' };
import { browserArgs, findBrowser } from '../../../scripts/find-browser.js';
import { root } from '../../../scripts/run.js';
import { HostApps, snippet } from '../host-apps.js';
import { sameAttention } from '../same-attention.js';
import { withStatic } from '../static-server.js';

let browser: Browser;
beforeAll(async () => {
  browser = await chromium.launch({ executablePath: findBrowser(), args: browserArgs });
});
afterAll(() => browser?.close());

describe('the oldest React and Vue', () => {
  const apps = new HostApps('hosts-oldest');
  beforeAll(async () => {
    await apps.install(['react', 'vue']);
    const newest = join(root, 'tests', 'package', 'apps', 'hosts');
    for (const app of ['react', 'vue']) cpSync(join(newest, app), apps.inHost(app), { recursive: true });
  });

  test('are those that package.json allows', () => {
    const { dependencies } = JSON.parse(readFileSync(apps.inHost('package.json'), 'utf8'));
    const { react, vue } = packageJson.peerDependencies;
    expect([`>=${dependencies.react}`, `^${dependencies.vue}`]).toEqual([react, vue]);
  });

  test('React 18: types checked, built, drawn', async () => {
    writeFileSync(apps.inHost('react', 'src', 'App.tsx'), snippet('jsx', 5));
    apps.run('react', 'typescript/bin/tsc', '-b');
    apps.run('react', 'vite/bin/vite.js', 'build');
    await withStatic([apps.inHost('react', 'dist')], (url) => sameAttention(browser, url));
  });

  test('Vue 3.4: types checked, built, drawn', async () => {
    writeFileSync(
      apps.inHost('vue', 'src', 'App.vue'),
      snippet('vue', 5).replace('setup>', 'setup lang="ts">'),
    );
    apps.run('vue', 'vue-tsc/bin/vue-tsc.js', '-b');
    apps.run('vue', 'vite/bin/vite.js', 'build');
    await withStatic([apps.inHost('vue', 'dist')], (url) => sameAttention(browser, url));
  });
});

test('Nuxt: built, rendered on its server, hydrated', async () => {
  const apps = new HostApps('nuxt');
  await apps.install(['.']);
  mkdirSync(apps.inHost('app'), { recursive: true });
  writeFileSync(apps.inHost('app', 'app.vue'), snippet('vue', 5));
  apps.run('.', 'nuxt/bin/nuxt.mjs', 'build');
  const server = await apps.startBuilt('.', '.output/server/index.mjs');
  try {
    expect((await fetch(server.url)).status).toBe(200);
    await sameAttention(browser, server.url);
  } finally {
    server.stop();
  }
});
