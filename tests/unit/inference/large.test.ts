import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as ort from 'onnxruntime-node';
import { chromium } from 'playwright';
import { createServer } from 'vite';
import { describe, expect, it } from 'vitest';
import { browserArgs, findBrowser } from '../../../scripts/find-browser.js';
import { createTracer, type Tracer } from '../../../src/lib/inference/index.js';
import { readCase } from './run-case.js';

/** What scripts/models/make_large.py made: a model of 2.5 GB. */
const folder = process.env.ATTENTRACE_LARGE ?? '';
const there = existsSync(join(folder, 'model.onnx_data'));

describe.skipIf(!there)('a model of over 2 GB', () => {
  const { feeds, expected, tolerance } = there
    ? readCase(readFileSync(join(folder, 'case.safetensors')))
    : { feeds: {}, expected: {}, tolerance: 0 };
  const ids = Array.from((feeds.input_ids?.data ?? []) as BigInt64Array, Number);

  /** Runs where the tracer is, in Node or in the page: nothing of this file is there. */
  const weightsOf = async (tracer: Tracer, tokens: number[]): Promise<number[][]> => {
    const stream = (await tracer.trace({ ids: tokens, tokens: tokens.map(String) })).stream();
    const all: number[][] = [];
    for (const layer of stream.layers) {
      const rows: number[] = [];
      for (const head of stream.heads)
        for (let row = 0; row < tokens.length; row++) {
          const request = { row, col: 0, rows: 1, cols: tokens.length };
          const { data, offset } = await stream.matrix(layer, head).block(request);
          rows.push(...data.subarray(offset, offset + tokens.length));
        }
      all.push(rows);
    }
    return all;
  };
  const expectRecorded = (layers: number[][]): void => {
    expect(layers).toHaveLength(3);
    for (const [layer, found] of layers.entries()) {
      const { data } = expected[`attentions.${layer}`]!;
      expect(found).toHaveLength(data.length);
      const wrong = found.map((weight, i) => Math.abs(weight - data[i]!));
      expect(Math.max(...wrong)).toBeLessThanOrEqual(tolerance);
    }
  };

  it('is mapped into memory by Node', async () => {
    const tracer = createTracer({ ort, model: join(folder, 'model.onnx') });
    expectRecorded(await weightsOf(tracer, ids));
    await tracer.destroy();
    const peak = process.resourceUsage().maxRSS * 1024;
    console.log(`The largest resident memory was ${(peak / 1e9).toFixed(2)} GB.`);
    expect(peak).toBeLessThan(2 * 2.47e9);
  });

  it('runs in a browser, which keeps it for the next time', { timeout: 600_000 }, async () => {
    const root = process.cwd();
    const server = await createServer({
      root,
      configFile: false,
      logLevel: 'error',
      optimizeDeps: { exclude: ['onnxruntime-web'], noDiscovery: true },
      server: { fs: { allow: [root, folder] }, watch: null },
    });
    await server.listen();
    const [page] = server.resolvedUrls!.local;
    // A private window, Playwright's default, has no disk to keep such a file on.
    const profile = mkdtempSync(join(tmpdir(), 'attentrace-'));
    const browser = await chromium.launchPersistentContext(profile, {
      executablePath: findBrowser(),
      args: browserArgs,
    });
    const trace = async (): Promise<{ weights: number[][]; downloads: string[] }> => {
      const tab = await browser.newPage();
      await tab.goto(`${page}package.json`);
      const found = await tab.evaluate(`(async () => {
        const { createTracer } = await import('/src/lib/inference/index.ts');
        const ort = await import('/node_modules/onnxruntime-web/dist/ort.wasm.bundle.min.mjs');
        const downloads = [];
        const onProgress = ({ stage, file, loaded, total }) =>
          stage === 'download' && loaded === total && downloads.push(file.split('/').at(-1));
        const model = new URL(${JSON.stringify(`/@fs${folder}/model.onnx`)}, location.href);
        const tracer = createTracer({ ort, model, onProgress });
        const weights = await (${weightsOf.toString()})(tracer, ${JSON.stringify(ids)});
        await tracer.destroy();
        return { weights, downloads };
      })()`);
      await tab.close();
      return found as Awaited<ReturnType<typeof trace>>;
    };
    try {
      const first = await trace();
      expectRecorded(first.weights);
      expect(first.downloads).toEqual(['model.onnx', 'model.onnx_data']);
      expect(await trace()).toEqual({ weights: first.weights, downloads: [] });
    } finally {
      await browser.close();
      await server.close();
      rmSync(profile, { recursive: true });
    }
  });
});
