/** How far a run is, which its manifest alone cannot say of a run that died; knows nothing of its numbers. */
import { join } from "node:path";
import type { FileSystem } from "../base/file-system.ts";
import { type Manifest, readManifest } from "./manifest.ts";
import { MANIFEST } from "./run-files.ts";
import { lockLiveness } from "./run-lock.ts";

/** A run's manifest, and its status as it is now. */
export interface RunState {
  readonly manifest: Manifest;
  /** That of the manifest, but `interrupted` where it says `running` and no process is writing any more. */
  readonly status: Manifest["status"];
}

/**
 * Reads the manifest and looks whether the process that should be running is.
 *
 * **Gotchas** A run that another machine or another container writes counts as running for as long as its lock is there.
 *
 * @throws {@link DataError} if the manifest cannot be read, or a newer entlaw wrote it.
 */
export function readRunState(fs: FileSystem, path: string): RunState {
  const file = join(path, MANIFEST);
  const first = readManifest(fs, file);
  if (first.status !== "running" || lockLiveness(fs, path) !== "dead") {
    return { manifest: first, status: first.status };
  }
  // A run that ended between the two looks has written its manifest before it gave up the lock.
  const manifest = readManifest(fs, file);
  return { manifest, status: manifest.status === "running" ? "interrupted" : manifest.status };
}
