import { crc32 } from 'node:zlib';

/** A member of a zip archive; what is not given is as it should be. */
export interface MemberParts {
  name: string;
  content: Uint8Array;
  /** `content` as packed by `method`. */
  packed?: Uint8Array;
  method?: number;
  flags?: number;
  crc?: number;
  size?: number;
  packedSize?: number;
  offset?: number;
}

const fields = (...parts: [value: number, bytes: 2 | 4][]) =>
  Buffer.concat(
    parts.map(([value, bytes]) => {
      const field = Buffer.alloc(bytes);
      if (bytes === 2) field.writeUInt16LE(value);
      else field.writeUInt32LE(value);
      return field;
    }),
  );

/** A zip archive, sound or not. */
export function encodeZip(
  members: readonly MemberParts[],
  { comment = '', count = members.length } = {},
): Uint8Array<ArrayBuffer> {
  const locals: Buffer[] = [];
  const directory: Buffer[] = [];
  let at = 0;
  for (const member of members) {
    const { content, packed = content, method = 0, flags = 0 } = member;
    const name = Buffer.from(member.name);
    const crc = member.crc ?? crc32(content);
    const sizes = [member.packedSize ?? packed.length, member.size ?? content.length] as const;
    const extra = Buffer.from([1, 0, 0, 0]);
    const local = Buffer.concat([
      fields(
        [0x04034b50, 4],
        [20, 2],
        [flags, 2],
        [method, 2],
        [0, 4],
        [crc, 4],
        [sizes[0], 4],
        [sizes[1], 4],
      ),
      fields([name.length, 2], [extra.length, 2]),
      name,
      extra,
      packed,
    ]);
    directory.push(
      fields([0x02014b50, 4], [20, 2], [20, 2], [flags, 2], [method, 2], [0, 4], [crc, 4]),
      fields(
        [sizes[0], 4],
        [sizes[1], 4],
        [name.length, 2],
        [0, 2],
        [0, 2],
        [0, 4],
        [0, 4],
        [member.offset ?? at, 4],
      ),
      name,
    );
    locals.push(local);
    at += local.length;
  }
  const list = Buffer.concat(directory);
  const end = fields(
    [0x06054b50, 4],
    [0, 4],
    [count, 2],
    [count, 2],
    [list.length, 4],
    [at, 4],
    [comment.length, 2],
  );
  return new Uint8Array(Buffer.concat([...locals, list, end, Buffer.from(comment, 'latin1')]));
}
