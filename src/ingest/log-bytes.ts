/** Reads a log file into memory, inflated and without byte order mark; knows nothing of formats. */
import { gunzipSync } from "node:zlib";
import { readFailure } from "../base/disk-failure.ts";
import { DataError } from "../base/errors.ts";
import { disk } from "../base/file-system.ts";

const MIB = 1024 ** 2;
const MAX_BYTES = 2048 * MIB - 1; // what Node reads in one piece
/** Such text is decoded in one piece. */
const MAX_UTF16_BYTES = 512 * MIB;
/** Below this size no ratio is suspicious: a short log may be one line many times over. */
const RATIO_FREE_BYTES = 64 * MIB;
/** Training logs shrink 5 to 30 times; deflate's limit, which only bombs reach, is 1032. */
const MAX_RATIO = 100;

const errnoOf = (error: unknown): string =>
  error instanceof Error && "code" in error ? String(error.code) : "";

function inflate(bytes: Buffer, path: string): Buffer {
  const limit = Math.min(MAX_BYTES, Math.max(RATIO_FREE_BYTES, MAX_RATIO * bytes.length));
  try {
    return gunzipSync(bytes, { maxOutputLength: limit });
  } catch (error) {
    const code = errnoOf(error);
    if (code === "ERR_BUFFER_TOO_LARGE") {
      throw new DataError(
        "gzip-too-large",
        `"${path}" must inflate to at most ${limit} bytes (${MAX_RATIO} times its size, and 2 GiB), got more`,
        { fix: "if you trust the file, inflate it yourself and pass the result", cause: error },
      );
    }
    const what =
      code === "Z_BUF_ERROR"
        ? `the file ends after ${bytes.length} bytes, before its checksum`
        : `damaged data within its ${bytes.length} bytes (${(error as Error).message})`;
    throw new DataError("bad-gzip", `"${path}" must be a whole gzip file, got one where ${what}`, {
      fix: "copy it again; or save what is left by `gzip -dc FILE > FILE.log` and read that",
      cause: error,
    });
  }
}

/** Takes off a byte order mark; UTF-16, as spreadsheets and PowerShell write it, becomes UTF-8. */
function withoutByteOrderMark(bytes: Buffer): Buffer {
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) return bytes.subarray(3);
  const isLittleEndian = bytes[0] === 0xff && bytes[1] === 0xfe;
  const isBigEndian = bytes[0] === 0xfe && bytes[1] === 0xff;
  if (!isLittleEndian && !isBigEndian) return bytes;
  if (bytes.length > MAX_UTF16_BYTES) {
    throw new DataError(
      "text-too-long",
      `a log in UTF-16 must be at most ${MAX_UTF16_BYTES} bytes long, got ${bytes.length}`,
      { fix: "save it as UTF-8" },
    );
  }
  const units = bytes.subarray(2, bytes.length - (bytes.length % 2));
  return Buffer.from((isBigEndian ? units.swap16() : units).toString("utf16le"));
}

/**
 * Reads a file whole; gzip is recognised by its first bytes and inflated.
 *
 * @throws {@link DataError} if the file is empty, unreadable, larger than 2 GiB, or gzip that is cut off, damaged or
 *   inflates beyond all proportion.
 */
export function readLogBytes(path: string): Buffer {
  const size = disk.status(path)?.size ?? 0;
  if (size > MAX_BYTES) {
    throw new DataError(
      "file-too-large",
      `"${path}" must be smaller than 2 GiB, got ${size} bytes`,
      {
        fix: "check that it is a log of metrics; if it is, split it",
      },
    );
  }
  let bytes: Buffer;
  try {
    bytes = disk.readFile(path);
  } catch (error) {
    throw readFailure(path, error);
  }
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) bytes = inflate(bytes, path);
  bytes = withoutByteOrderMark(bytes);
  if (bytes.length === 0) {
    throw new DataError("empty-file", `"${path}" must hold a training log, got an empty file`, {
      fix: "check that the run has started to write",
    });
  }
  return bytes;
}
