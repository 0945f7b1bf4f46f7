/** Runs alone in a frame, where no worker has started yet; tells its parent what it found. */
import { DenseMatrix } from '../../../src/lib/trace/index.js';

// The test runner writes this around each import() of the code, and is not here.
Object.assign(globalThis, {
  __vitest_browser_runner__: { wrapDynamicImport: (load: () => unknown) => load() },
});

const found = { violations: [] as string[], asked: 0, tasks: 0, largest: 0 };
document.addEventListener('securitypolicyviolation', ({ violatedDirective }) =>
  found.violations.push(violatedDirective),
);
const Real = Worker;
const { postMessage } = Real.prototype;
Real.prototype.postMessage = function (this: Worker, task: unknown, how: Transferable[]): void {
  found.tasks++;
  postMessage.call(this, task, how as StructuredSerializeOptions);
} as typeof postMessage;

const workers: Record<string, unknown> = {
  none: undefined,
  refused: class {
    constructor() {
      found.asked++;
      throw new Error('refused by policy');
    }
  },
  missing: class extends Real {
    constructor() {
      super('/no-such-worker.js', { type: 'module' });
      found.asked++;
    }
  },
};
const which = new URL(import.meta.url).searchParams.get('workers');
if (which) globalThis.Worker = workers[which] as typeof Worker;

const [rows, cols] = [2500, 2100];
const data = new Uint8Array(rows * cols);
data[1234 * cols + 2001] = 230;
const request = { row: 0, col: 0, rows: 99, cols: 99, rowLevel: 6, colLevel: 6 };
const block = await new DenseMatrix(rows, cols, 'uint8', data).block(request);
const cell = (1234 >> 6) * Math.ceil(cols / 64) + (2001 >> 6);
found.largest = block.data[cell]!;
// A violation is reported after the task that it is about.
await new Promise((resolve) => setTimeout(resolve));
parent.postMessage(found);
