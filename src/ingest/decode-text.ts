/** Bytes to text, within what a JavaScript string can hold; knows nothing of formats. */
import { constants } from "node:buffer";
import { DataError } from "../base/errors.ts";

/**
 * Decodes UTF-8; bytes that are not become U+FFFD.
 *
 * @throws {@link DataError} if the text would be longer than a string can be (some 512 MiB).
 */
export function decodeText(bytes: Buffer, start = 0, end: number = bytes.length): string {
  if (end - start > constants.MAX_STRING_LENGTH) {
    throw new DataError(
      "text-too-long",
      `a line or document of a log must be shorter than ${constants.MAX_STRING_LENGTH} bytes, got ${end - start} from byte ${start} on`,
      { fix: "check that the file is a log of metrics; if it is, split it" },
    );
  }
  return bytes.toString("utf8", start, end);
}
