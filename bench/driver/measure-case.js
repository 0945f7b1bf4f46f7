// @ts-check
// Takes one contestant through all stages in a page of its own.
import { TimeoutError, within } from './browser.js';

/**
 * @typedef {import('../page/main.js').FirstTimes} FirstTimes
 * @typedef {import('../page/main.js').Bench} Bench
 * @typedef {{ heap: number, backing: number, renderer: number | null, gpu: number | null }} Memory in bytes
 * @typedef {object} Result
 * @property {import('./plan.js').Case} case
 * @property {number} seconds that it took in all
 * @property {FirstTimes} [first]
 * @property {{ intervals: number[], longTask: number, taskMs: number, cpuMs: number | null }} [frame]
 *   `taskMs`: of the main thread, `cpuMs`: of all threads of the page and the GPU process; both a step
 * @property {number | null} [layer]
 * @property {number[]} [hover]
 * @property {{ before: Memory, after: Memory }} [memory]
 * @property {string} [timedOut] the stage that did not end in time
 * @property {string} [error]
 */

const frameSeconds = 3;

/**
 * @param {ReturnType<typeof import('./browser.js').createBrowser>} browser
 * @param {string} url
 * @param {import('./plan.js').Case} wanted
 * @param {number} limitSeconds of each stage
 * @returns {Promise<Result>}
 */
export async function measureCase(browser, url, wanted, limitSeconds) {
  const started = performance.now();
  /** @type {Result} */
  const result = { case: wanted, seconds: 0 };
  const { page, devtools, close } = await browser.open(url);
  page.on('pageerror', (error) => (result.error ??= error.message));
  page.on('crash', () => (result.error = 'the page crashed: out of memory, most likely'));
  let stage = 'prepare';

  /**
   * Calls a stage in the page.
   * @template {keyof Bench} N
   * @param {N} name
   * @param {Parameters<Bench[N]>} args
   * @returns {Promise<Awaited<ReturnType<Bench[N]>>>}
   */
  function call(name, ...args) {
    stage = name;
    const code = `bench.${name}(...${JSON.stringify(args)})`;
    return within(limitSeconds * 1000, page.evaluate(code));
  }
  async function readMemory() {
    await devtools.send('HeapProfiler.collectGarbage');
    const { usedSize, backingStorageSize } = /** @type {{ usedSize: number, backingStorageSize: number }} */ (
      await devtools.send('Runtime.getHeapUsage')
    );
    const processes = await browser.processes();
    return {
      heap: usedSize,
      backing: backingStorageSize,
      renderer: processes?.renderers.bytes ?? null,
      gpu: processes?.gpu.bytes ?? null,
    };
  }
  /** Milliseconds that the main thread was busy so far, and all processors for the page and the GPU process. */
  async function readTimes() {
    const { metrics } = await devtools.send('Performance.getMetrics');
    const processes = await browser.processes();
    return {
      task: (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? 0) * 1000,
      cpu: processes && processes.renderers.cpuMs + processes.gpu.cpuMs,
    };
  }

  try {
    await devtools.send('Performance.enable');
    const { group, contestant, tokens, heads, layers } = wanted;
    await call(
      'prepare',
      /** @type {import('../contestants/index.js').Group} */ (group),
      contestant,
      tokens,
      heads,
      layers,
    );
    const before = await readMemory();
    result.first = await call('first');
    const start = await readTimes();
    const { intervals, steps, longTask } = await call('frames', frameSeconds * 1000);
    const end = await readTimes();
    const aStep = (/** @type {number} */ ms) => ms / steps;
    if (steps > 0)
      result.frame = {
        intervals,
        longTask,
        taskMs: aStep(end.task - start.task),
        cpuMs: start.cpu === null || end.cpu === null ? null : aStep(end.cpu - start.cpu),
      };
    result.memory = { before, after: await within(limitSeconds * 1000, readMemory()) };
    result.layer = await call('layer');
    const points = await call('hoverPoints');
    for (const [x, y] of points) {
      await within(limitSeconds * 1000, page.mouse.move(x, y));
      result.hover = await call('hovered');
    }
  } catch (error) {
    if (error instanceof TimeoutError) result.timedOut = stage;
    else result.error ??= error instanceof Error ? error.message : String(error);
  } finally {
    await close();
  }
  result.seconds = (performance.now() - started) / 1000;
  return result;
}
