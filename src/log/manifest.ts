/** `run.json`, what a run is and how far it got; knows nothing of the numbers it logged. */
import { z } from "zod";
import { writeFileAtomic } from "../base/atomic-write.ts";
import { readFailure } from "../base/disk-failure.ts";
import { DataError } from "../base/errors.ts";
import type { FileSystem } from "../base/file-system.ts";
import type { EntropyDefinition } from "./step-log.ts";

/** Version of the run directory that this entlaw writes, and the newest one it reads. */
export const SCHEMA_VERSION = 1;

const entropyDefinitionSchema = z.object({
  kind: z.enum(["exact", "sampled", "unknown"]),
  when: z.enum(["before-update", "during-update", "unknown"]),
  aggregation: z.enum(["token-mean", "sequence-mean", "unknown"]),
  temperature: z.union([z.number().positive(), z.enum(["rollout", "unknown"])]),
}) satisfies z.ZodType<EntropyDefinition>;

/** Where a run that another trainer logged came from. */
const sourceSchema = z.looseObject({
  /** File name of the log, without its folders. */
  file: z.string(),
  /** Name of the format it had. */
  format: z.string(),
  /** Our column to the log's own: what `reward`, `entropy` and `validation` are copies of. */
  columns: z.record(z.string(), z.string()),
  /** Columns whose name had to make room for one of ours: new name to the log's own. */
  renamed: z.record(z.string(), z.string()).optional(),
  /** What was doubtful when the log was read. */
  warnings: z.array(z.string()).optional(),
});

/** What a file was, so that a silent change is noticed. */
export const fingerprintSchema = z.object({
  bytes: z.int().nonnegative(),
  /** Of a log. */
  lines: z.int().nonnegative().optional(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});

/** Size and SHA-256 of a file, and of a log the number of its lines. */
export type Fingerprint = z.infer<typeof fingerprintSchema>;

/** What the logs were when a checkpoint was made; they have grown since. */
const loggedSchema = z.object({
  step: z.int().nonnegative(),
  steps_file: fingerprintSchema,
  updates_file: fingerprintSchema.optional(),
});

/** Keys that are not named here are kept: a newer minor version may add some. */
const manifestSchema = z.looseObject({
  schema: z.int().positive(),
  id: z.string(),
  status: z.enum(["running", "finished", "interrupted", "failed"]),
  /** Number of steps in the log, once the run has ended. */
  steps: z.int().nonnegative().optional(),
  config: z.record(z.string(), z.json()).optional(),
  config_hash: z.string().optional(),
  seed: z.int().optional(),
  versions: z.record(z.string(), z.string()).optional(),
  /** ISO 8601. */
  started: z.iso.datetime({ offset: true }).optional(),
  finished: z.iso.datetime({ offset: true }).optional(),
  /** How the column `entropy` was computed; absent if the run has no such column. */
  entropy: entropyDefinitionSchema.optional(),
  source: sourceSchema.optional(),
  /** What `steps.jsonl` and `updates.jsonl` were when the run ended. */
  steps_file: fingerprintSchema.optional(),
  updates_file: fingerprintSchema.optional(),
  /** What they were at each checkpoint, by step. */
  checkpoints: z.array(loggedSchema).optional(),
  /** Why the run failed. */
  error: z.string().optional(),
});

/** The manifest of a run; keys are named as in the file. */
export type Manifest = z.infer<typeof manifestSchema>;

/**
 * Reads and checks a manifest.
 *
 * @throws {@link DataError} if it is missing, is no manifest, or was written by a newer entlaw.
 */
export function readManifest(fs: FileSystem, path: string): Manifest {
  const value = parseJson(readText(fs, path), path);
  refuseNewer(value, path);
  const parsed = manifestSchema.safeParse(value);
  if (!parsed.success) {
    throw notManifest(path, z.prettifyError(parsed.error).replaceAll("\n", " "));
  }
  return parsed.data;
}

/**
 * Writes a manifest, the old one or the new one being there at any moment.
 *
 * @throws {@link RunError} if the disk refuses.
 */
export function writeManifest(fs: FileSystem, path: string, manifest: Manifest): void {
  writeFileAtomic(fs, path, Buffer.from(`${JSON.stringify(manifest, null, 2)}\n`));
}

function readText(fs: FileSystem, path: string): string {
  try {
    return fs.readFile(path).toString("utf8");
  } catch (error) {
    throw readFailure(path, error);
  }
}

function parseJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw notManifest(path, error instanceof Error ? error.message : String(error));
  }
}

/** Before all other checks: a newer manifest may break them for good reasons. */
function refuseNewer(value: unknown, path: string): void {
  const { data } = z.looseObject({ schema: z.int() }).safeParse(value);
  if (data !== undefined && data.schema > SCHEMA_VERSION) {
    throw new DataError(
      "newer-schema",
      `"${path}" must have a schema version from 1 to ${SCHEMA_VERSION}, got ${data.schema}`,
      { fix: "update entlaw to the version that wrote this run, or a later one" },
    );
  }
}

function notManifest(path: string, got: string): DataError {
  return new DataError("not-a-manifest", `"${path}" must be the manifest of a run, got: ${got}`, {
    fix: "restore the file from a copy; the steps themselves are in steps.jsonl beside it",
  });
}
