/** One writer a run directory: the file `run.lock` and who holds it; knows nothing of what is written. */
import { createHash } from "node:crypto";
import { join } from "node:path";
import { z } from "zod";
import { removeLeftover } from "../base/atomic-write.ts";
import { writeFailure } from "../base/disk-failure.ts";
import { ConfigError } from "../base/errors.ts";
import type { FileSystem } from "../base/file-system.ts";
import {
  type Liveness,
  type ProcessIdentity,
  livenessOf,
  thisProcess,
} from "../base/process-identity.ts";
import { LOCK } from "./run-files.ts";

/** A lock that this process holds. */
export interface RunLock {
  /** The process that died without releasing the lock, if there was one. */
  readonly takenFrom: number | undefined;
  /** Gives the lock up, if it still is ours. A lock that the disk does not let go is stale when this process ends. */
  release(): void;
}

/** Who holds a lock. Absent fields are those that the holder's platform does not say. */
const holderSchema = z.object({
  pid: z.int().positive(),
  host: z.string(),
  boot: z.string().optional(),
  start: z.string().optional(),
  init: z.string().optional(),
});

type Holder = z.infer<typeof holderSchema>;

/** File systems without hard links say one of these. */
const WITHOUT_LINKS = new Set(["EPERM", "ENOSYS", "ENOTSUP", "EOPNOTSUPP", "EMLINK"]);
/** Each attempt more needs another process that releases or takes a lock at that very moment. */
const MOST_ATTEMPTS = 100;
const HASH_DIGITS = 16;
const LEFTOVER = /^run\.lock(\.[0-9a-f]{16})+(\.tmp)?$/;

/**
 * Takes the lock of a run directory, from a process that is dead if need be.
 *
 * **Details** The lock appears under its name with its content, so it is never seen half written. A stale lock is removed
 * by whoever holds the claim on it, a lock itself, named by the SHA-256 of the stale lock's content: the stale lock is
 * compared again under the claim, so that one taken in the meantime is never removed. A claimant may die too; then its
 * claim is stale and is taken the same way.
 *
 * @throws {@link ConfigError} naming the holder if it lives, or if nobody can say whether it does: nothing was started and
 * nothing is damaged, so it is the command that must change; {@link RunError} if the disk refuses.
 */
export function acquireRunLock(
  fs: FileSystem,
  runPath: string,
  self: ProcessIdentity = thisProcess(fs),
): RunLock {
  const path = join(runPath, LOCK);
  const mine = Buffer.from(`${JSON.stringify(self)}\n`);
  try {
    const takenFrom = acquire(fs, path, mine);
    return { takenFrom, release: () => release(fs, path, mine) };
  } catch (error) {
    throw writeFailure(path, error);
  }
}

/** Whether a name in a run directory is one that processes leave behind which die while they take its lock. */
export function isLockLeftover(name: string): boolean {
  return LEFTOVER.test(name);
}

/** Whether a process holds the lock of a run directory; `dead` also if there is no lock. */
export function lockLiveness(fs: FileSystem, runPath: string): Liveness {
  try {
    const bytes = readIfThere(fs, join(runPath, LOCK));
    if (bytes === undefined) return "dead";
    const holder = parseHolder(bytes);
    return holder === undefined ? "unknown" : livenessOf(fs, holder);
  } catch {
    return "unknown";
  }
}

function release(fs: FileSystem, path: string, mine: Buffer): void {
  try {
    removeIfSame(fs, path, mine);
  } catch {
    // It will be stale.
  }
}

/** @returns the number of the process that the lock was taken from. */
function acquire(fs: FileSystem, path: string, mine: Buffer): number | undefined {
  let takenFrom: number | undefined;
  for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt += 1) {
    if (createWhole(fs, path, mine)) return takenFrom;
    const found = readIfThere(fs, path);
    if (found === undefined) continue;
    const holder = parseHolder(found);
    if (holder === undefined || livenessOf(fs, holder) !== "dead") throw held(path, holder);
    removeStale(fs, path, { stale: found, mine });
    takenFrom = holder.pid;
  }
  throw held(path, undefined);
}

function removeStale(
  fs: FileSystem,
  path: string,
  { stale, mine }: { readonly stale: Buffer; readonly mine: Buffer },
): void {
  const claim = `${path}.${shortHash(stale)}`;
  acquire(fs, claim, mine);
  try {
    removeIfSame(fs, path, stale);
  } finally {
    removeIfSame(fs, claim, mine);
  }
}

function shortHash(bytes: Buffer): string {
  return createHash("sha256").update(bytes).digest("hex").slice(0, HASH_DIGITS);
}

/** Creates a file that is seen with its content or not at all; false if something has the name. */
function createWhole(fs: FileSystem, path: string, bytes: Buffer): boolean {
  const temporary = `${path}.${shortHash(bytes)}.tmp`;
  try {
    writeSynced(fs, temporary, { bytes, mode: "write" });
    fs.link(temporary, path);
    return true;
  } catch (error) {
    const { code = "", syscall } = error as NodeJS.ErrnoException;
    if (code === "EEXIST") return false;
    // Whoever has just taken the lock has tidied up after those that died.
    if (code === "ENOENT" && syscall === "link") return false;
    if (syscall === "link" && WITHOUT_LINKS.has(code)) return createInPlace(fs, path, bytes);
    throw error;
  } finally {
    removeLeftover(fs, temporary);
  }
}

/** Where a file has one name only: between the two calls others see an empty lock, and leave it alone. */
function createInPlace(fs: FileSystem, path: string, bytes: Buffer): boolean {
  try {
    writeSynced(fs, path, { bytes, mode: "exclusive" });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

function writeSynced(
  fs: FileSystem,
  path: string,
  { bytes, mode }: { readonly bytes: Buffer; readonly mode: "write" | "exclusive" },
): void {
  const descriptor = fs.open(path, mode);
  try {
    fs.write(descriptor, bytes);
    fs.sync(descriptor);
  } finally {
    fs.close(descriptor);
  }
}

function removeIfSame(fs: FileSystem, path: string, content: Buffer): void {
  if (readIfThere(fs, path)?.equals(content) === true) fs.remove(path);
}

function readIfThere(fs: FileSystem, path: string): Buffer | undefined {
  try {
    return fs.readFile(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

function parseHolder(bytes: Buffer): Holder | undefined {
  try {
    return holderSchema.safeParse(JSON.parse(bytes.toString())).data;
  } catch {
    return undefined;
  }
}

function held(path: string, holder: Holder | undefined): ConfigError {
  const got =
    holder === undefined ? "a lock of unknown origin" : `process ${holder.pid} of ${holder.host}`;
  return new ConfigError(
    "run-locked",
    `one process alone may write a run, got ${got} in "${path}"`,
    {
      fix: "wait until it ends, or choose another folder; if you are sure that it does not run any more, remove that file",
    },
  );
}
