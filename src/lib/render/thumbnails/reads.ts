import type { Block } from '../../trace/index.js';
import { nextTurn } from '../../trace/next-turn.js';
import { keyOf, type FailedHead, type Thumbnail } from './types.js';

interface ReadsOptions {
  read(head: Thumbnail, signal: AbortSignal): Block | Promise<Block>;
  /** How many weights the next read covers. */
  weights(): number;
  /** Takes what was read. Nothing here holds on to it. */
  take(head: Thumbnail, block: Block): void;
  /** There is something new to draw. */
  onChange(): void;
  onFailures(failures: readonly FailedHead[]): void;
}

/** Work at a time, in milliseconds and in weights covered; then others have their turn: input, frames. */
const sliceMs = 9;
const sliceWeights = 2 ** 22;
/** While there is more to make, what is ready is drawn after so long, so that drawing leaves time for it. */
const drawEveryMs = 120;
/** Heads read at the same time where reading takes time. */
const mostReading = 6;

/** Reads heads a few at a time, those most wanted first, and lets go of those no longer wanted. */
export function createReads(options: ReadsOptions) {
  const reading = new Map<string, AbortController>();
  const failures = new Map<string, FailedHead>();
  /** While work is due or waits for its turn; another one calls off what was. */
  let turn: object | undefined;

  const tellFailures = (): void => options.onFailures([...failures.values()]);

  function work(missing: () => readonly Thumbnail[], since: number): void {
    turn = undefined;
    const now = performance.now();
    const heads = missing();
    let made = 0;
    let weights = 0;
    while (made < heads.length && reading.size < mostReading) {
      weights += options.weights();
      if (made > 0 && (weights > sliceWeights || performance.now() > now + sliceMs)) break;
      read(heads[made++]!);
    }
    const more = made < heads.length && reading.size < mostReading;
    if (more && now < since + drawEveryMs) takeTurn(nextTurn, () => work(missing, since));
    else options.onChange();
  }

  /** Has work done when its turn comes, unless it was called off. */
  function takeTurn(wait: (then: () => void) => void, work: () => void): void {
    const own = (turn = {});
    wait(() => own === turn && work());
  }

  function read(head: Thumbnail): void {
    const key = keyOf(head);
    const abort = new AbortController();
    const fail = (cause: unknown): void => {
      if (abort.signal.aborted) return;
      reading.delete(key);
      failures.set(key, { layer: head.layer, head: head.head, cause });
      tellFailures();
    };
    const take = (block: Block): void => {
      if (abort.signal.aborted) return;
      reading.delete(key);
      options.take(head, block);
    };
    try {
      const block = options.read(head, abort.signal);
      if (!(block instanceof Promise)) return take(block);
      reading.set(key, abort);
      block
        .then(take)
        .catch(fail)
        .finally(() => !abort.signal.aborted && options.onChange());
    } catch (cause) {
      fail(cause);
    }
  }

  /** Heads on the screen: reads of others are aborted, and others that failed are tried again when they are back. */
  function keep(heads: readonly Thumbnail[]): void {
    const kept = new Set(heads.map(keyOf));
    for (const [key, abort] of reading) {
      if (kept.has(key)) continue;
      reading.delete(key);
      abort.abort();
    }
    const before = failures.size;
    for (const key of failures.keys()) if (!kept.has(key)) failures.delete(key);
    if (failures.size < before) tellFailures();
  }

  return {
    /** Whether a head is neither being read nor known to fail. */
    isOpen: (key: string) => !reading.has(key) && !failures.has(key),
    hasFailed: (key: string) => failures.has(key),
    keep,
    /** Reads what is missing, after a while, in slices. `missing` is asked before each. */
    start(missing: () => readonly Thumbnail[], delayMs: number) {
      if (reading.size >= mostReading) return;
      if (turn) return;
      takeTurn(
        (then) => (delayMs > 0 ? setTimeout(then, delayMs) : nextTurn(then)),
        () => work(missing, performance.now()),
      );
    },
    /** Lets go of everything. */
    reset() {
      turn = undefined;
      keep([]);
    },
  };
}
