// A model run by the packed package in a built app: in a worker, under a content security policy.
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromium, type Browser } from 'playwright';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { browserArgs, findBrowser } from '../../scripts/find-browser.js';
import { root } from '../../scripts/run.js';
import { createFreshApp, packPackage, type FreshApp } from './fresh-app.js';

/** What Python recorded: a file of safetensors, its header before its numbers. */
const recorded = readFileSync(join(root, 'fixtures', 'induction.safetensors'));
const headerEnd = 8 + Number(recorded.readBigUInt64LE(0));
const header = JSON.parse(recorded.subarray(8, headerEnd).toString());
const [from, to] = header.attention.data_offsets.map((offset: number) => headerEnd + offset);
const expected = new Float32Array(Uint8Array.from(recorded.subarray(from, to)).buffer);
const tokens: string[] = JSON.parse(header.__metadata__.tokens);
const ids = tokens.map((token) => (token === '<s>' ? 0 : Number(token.slice(1))));

/** @param load How the page gets onnxruntime. */
const page = (load: string): string => `
  import { createTracer } from 'attentrace/inference';
  import { blockWeights } from 'attentrace/trace';
  ${load}
  const output = document.querySelector('output');
  try {
    const tracer = createTracer({ ort, model: new URL('/model.onnx', location.href) });
    const trace = await tracer.trace(${JSON.stringify({ ids, tokens })});
    const stream = trace.stream();
    const weights = [];
    for (const layer of stream.layers)
      for (const head of stream.heads) {
        const block = await stream.matrix(layer, head).block({ row: 0, col: 0, rows: ${ids.length}, cols: ${ids.length} });
        weights.push(...blockWeights(block));
      }
    await tracer.destroy();
    output.textContent = JSON.stringify({ weights, proxy: ort.env.wasm.proxy });
  } catch (error) {
    output.textContent = JSON.stringify({ code: error.code, message: String(error) });
  }
`;
const OWN_FILE = `const ort = await import('onnxruntime-web/wasm');`;
const MERGED = `import * as ort from 'onnxruntime-web/wasm';`;

let browser: Browser;
let app: FreshApp;
beforeAll(async () => {
  browser = await chromium.launch({ executablePath: findBrowser(), args: browserArgs });
  app = await createFreshApp(
    'vite-inference',
    { path: 'src/main.js', source: page(OWN_FILE) },
    packPackage('inference'),
  );
  mkdirSync(join(app.folder, 'public'));
  cpSync(
    join(root, 'fixtures', 'models', 'induction', 'model.onnx'),
    join(app.folder, 'public', 'model.onnx'),
  );
});
afterAll(() => browser?.close());

test('a built app traces a model in a worker, under a policy that allows its own scripts and WebAssembly', async () => {
  app.vite('build');
  const { answer, policy, workers, problems } = await visit();
  expect(policy).toBe("default-src 'self'; script-src 'self' 'wasm-unsafe-eval'");
  expect(problems).toEqual([]);
  expect(answer.proxy).toBe(true);
  expect(workers).toEqual([expect.stringMatching(/\/assets\/.+\.js$/)]);
  expect(answer.weights).toHaveLength(expected.length);
  const worst = Math.max(...answer.weights!.map((weight, i) => Math.abs(weight - expected[i]!)));
  expect(worst).toBeLessThan(1e-5);
});

test('where the policy forbids WebAssembly, the error says what to allow', async () => {
  const { answer } = await visit({ APP_WITHOUT_WASM: '1' });
  expect(answer).toMatchObject({ code: 'session', message: expect.stringContaining("'wasm-unsafe-eval'") });
});

test("where onnxruntime is merged into the page's own script, the error says how to load it", async () => {
  writeFileSync(join(app.folder, 'src/main.js'), page(MERGED));
  app.vite('build');
  const { answer } = await visit();
  expect(answer).toMatchObject({
    code: 'session',
    message: expect.stringContaining("import('onnxruntime-web/wasm')"),
  });
});

interface Answer {
  weights?: number[];
  proxy?: boolean;
  code?: string;
  message?: string;
}

/** Opens the built app and waits for what it has to say. */
async function visit(env: Record<string, string> = {}) {
  const server = await app.serve('preview', env);
  const tab = await browser.newPage();
  try {
    const [workers, problems]: [string[], string[]] = [[], []];
    tab.on('worker', (worker) => workers.push(worker.url()));
    tab.on('pageerror', (error) => problems.push(String(error)));
    tab.on('console', (message) => {
      if (message.type() === 'error' && !message.location().url.endsWith('/favicon.ico'))
        problems.push(message.text());
    });
    const response = await tab.goto(server.url);
    await tab.waitForFunction(() => document.querySelector('output')?.textContent, null, { timeout: 60_000 });
    const answer = JSON.parse((await tab.textContent('output'))!) as Answer;
    return { answer, policy: response!.headers()['content-security-policy'], workers, problems };
  } finally {
    await tab.close();
    server.stop();
  }
}
