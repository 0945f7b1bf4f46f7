import { fileError } from '../file-error.js';
import { wrongKind } from '../file-kind.js';

/** A member as the archive's directory lists it; sizes in bytes. */
export interface ZipMember {
  name: string;
  method: number;
  crc: number;
  size: number;
  /** Its bytes as packed, a view of the archive. */
  packed: Uint8Array;
}

const [directoryEnd, directoryEntry, localHeader] = [0x06054b50, 0x02014b50, 0x04034b50];

/**
 * Lists the members of a zip archive by its directory. Members must not share bytes, so that no more is read than the archive holds.
 * Format: PKWARE APPNOTE 6.3.
 *
 * @throws TraceError `file`
 */
export function listMembers(bytes: Uint8Array, name: string): ZipMember[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const end = findEnd(view);
  if (end === undefined) {
    if (view.byteLength > 4 && view.getUint32(0, true) === localHeader)
      throw fileError(name, 'no zip directory', 'an npz file, complete');
    throw wrongKind(bytes, name, 'an npz file');
  }
  const count = view.getUint16(end + 10, true);
  let at = view.getUint32(end + 16, true);
  if (count === 0xffff || at === 0xffffffff)
    throw fileError(name, 'a zip64 archive', 'one below 4 GB', 'Save fewer arrays a file.');
  const members: ZipMember[] = [];
  const names = new Set<string>();
  const places: [start: number, end: number, name: string][] = [];
  for (let i = 0; i < count; i++) {
    if (at + 46 > end || view.getUint32(at, true) !== directoryEntry)
      throw fileError(name, `a damaged directory, at member ${i}`, `${count} members`);
    const [nameLength, extraLength, commentLength] = [28, 30, 32].map((o) =>
      view.getUint16(at + o, true),
    ) as [number, number, number];
    const member = textOf(bytes, at + 46, Math.min(nameLength, end - at - 46));
    if (names.has(member)) throw fileError(name, `the member ${member} twice`, 'each once');
    names.add(member);
    if (view.getUint16(at + 8, true) & 1)
      throw fileError(name, `${member} encrypted`, 'an open archive', 'Save it without a password.');
    const offset = view.getUint32(at + 42, true);
    const packed = packedBytes(bytes, view, member, offset, view.getUint32(at + 20, true), name);
    places.push([offset, packed.byteOffset - bytes.byteOffset + packed.length, member]);
    members.push({
      name: member,
      method: view.getUint16(at + 10, true),
      crc: view.getUint32(at + 16, true),
      size: view.getUint32(at + 24, true),
      packed,
    });
    at += 46 + nameLength + extraLength + commentLength;
  }
  if (at !== end)
    throw fileError(name, `a directory that goes on after ${count} members`, 'no more than it says it has');
  places.sort(([a], [b]) => a - b);
  for (let i = 1; i < places.length; i++)
    if (places[i]![0] < places[i - 1]![1])
      throw fileError(
        name,
        `${places[i - 1]![2]} and ${places[i]![2]} in the same bytes`,
        'each in bytes of its own',
      );
  return members;
}

/** A comment may follow the end record; its length tells the record from a comment that looks like one. */
function findEnd(view: DataView): number | undefined {
  const last = view.byteLength - 22;
  for (let end = last; end >= Math.max(0, last - 0xffff); end--)
    if (view.getUint32(end, true) === directoryEnd && view.getUint16(end + 20, true) === last - end)
      return end;
  return undefined;
}

function packedBytes(
  bytes: Uint8Array,
  view: DataView,
  member: string,
  offset: number,
  size: number,
  archive: string,
): Uint8Array {
  const nothing = () =>
    fileError(archive, `no member ${member} at byte ${offset}`, 'what the directory lists');
  if (offset + 30 > view.byteLength || view.getUint32(offset, true) !== localHeader) throw nothing();
  const nameLength = view.getUint16(offset + 26, true);
  const start = offset + 30 + nameLength + view.getUint16(offset + 28, true);
  if (start + size > view.byteLength)
    throw fileError(archive, `${view.byteLength} bytes`, `${start + size}, to the end of ${member}`);
  if (textOf(bytes, offset + 30, nameLength) !== member) throw nothing();
  return bytes.subarray(start, start + size);
}

/** A copy is decoded: browsers do not decode shared memory. */
function textOf(bytes: Uint8Array, start: number, length: number): string {
  return new TextDecoder().decode(bytes.slice(start, start + length));
}
