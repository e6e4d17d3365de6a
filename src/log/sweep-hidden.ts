/** Removes what a crash left under the hidden names that only we give; knows nothing of what it was to become. */
import { basename, join } from "node:path";
import type { FileSystem } from "../base/file-system.ts";

/** Names that `temporarySibling` gives. */
const HIDDEN = /^\.entlaw-\d+-\d+\.tmp$/;

/** Whether only we give names like this one. */
export function isHiddenName(name: string): boolean {
  return HIDDEN.test(name);
}

/**
 * Removes the leftovers in a folder; one that does not exist has none.
 *
 * **Gotchas** Only for a folder in which this process alone writes.
 */
export function sweepHidden(fs: FileSystem, folder: string): void {
  if (fs.status(folder)?.kind !== "directory") return;
  for (const name of fs.list(folder)) removeHidden(fs, join(folder, name));
}

/**
 * Removes a file, or a folder of files, if it has a hidden name of ours.
 *
 * Links are left alone, and so is a folder that holds anything but files: we make none.
 */
export function removeHidden(fs: FileSystem, path: string): void {
  if (!isHiddenName(basename(path)) || fs.isLink(path)) return;
  const kind = fs.status(path)?.kind;
  if (kind === "file") {
    fs.remove(path);
  } else if (kind === "directory") {
    const files = fs.list(path).map((name) => join(path, name));
    if (files.some((file) => fs.isLink(file) || fs.status(file)?.kind !== "file")) return;
    for (const file of files) fs.remove(file);
    fs.removeDirectory(path);
  }
}
