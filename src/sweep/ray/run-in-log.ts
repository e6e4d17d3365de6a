/** A run directory's logs as lines of a job's output, for clusters without a disk in common; knows no cluster. */
import { createHash } from "node:crypto";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { writeFileAtomic } from "../../base/atomic-write.ts";
import { DataError } from "../../base/errors.ts";
import type { FileSystem } from "../../base/file-system.ts";
import { MANIFEST, STEPS, UPDATES } from "../../log/run-files.ts";
import { readSteps } from "../../log/read-steps.ts";

/** In the order in which they are written here: what says that a run is finished comes last. */
const FILES = [UPDATES, STEPS, MANIFEST];
const LINE = /^entlaw-file (\S+) ([0-9a-f]{64}) ([A-Za-z0-9+/=]+)$/gm;
/** Far above what the logs of a run take. */
const MOST_BYTES = 2 ** 30;

/**
 * A command for a POSIX shell that prints them, each with its SHA-256.
 *
 * @param directory - as the shell is to read it.
 */
export function printRunCommand(directory: string): string {
  const line = `"$(sha256sum < "$d/$f" | cut -d' ' -f1)" "$(gzip -c "$d/$f" | base64 | tr -d '\\n')"`;
  return `d=${directory}; for f in ${FILES.join(" ")}; do if [ -f "$d/$f" ]; then printf 'entlaw-file %s %s %s\\n' "$f" ${line}; fi; done`;
}

/** Whether a job's output has a run in it. */
export const holdsRun = (output: string): boolean => output.search(LINE) >= 0;

/** What a job said besides. */
export function withoutRun(output: string): string {
  return output.replaceAll(LINE, "").replaceAll(/\n{2,}$/g, "\n");
}

/**
 * Writes the logs that a job printed into a run directory, unless what is there is longer.
 *
 * @returns whether there were any.
 * @throws {@link DataError} if one is not what was printed; {@link RunError} if the disk refuses.
 */
export function keepPrintedRun(fs: FileSystem, directory: string, output: string): boolean {
  const files = new Map(
    [...output.matchAll(LINE)].map(([, name = "", sha256 = "", text = ""]) => [
      name,
      unpack(name, sha256, text),
    ]),
  );
  const steps = files.get(STEPS);
  if (!files.has(MANIFEST)) return false;
  const there = join(directory, STEPS);
  const isLonger = fs.status(there) !== undefined && lengthOf(fs, there) > countLines(steps);
  if (isLonger) return true;
  fs.makeDirectory(directory);
  for (const name of FILES) {
    const bytes = files.get(name);
    if (bytes !== undefined) writeFileAtomic(fs, join(directory, name), bytes);
  }
  return true;
}

function unpack(name: string, sha256: string, text: string): Buffer {
  let bytes: Buffer;
  try {
    bytes = gunzipSync(Buffer.from(text, "base64"), { maxOutputLength: MOST_BYTES });
  } catch (error) {
    throw notWhole(name, error instanceof Error ? error.message : String(error));
  }
  const found = createHash("sha256").update(bytes).digest("hex");
  if (found !== sha256) throw notWhole(name, `another SHA-256, ${found}`);
  return bytes;
}

const notWhole = (name: string, got: string): DataError =>
  new DataError(
    "printed-run",
    `${name} in the job's output must be what the job printed, got ${got}`,
    {
      fix: "run the sweep again: the output is read again",
    },
  );

const NEWLINE = 10;

const countLines = (bytes: Uint8Array | undefined): number =>
  bytes?.reduce((count, byte) => count + Number(byte === NEWLINE), 0) ?? 0;

/** Steps of the log that is there; 0 if it cannot be read. */
function lengthOf(fs: FileSystem, path: string): number {
  try {
    return readSteps(fs, path).table.length;
  } catch (error) {
    if (error instanceof DataError) return 0;
    throw error;
  }
}
