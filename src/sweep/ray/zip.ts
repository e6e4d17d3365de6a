/** Files to one ZIP archive, the same bytes for the same files; reads no disk. */
import { zipSync } from "fflate";

/** The first day that the format has, in local time as it is written: the time of packing must not be in the bytes. */
const FIRST_DAY = new Date(1980, 0, 1);
const UNIX = 3;
/** A plain file that everyone may read, as Unix has it, in the upper half. */
const PLAIN_FILE = (0o100_644 << 16) >>> 0;

/**
 * Packs files.
 *
 * @param files - path, with `/`, to content; below 4 GB and 65,536 files in all.
 */
export function zip(files: ReadonlyMap<string, Uint8Array>): Uint8Array {
  const sorted = [...files].toSorted(([a], [b]) => (a < b ? -1 : 1));
  return zipSync(Object.fromEntries(sorted), { mtime: FIRST_DAY, os: UNIX, attrs: PLAIN_FILE });
}
