// @ts-check
// Builds the bench page as an app would be built, so that all contestants are minified alike, and serves it.
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { build, preview } from 'vite';
import { root } from '../../scripts/run.js';

/**
 * @param {Record<string, string>} scripts folders of peers' scripts, served as they are, by name
 * @returns {Promise<{ url: string, close(): Promise<void> }>}
 */
export async function servePage(scripts) {
  const config = {
    root: join(root, 'bench', 'page'),
    configFile: /** @type {const} */ (false),
    logLevel: /** @type {const} */ ('error'),
    plugins: [svelte({ configFile: false })],
    build: {
      outDir: join(root, 'node_modules', '.cache', 'attentrace', 'bench'),
      emptyOutDir: true,
      reportCompressedSize: false,
      chunkSizeWarningLimit: Infinity,
      target: 'es2022',
    },
  };
  await build(config);
  for (const [name, folder] of Object.entries(scripts))
    cpSync(folder, join(config.build.outDir, name), { recursive: true });
  const server = await preview({
    ...config,
    preview: {
      host: '127.0.0.1',
      port: 0,
      // An isolated page has a clock of 5 µs instead of 100.
      headers: {
        'Cross-Origin-Opener-Policy': 'same-origin',
        'Cross-Origin-Embedder-Policy': 'require-corp',
      },
    },
  });
  const address = /** @type {import('node:net').AddressInfo} */ (server.httpServer.address());
  return { url: `http://127.0.0.1:${address.port}/`, close: () => server.close() };
}
