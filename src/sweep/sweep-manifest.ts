/** `sweep.json`: which runs a sweep has and which arms were given up; how far a run is, its own directory says. */
import { join } from "node:path";
import { z } from "zod";
import { writeFileAtomic } from "../base/atomic-write.ts";
import { readFailure } from "../base/disk-failure.ts";
import { DataError } from "../base/errors.ts";
import type { FileSystem } from "../base/file-system.ts";
import { SWEEP_FILE } from "./sweep-folder.ts";

const SCHEMA_VERSION = 1;

const interval = z.tuple([z.number(), z.number()]);

const givenUpSchema = z.object({
  arm: z.string(),
  /** Of the ceiling, by the runs of the arm. */
  ceiling: interval,
  /** The best arm then, and the interval of its ceiling. */
  best: z.string(),
  best_ceiling: interval,
  /** Steps that its runs had. */
  steps: z.int().nonnegative(),
  /** Steps that were not taken. */
  saved_steps: z.int().nonnegative(),
  /** Of its runs: others of that name are not given up. None in files of older versions, whose arms are judged anew. */
  config_hashes: z.array(z.string()).default([]),
});

const manifestSchema = z.looseObject({
  schema: z.literal(SCHEMA_VERSION),
  name: z.string(),
  /** Threads of one run: another number rounds differently. */
  threads: z.int().positive(),
  runs: z.array(
    z.object({
      id: z.string(),
      arm: z.string(),
      seed: z.int(),
      config_hash: z.string(),
      also: z.array(z.string()),
    }),
  ),
  given_up: z.array(givenUpSchema),
});

/** An arm that was given up, and what it stood beside; keys are named as in the file. */
export type GivenUp = z.infer<typeof givenUpSchema>;

/** Whether a run is one of an arm that was given up. */
export const isGivenUp = (givenUp: readonly GivenUp[], { hash }: { readonly hash: string }) =>
  givenUp.some((arm) => arm.config_hashes.includes(hash));

/** A sweep's own file. */
export type SweepManifest = z.infer<typeof manifestSchema>;

/**
 * Reads a sweep's file; undefined if the folder has none.
 *
 * @throws {@link DataError} if it is no such file, or another version's.
 */
export function readSweepManifest(fs: FileSystem, out: string): SweepManifest | undefined {
  const path = join(out, SWEEP_FILE);
  if (fs.status(path) === undefined) return undefined;
  let data: unknown;
  try {
    data = JSON.parse(fs.readFile(path).toString("utf8"));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw readFailure(path, error);
    throw notManifest(path, error.message);
  }
  const parsed = manifestSchema.safeParse(data);
  if (!parsed.success) throw notManifest(path, z.prettifyError(parsed.error));
  return parsed.data;
}

/**
 * Writes it, the old one or the new one being there at any moment.
 *
 * @throws {@link RunError} if the disk refuses.
 */
export function writeSweepManifest(
  fs: FileSystem,
  out: string,
  manifest: Omit<SweepManifest, "schema">,
): void {
  const text = JSON.stringify({ schema: SCHEMA_VERSION, ...manifest }, null, 2);
  writeFileAtomic(fs, join(out, SWEEP_FILE), Buffer.from(`${text}\n`));
}

function notManifest(path: string, got: string): DataError {
  return new DataError(
    "not-a-sweep",
    `"${path}" must be the file of a sweep, version ${SCHEMA_VERSION}, got: ${got.replaceAll("\n", " ")}`,
    { fix: "remove it: the runs themselves say how far they are" },
  );
}
