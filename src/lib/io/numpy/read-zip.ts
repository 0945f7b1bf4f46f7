import { crc32 } from './crc32.js';
import { failIn, listMembers } from './zip-directory.js';

const [stored, deflated] = [0, 8];

/**
 * How many times its own size an archive may unpack to: more than attention does, with a half of zeros or one key a query, and a
 * fourth of what nothing but zeros does.
 */
const mostRatio = 256;
/** What any archive may unpack to, in bytes. */
const always = 16 * 2 ** 20;

/** The page has its turn so often, in milliseconds. */
const sliceMs = 8;
/** Bytes looked at between two looks at the clock. */
const sliceBytes = 2 ** 18;

/**
 * Reads a zip archive in memory. Stored members are viewed, deflated ones unpacked; both are held against their checksum. Done in
 * slices, so that a page goes on meanwhile.
 *
 * @param name what to call the file in messages
 * @throws TraceError `file`, also where it would unpack to more than its size has room for; an aborted `signal` throws its reason
 */
export async function readZip(
  bytes: Uint8Array,
  name: string,
  signal?: AbortSignal,
): Promise<Map<string, Uint8Array>> {
  const fail = failIn(name);
  const members = listMembers(bytes, name);
  const total = members.reduce((sum, { size }) => sum + size, 0);
  if (total > Math.max(always, mostRatio * bytes.length))
    fail(
      `arrays of ${total} bytes in a file of ${bytes.length}`,
      `at most ${mostRatio} times its size`,
      'If the file is sound, save it with numpy.savez, which does not pack.',
    );
  const takeTurns = turns(signal);
  const contents = new Map<string, Uint8Array>();
  for (const { name: member, method, packed, size, crc } of members) {
    if (method !== stored && method !== deflated)
      fail(`${member} packed by method ${method}`, 'stored or deflated', 'Save it with numpy.savez.');
    const content =
      method === stored
        ? packed
        : await inflate(packed, size, takeTurns).catch((cause: unknown) => {
            signal?.throwIfAborted();
            return fail(`a damaged member ${member}`, 'deflated bytes', undefined, cause);
          });
    let sum = 0;
    for (let at = 0; at < content.length; at += sliceBytes) {
      sum = crc32(content.subarray(at, at + sliceBytes), sum);
      await takeTurns();
    }
    if (content.length !== size || sum !== crc)
      fail(`a damaged member ${member}`, `${size} bytes that agree with its checksum`);
    contents.set(member, content);
  }
  return contents;
}

/** A function to be called between slices of work: now and then it lets others have their turn. */
function turns(signal: AbortSignal | undefined): () => Promise<void> {
  let since = performance.now();
  return async () => {
    signal?.throwIfAborted();
    if (performance.now() - since < sliceMs) return;
    await new Promise((resolve) => setTimeout(resolve));
    signal?.throwIfAborted();
    since = performance.now();
  };
}

/** Unpacks to the size that the directory gives: a member that holds more is damaged, or hostile. */
async function inflate(
  packed: Uint8Array,
  size: number,
  takeTurns: () => Promise<void>,
): Promise<Uint8Array> {
  const out = new Uint8Array(size);
  let length = 0;
  const stream = new Blob([packed.slice()]).stream().pipeThrough(new DecompressionStream('deflate-raw'));
  const reader = stream.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return out.subarray(0, length);
      if (length + value.length > size) throw new RangeError(`more than ${size} bytes`);
      out.set(value, length);
      length += value.length;
      await takeTurns();
    }
  } finally {
    await reader.cancel().catch(() => {});
  }
}
