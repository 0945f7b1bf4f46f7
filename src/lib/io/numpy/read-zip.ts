import { TraceError } from '../../trace/index.js';

/** A member as the archive's directory lists it; sizes and offset in bytes. */
interface Member {
  name: string;
  flags: number;
  method: number;
  crc: number;
  packedSize: number;
  size: number;
  offset: number;
}

type Fail = (found: string, expected: string, fix?: string, cause?: unknown) => never;

const [directoryEnd, directoryEntry, localHeader] = [0x06054b50, 0x02014b50, 0x04034b50];
const [stored, deflated] = [0, 8];

/**
 * Reads a zip archive in memory. Stored members are viewed, deflated ones unpacked; both are held against their checksum.
 * Format: PKWARE APPNOTE 6.3.
 *
 * @param name what to call the file in messages
 * @throws TraceError `file`; an aborted `signal` throws its reason
 */
export async function readZip(
  bytes: Uint8Array,
  name: string,
  signal?: AbortSignal,
): Promise<Map<string, Uint8Array>> {
  const fail: Fail = (found, expected, fix = 'Save or download the file again.', cause) => {
    throw new TraceError({ code: 'file', place: name, found, expected, fix, cause });
  };
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const contents = new Map<string, Uint8Array>();
  for (const member of listMembers(view, fail)) {
    signal?.throwIfAborted();
    if (contents.has(member.name)) fail(`the member ${member.name} twice`, 'each once');
    if (member.flags & 1) fail(`${member.name} encrypted`, 'an open archive', 'Save it without a password.');
    const packed = packedBytes(view, member, fail);
    let content = packed;
    if (member.method === deflated) {
      content = await inflate(packed, member.size).catch((cause: unknown) =>
        fail(`a damaged member ${member.name}`, 'deflated bytes', undefined, cause),
      );
    } else if (member.method !== stored)
      fail(
        `${member.name} packed by method ${member.method}`,
        'stored or deflated',
        'Save it with numpy.savez.',
      );
    if (content.length !== member.size || crc32(content) !== member.crc)
      fail(`a damaged member ${member.name}`, `${member.size} bytes that agree with its checksum`);
    contents.set(member.name, content);
  }
  return contents;
}

function listMembers(view: DataView, fail: Fail): Member[] {
  const last = view.byteLength - 22;
  const first = Math.max(0, last - 0xffff);
  // A comment of any text may follow; its length tells the directory's end from text that looks like one.
  const isEnd = (at: number) =>
    view.getUint32(at, true) === directoryEnd && view.getUint16(at + 20, true) === last - at;
  let end = last;
  while (end >= first && !isEnd(end)) end--;
  if (end < first) return fail('no zip directory', 'an npz file, complete');
  const count = view.getUint16(end + 10, true);
  let at = view.getUint32(end + 16, true);
  if (count === 0xffff || at === 0xffffffff)
    return fail('a zip64 archive', 'one below 4 GB', 'Save fewer arrays a file.');
  const members: Member[] = [];
  for (let i = 0; i < count; i++) {
    if (at + 46 > end || view.getUint32(at, true) !== directoryEntry)
      return fail(`a damaged directory, at member ${i}`, `${count} members`);
    const [nameLength, extraLength, commentLength] = [28, 30, 32].map((o) =>
      view.getUint16(at + o, true),
    ) as [number, number, number];
    const nameBytes = new Uint8Array(
      view.buffer,
      view.byteOffset + at + 46,
      Math.min(nameLength, end - at - 46),
    );
    members.push({
      name: new TextDecoder().decode(nameBytes.slice()),
      flags: view.getUint16(at + 8, true),
      method: view.getUint16(at + 10, true),
      crc: view.getUint32(at + 16, true),
      packedSize: view.getUint32(at + 20, true),
      size: view.getUint32(at + 24, true),
      offset: view.getUint32(at + 42, true),
    });
    at += 46 + nameLength + extraLength + commentLength;
  }
  return members;
}

function packedBytes(view: DataView, { name, packedSize, offset }: Member, fail: Fail): Uint8Array {
  const sound = offset + 30 <= view.byteLength && view.getUint32(offset, true) === localHeader;
  if (!sound) return fail(`no member ${name} at byte ${offset}`, 'what the directory lists');
  const start = offset + 30 + view.getUint16(offset + 26, true) + view.getUint16(offset + 28, true);
  if (start + packedSize > view.byteLength)
    return fail(`${view.byteLength} bytes`, `${start + packedSize}, to the end of ${name}`);
  return new Uint8Array(view.buffer, view.byteOffset + start, packedSize);
}

/** Unpacks until the size that the directory gives: a member that holds more is damaged, or hostile. */
async function inflate(packed: Uint8Array, size: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  const stream = new Blob([packed.slice()]).stream().pipeThrough(new DecompressionStream('deflate-raw'));
  const reader = stream.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    length += value.length;
    if (length > size) {
      await reader.cancel();
      throw new RangeError(`more than ${size} bytes`);
    }
    chunks.push(value);
  }
  const out = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    out.set(chunk, at);
    at += chunk.length;
  }
  return out;
}

const crcTable = Uint32Array.from({ length: 256 }, (_, n) => {
  let crc = n;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? 0xedb88320 ^ (crc >>> 1) : crc >>> 1;
  return crc;
});

/** CRC-32 as in zip, gzip and PNG. */
function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = crcTable[(crc ^ byte) & 0xff]! ^ (crc >>> 8);
  return ~crc >>> 0;
}
