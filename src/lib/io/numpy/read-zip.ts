import { pacer, type Pause } from '../../trace/pacer.js';
import { fileError } from '../file-error.js';
import { crc32 } from './crc32.js';
import { listMembers } from './zip-directory.js';

const [stored, deflated] = [0, 8];

/**
 * The largest ratio of unpacked to packed size. Attention packs less, even if half is zeros or each query has one key; zeros alone pack
 * four times more.
 */
const mostRatio = 256;
/** A size that any archive may unpack to, in bytes. */
const always = 16 * 2 ** 20;

/** Bytes looked at between two looks at the clock. */
const sliceBytes = 2 ** 18;

/**
 * Reads a zip archive in memory. Stored members are viewed, deflated ones unpacked, and checksums compared; in slices, so that the page
 * stays responsive.
 *
 * @param name what to call the file in messages
 * @throws TraceError `file`, also where it would unpack to more than its size has room for; an aborted `signal` throws its reason
 */
export async function readZip(
  bytes: Uint8Array,
  name: string,
  signal?: AbortSignal,
): Promise<Map<string, Uint8Array>> {
  const members = listMembers(bytes, name);
  const total = members.reduce((sum, { size }) => sum + size, 0);
  if (total > Math.max(always, mostRatio * bytes.length))
    throw fileError(
      name,
      `arrays of ${total} bytes in a file of ${bytes.length}`,
      `at most ${mostRatio} times its size`,
      'If the file is sound, save it with numpy.savez, which does not pack.',
    );
  const pause = pacer(signal);
  const contents = new Map<string, Uint8Array>();
  for (const { name: member, method, packed, size, crc } of members) {
    if (method !== stored && method !== deflated)
      throw fileError(
        name,
        `${member} packed by method ${method}`,
        'stored or deflated',
        'Save it with numpy.savez.',
      );
    const content =
      method === stored
        ? packed
        : await inflate(packed, size, pause).catch((cause: unknown) => {
            signal?.throwIfAborted();
            throw fileError(name, `a damaged member ${member}`, 'deflated bytes', undefined, cause);
          });
    let sum = 0;
    for (let at = 0; at < content.length; at += sliceBytes) {
      sum = crc32(content.subarray(at, at + sliceBytes), sum);
      await pause();
    }
    if (content.length !== size || sum !== crc)
      throw fileError(name, `a damaged member ${member}`, `${size} bytes that agree with its checksum`);
    contents.set(member, content);
  }
  return contents;
}

/** Unpacks to the size given in the directory: a member that holds more is damaged or malicious. */
async function inflate(packed: Uint8Array, size: number, pause: Pause): Promise<Uint8Array> {
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
      await pause();
    }
  } finally {
    await reader.cancel().catch(() => {});
  }
}
