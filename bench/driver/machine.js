// @ts-check
import { readFileSync } from 'node:fs';
import os from 'node:os';
import { join } from 'node:path';
import { root } from '../../scripts/run.js';

/**
 * What the numbers were measured on and of.
 * @param {ReturnType<typeof import('./browser.js').createBrowser>} browser
 * @param {string} url
 */
export async function describeMachine(browser, url) {
  const { page, close } = await browser.open(url);
  const renderer = await page.evaluate(() => {
    const gl = document.createElement('canvas').getContext('webgl2');
    const info = gl?.getExtension('WEBGL_debug_renderer_info');
    return info ? String(gl?.getParameter(info.UNMASKED_RENDERER_WEBGL)) : 'no WebGL2';
  });
  const chromium = page.context().browser()?.version() ?? 'unknown';
  await close();
  const packages = {
    '.': ['pixi.js', 'svelte'],
    bench: Object.keys(readJson('bench/package.json').dependencies),
  };
  return {
    cpu: os.cpus()[0]?.model ?? 'unknown',
    cores: os.cpus().length,
    memoryBytes: os.totalmem(),
    platform: `${os.type()} ${os.release()}`,
    node: process.versions.node,
    chromium,
    renderer,
    versions: Object.fromEntries(
      Object.entries(packages).flatMap(([folder, names]) =>
        names.map((name) => [name, readJson(`${folder}/node_modules/${name}/package.json`).version]),
      ),
    ),
  };
}

/** @param {string} path */
function readJson(path) {
  return JSON.parse(readFileSync(join(root, path), 'utf8'));
}
