import { TraceError, type TraceErrorParts } from '../errors.js';
import { pacer } from '../pacer.js';
import { heldBackMs } from './movement.js';
import type { Reduced } from './reduce.js';
import { startWorker } from './start-worker.js';
import { buffersOf, perform, type Task } from './tasks.js';

/** A message from a worker: that it has started, then one answer per task. */
export type Reply = 'ready' | { result: Reduced } | { wrong: TraceErrorParts } | { failed: string };

/** Which tasks come first: a quick look at what is on the screen, then levels near it, then those of a whole matrix. */
export type Urgency = 'look' | 'near' | 'whole';

/** Trusted Types, which not all browsers have. */
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

/** Idle workers are closed after this time. */
const idleMs = 60_000;

const mostWorkers = Math.min(4, Math.max(1, (globalThis.navigator?.hardwareConcurrency ?? 2) - 1));
const waiting: Record<Urgency, Waiting[]> = { look: [], near: [], whole: [] };
const idle: Worker[] = [];
const busy = new Map<Worker, Waiting>();
let started = 0;
let closing: ReturnType<typeof setTimeout> | undefined;
let later: ReturnType<typeof setTimeout> | undefined;
/** Created on first use: a page may not allow a policy of this name. */
let policy: ScriptPolicy | undefined;
/**
 * Whether no worker can start here: because of the page's security policy, a bundler that left the file out, or an environment without
 * workers.
 */
let alone = typeof Worker === 'undefined';
let working = false;

/**
 * Runs a task in a worker, urgent tasks first, else in the order of calls; without workers, in slices on this thread. `make` is called when
 * its turn has come, unless the signal is aborted: then the promise rejects with its reason. The buffers of the task are handed over.
 * Rejects with a `TraceError` where checked weights are wrong.
 */
export function runTask(make: () => Task, urgency: Urgency, signal?: AbortSignal): Promise<Reduced> {
  return new Promise((resolve, reject) => {
    waiting[urgency].push({ make, signal, resolve, reject });
    distribute();
  });
}

/** The next task that is not aborted; while the screen moves, quick looks alone. */
function next(): Waiting | undefined {
  const heldBack = heldBackMs();
  clearTimeout(later);
  if (heldBack > 0) later = setTimeout(distribute, heldBack);
  for (const queue of heldBack > 0 ? [waiting.look] : [waiting.look, waiting.near, waiting.whole])
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

/** A worker that died has lost its task: it is made again, and run on this thread. */
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

/** No task is sent before a worker has started, so none is lost if it does not. */
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
  const pause = pacer(signal);
  for (let step = steps.next(); ; step = steps.next()) {
    if (step.done) return step.value;
    await pause();
  }
}
