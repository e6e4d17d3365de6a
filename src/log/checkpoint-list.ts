/** `checkpoint.json`, the list of a checkpoint's files by which it is verified and known as ours; touches no disk. */
import { createHash } from "node:crypto";
import { z } from "zod";
import { ShapeError } from "../base/errors.ts";
import { type Fingerprint, fingerprintSchema } from "./manifest.ts";

/** Name of the list inside a checkpoint. */
export const CHECKPOINT_LIST = "checkpoint.json";

const SCHEMA_VERSION = 1;
/** A name that is the same file on every platform, and cannot lead out of its folder. */
const FILE_NAME = /^[a-z0-9][a-z0-9_-]*(\.[a-z0-9_-]+)*$/;

const listSchema = z.object({
  schema: z.literal(SCHEMA_VERSION),
  step: z.int().nonnegative(),
  files: z.array(fingerprintSchema.extend({ name: z.string().regex(FILE_NAME) })),
});

/** What a checkpoint holds. */
export type CheckpointList = z.infer<typeof listSchema>;

/**
 * The list of these files, sorted by name.
 *
 * @throws {@link ShapeError} for a name that is not in lower-case letters, digits, `-`, `_` and single dots, or is that of
 * the list itself.
 */
export function listFiles(step: number, files: ReadonlyMap<string, Uint8Array>): CheckpointList {
  for (const name of files.keys()) {
    if (FILE_NAME.test(name) && name !== CHECKPOINT_LIST) continue;
    throw new ShapeError(
      "checkpoint-file-name",
      `a checkpoint's file name must match ${FILE_NAME.source} and not be ${CHECKPOINT_LIST}, got "${name}"`,
    );
  }
  const sorted = [...files].toSorted(([a], [b]) => (a < b ? -1 : 1));
  return {
    schema: SCHEMA_VERSION,
    step,
    files: sorted.map(([name, bytes]) => ({ name, ...fingerprint(bytes) })),
  };
}

/** The list as it stands in the file. */
export function formatList(list: CheckpointList): Buffer {
  return Buffer.from(`${JSON.stringify(list, null, 2)}\n`);
}

/** The list that these bytes hold, or why they hold none. */
export function parseList(bytes: Buffer): CheckpointList | string {
  let value: unknown;
  try {
    value = JSON.parse(bytes.toString());
  } catch (error) {
    return String(error);
  }
  const parsed = listSchema.safeParse(value);
  return parsed.success ? parsed.data : z.prettifyError(parsed.error).replaceAll("\n", " ");
}

/** Size and SHA-256. */
export function fingerprint(bytes: Uint8Array): Fingerprint {
  return { bytes: bytes.length, sha256: createHash("sha256").update(bytes).digest("hex") };
}
