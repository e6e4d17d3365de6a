/** Files to one ZIP archive, the same bytes for the same files; reads no disk. */
import { crc32, deflateRawSync } from "node:zlib";

const LOCAL_HEADER = 0x04034b50;
const CENTRAL_HEADER = 0x02014b50;
const END = 0x06054b50;
const VERSION = 20;
const DEFLATED = 8;
const UTF8_NAMES = 0x0800;
/** 1980-01-01, the first day that the format has: the time of packing must not be in the bytes. */
const FIRST_DAY = 33;
/** A plain file that everyone may read, as Unix has it, in the upper half. */
const PLAIN_FILE = (0o100_644 << 16) >>> 0;
const MADE_ON_UNIX = VERSION | (3 << 8);

/** What both headers of a file say of it: from the version on, without the length of the comment. */
function commonFields(name: Buffer, bytes: Uint8Array, packed: Uint8Array): Buffer {
  const fields = Buffer.alloc(26);
  fields.writeUInt16LE(VERSION, 0);
  fields.writeUInt16LE(UTF8_NAMES, 2);
  fields.writeUInt16LE(DEFLATED, 4);
  fields.writeUInt16LE(0, 6);
  fields.writeUInt16LE(FIRST_DAY, 8);
  fields.writeUInt32LE(crc32(bytes), 10);
  fields.writeUInt32LE(packed.length, 14);
  fields.writeUInt32LE(bytes.length, 18);
  fields.writeUInt16LE(name.length, 22);
  return fields;
}

const uint32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
};
const uint16 = (value: number): Buffer => uint32(value).subarray(0, 2);

/**
 * Packs files.
 *
 * @param files - path, with `/`, to content; below 4 GB and 65,536 files in all.
 * @see APPNOTE.TXT 6.3.10, sections 4.3 and 4.4
 */
export function zip(files: ReadonlyMap<string, Uint8Array>): Buffer {
  const locals: Buffer[] = [];
  const centrals: Buffer[] = [];
  let offset = 0;
  for (const [path, bytes] of [...files].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    const name = Buffer.from(path);
    const packed = deflateRawSync(bytes);
    const fields = commonFields(name, bytes, packed);
    const local = Buffer.concat([uint32(LOCAL_HEADER), fields, name, packed]);
    centrals.push(
      uint32(CENTRAL_HEADER),
      uint16(MADE_ON_UNIX),
      fields,
      Buffer.alloc(6), // no comment, first disk, no internal attributes
      uint32(PLAIN_FILE),
      uint32(offset),
      name,
    );
    locals.push(local);
    offset += local.length;
  }
  const directory = Buffer.concat(centrals);
  const end = Buffer.concat([
    uint32(END),
    Buffer.alloc(4), // one disk
    uint16(files.size),
    uint16(files.size),
    uint32(directory.length),
    uint32(offset),
    uint16(0),
  ]);
  return Buffer.concat([...locals, directory, end]);
}
