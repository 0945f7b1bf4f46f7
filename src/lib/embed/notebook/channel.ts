import { TraceError, type TraceErrorParts, type WeightArray } from '../../trace/index.js';

/** As much of anywidget's model as is used: traits, and messages to and from the kernel. */
export interface Model {
  get(name: string): unknown;
  set(name: string, value: unknown): void;
  save_changes(): void;
  send(content: object): void;
  on(event: string, callback: (...args: never[]) => void): void;
  off(event: string, callback: (...args: never[]) => void): void;
}

/** A buffer as a host hands it on: some give views, some base64. */
export type BytesOf = (buffer: unknown) => Uint8Array;

/** What the kernel answers: a description, or an array. */
export interface Reply {
  about?: unknown;
  data: WeightArray;
  dims: number[];
}

interface Message {
  kind: string;
  id: number;
  part: number;
  parts: number;
  about?: unknown;
  type?: string;
  dims?: number[];
  error: TraceErrorParts;
}

interface Asked {
  pieces: (Uint8Array | undefined)[];
  resolve(reply: Reply): void;
  reject(error: unknown): void;
  timer: ReturnType<typeof setTimeout>;
}

const arrays = { uint8: Uint8Array, float16: Uint16Array, float32: Float32Array } as const;

/** After so long without an answer the view says that it waits; the kernel may be at work on a cell. */
const patienceMs = 4000;
/** So long a kernel that has been taken away may take to show that it is there after all. */
const lostAfterMs = 4000;

/** Asks the kernel something. */
export type Ask = Channel['ask'];

/** Questions to the kernel and its answers, which come in pieces. */
export class Channel {
  readonly #asked = new Map<number, Asked>();
  #next = 0;
  #lost = false;

  /**
   * @param notice told what the reader should know, or null when there is no more to say
   */
  constructor(
    private readonly model: Model,
    private readonly bytesOf: BytesOf,
    private readonly notice: (about: 'waiting' | 'lost' | null) => void,
  ) {
    model.on('msg:custom', this.#hear);
    model.on('comm_live_update', this.#check);
  }

  destroy(): void {
    this.model.off('msg:custom', this.#hear);
    this.model.off('comm_live_update', this.#check);
    for (const id of [...this.#asked.keys()]) this.#end(id)?.reject(kernelGone());
  }

  /** @throws what the kernel refused, as a `TraceError`; `unreadable` where the kernel has gone; the signal's reason */
  ask(question: { kind: string; [name: string]: unknown }, signal?: AbortSignal): Promise<Reply> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason as Error);
      if (this.#lost) return reject(kernelGone());
      const id = this.#next++;
      const timer = setTimeout(() => !this.#lost && this.notice('waiting'), patienceMs);
      this.#asked.set(id, { pieces: [], resolve, reject, timer });
      signal?.addEventListener('abort', () => this.#end(id)?.reject(signal.reason), { once: true });
      this.tell({ ...question, id });
    });
  }

  /** Says something that needs no answer. */
  tell(content: object): void {
    try {
      this.model.send(content);
    } catch {
      this.#lose();
    }
  }

  /** The host says that the connection has come or gone: who does not answer has gone. */
  #check = (): void => {
    const timer = setTimeout(() => this.#lose(), lostAfterMs);
    this.ask({ kind: 'ping' }).then(
      () => clearTimeout(timer),
      () => undefined,
    );
  };

  #lose(): void {
    if (this.#lost) return;
    this.#lost = true;
    for (const id of [...this.#asked.keys()]) this.#end(id)?.reject(kernelGone());
    this.notice('lost');
  }

  #end(id: number): Asked | undefined {
    const asked = this.#asked.get(id);
    if (!asked) return undefined;
    clearTimeout(asked.timer);
    this.#asked.delete(id);
    if (this.#asked.size === 0 && !this.#lost) this.notice(null);
    return asked;
  }

  #hear = (content: Message, buffers: readonly unknown[] = []): void => {
    const asked = this.#asked.get(content?.id);
    if (!asked) return;
    if (content.kind === 'error') return this.#end(content.id)?.reject(new TraceError(content.error));
    if (content.kind !== 'reply') return;
    asked.pieces[content.part] = buffers.length > 0 ? this.bytesOf(buffers[0]) : new Uint8Array(0);
    if (Array.from(asked.pieces).filter(Boolean).length < content.parts) return;
    const { about, type = 'uint8', dims = [] } = content;
    const data = arrayOf(asked.pieces as Uint8Array[], type as keyof typeof arrays);
    this.#end(content.id)?.resolve({ about, data, dims });
  };
}

/** Pieces in a buffer of their own: that of a message may begin anywhere. */
function arrayOf(pieces: readonly Uint8Array[], type: keyof typeof arrays): WeightArray {
  const bytes = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return new arrays[type](bytes.buffer);
}

function kernelGone(): TraceError {
  return new TraceError({
    code: 'unreadable',
    place: 'the kernel',
    found: 'no answer',
    expected: 'weights',
    fix: 'It was restarted or shut down: run the cell again.',
  });
}
