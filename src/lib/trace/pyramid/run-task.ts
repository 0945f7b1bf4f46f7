import { TraceError, type TraceErrorParts } from '../errors.js';
import type { Reduced } from './reduce.js';
import { startWorker } from './start-worker.js';
import { buffersOf, perform, type Task } from './tasks.js';

/** What a worker says: that it has started, then one answer a task. */
export type Reply = 'ready' | { result: Reduced } | { wrong: TraceErrorParts } | { failed: string };

/** What is done first: a look at what is on the screen, then levels near it, then those of a whole matrix. */
export type Urgency = 'look' | 'near' | 'whole';

/** As browsers with Trusted Types have it, which not all do. */
interface ScriptPolicy {
  createScriptURL(url: string): unknown;
}
interface TrustedTypes {
  createPolicy(name: string, rules: ScriptPolicy): ScriptPolicy;
}

interface Waiting {
  make: () => Task;
  signal: AbortSignal | undefined;
  resolve: (result: Reduced) => void;
  reject: (reason: unknown) => void;
}

/** Workers left with nothing to do go after so long. */
const idleMs = 60_000;
/** On the page's own thread: work at a time, then input and frames have their turn. */
const sliceMs = 8;

const mostWorkers = Math.min(4, Math.max(1, (globalThis.navigator?.hardwareConcurrency ?? 2) - 1));
const waiting: Record<Urgency, Waiting[]> = { look: [], near: [], whole: [] };
const idle: Worker[] = [];
const busy = new Map<Worker, Waiting>();
let started = 0;
let closing: ReturnType<typeof setTimeout> | undefined;
/** Made when it is needed: a page may allow no policy of this name. */
let policy: ScriptPolicy | undefined;
/** Whether this page lets no worker start: its security policy, a bundler that left the file out, or not a page at all. */
let alone = typeof Worker === 'undefined';
let working = false;

/**
 * Has a task done by a worker, the urgent ones first, else in the order asked for; where there are no workers, in slices on this thread. It is made when its
 * turn has come, and what it holds is gone afterwards. One that was aborted by then is not made, and rejects with the signal's
 * reason; `TraceError` where checked weights are wrong.
 */
export function runTask(make: () => Task, urgency: Urgency, signal?: AbortSignal): Promise<Reduced> {
  return new Promise((resolve, reject) => {
    waiting[urgency].push({ make, signal, resolve, reject });
    distribute();
  });
}

/** The next that is still wanted. */
function next(): Waiting | undefined {
  for (const queue of [waiting.look, waiting.near, waiting.whole])
    for (let entry = queue.shift(); entry; entry = queue.shift()) {
      if (!entry.signal?.aborted) return entry;
      entry.reject(entry.signal.reason);
    }
  return undefined;
}

function distribute(): void {
  clearTimeout(closing);
  if (alone) return void workAlone();
  if (idle.length === 0 && started < mostWorkers) start();
  while (idle.length > 0) {
    const entry = next();
    if (!entry) break;
    give(idle.pop()!, entry);
  }
  if (started > 0 && idle.length === started) closing = setTimeout(closeAll, idleMs);
}

function start(): void {
  try {
    const worker = newWorker();
    started++;
    worker.onmessage = () => {
      worker.onerror = lost;
      worker.onmessageerror = lost;
      idle.push(worker);
      distribute();
    };
    worker.onerror = giveUp;
  } catch {
    giveUp();
  }
}

/**
 * Bundlers know a worker by the words `new Worker(new URL(…))`, so the address stands there. On a page that asks for Trusted Types it
 * has to go through a policy, `attentrace`: `Worker` does that while it is called.
 */
function newWorker(): Worker {
  const Native = globalThis.Worker;
  const { trustedTypes } = globalThis as { trustedTypes?: TrustedTypes };
  policy ??= trustedTypes?.createPolicy('attentrace', { createScriptURL: (url) => url });
  if (policy)
    globalThis.Worker = class extends Native {
      constructor(url: string | URL, options?: WorkerOptions) {
        super(policy!.createScriptURL(String(url)) as string, options);
      }
    };
  try {
    return startWorker();
  } finally {
    globalThis.Worker = Native;
  }
}

/** A worker that dies takes its task with it: it is made again, and done on this thread. */
function lost(event: Event): void {
  event.preventDefault();
  const worker = event.currentTarget as Worker;
  worker.terminate();
  started--;
  if (idle.includes(worker)) idle.splice(idle.indexOf(worker), 1);
  const entry = busy.get(worker);
  busy.delete(worker);
  if (entry) inSlices(entry).then(entry.resolve, entry.reject);
  distribute();
}

/** Tasks wait until a worker has started, so none is lost when one does not. */
function giveUp(event?: Event): void {
  event?.preventDefault();
  alone = true;
  distribute();
}

function give(worker: Worker, entry: Waiting): void {
  const { make, resolve, reject } = entry;
  const rest = (): void => {
    busy.delete(worker);
    idle.push(worker);
  };
  busy.set(worker, entry);
  worker.onmessage = ({ data: reply }: MessageEvent<Reply>) => {
    if (reply === 'ready') return;
    rest();
    if ('result' in reply) resolve(reply.result);
    else reject('wrong' in reply ? new TraceError(reply.wrong) : new Error(reply.failed));
    distribute();
  };
  try {
    const task = make();
    worker.postMessage(task, buffersOf(task) as ArrayBuffer[]);
  } catch (error) {
    rest();
    reject(error);
  }
}

function closeAll(): void {
  for (const worker of idle.splice(0)) worker.terminate();
  started = 0;
}

async function workAlone(): Promise<void> {
  if (working) return;
  working = true;
  for (let entry = next(); entry; entry = next()) {
    try {
      entry.resolve(await inSlices(entry));
    } catch (error) {
      entry.reject(error);
    }
  }
  working = false;
}

async function inSlices({ make, signal }: Waiting): Promise<Reduced> {
  const steps = perform(make());
  let since = performance.now();
  for (let step = steps.next(); ; step = steps.next()) {
    if (step.done) return step.value;
    if (performance.now() - since < sliceMs) continue;
    await new Promise((resolve) => setTimeout(resolve));
    signal?.throwIfAborted();
    since = performance.now();
  }
}
