/** The logs that a run of verl leaves in its folder, one an attempt; knows nothing of what is in them. */
import { join } from "node:path";
import { writeFileAtomic } from "../../base/atomic-write.ts";
import type { FileSystem } from "../../base/file-system.ts";

/** The log of the newest attempt. */
export const VERL_LOG = "verl.jsonl";
const JOINED = "joined.jsonl";
const EARLIER = /^verl-(\d+)\.jsonl$/;

/** Numbers of the earlier attempts, in order. */
const earlier = (fs: FileSystem, folder: string): number[] =>
  fs
    .list(folder)
    .flatMap((name) => EARLIER.exec(name)?.[1] ?? [])
    .map(Number)
    .toSorted((a, b) => a - b);

/** Makes the folder ready for an attempt: verl empties the file that it logs to, and makes no folder for it. */
export function prepareVerlLog(fs: FileSystem, folder: string): void {
  fs.makeDirectory(folder);
  const log = join(folder, VERL_LOG);
  if ((fs.status(log)?.size ?? 0) === 0) return;
  const next = (earlier(fs, folder).at(-1) ?? 0) + 1;
  fs.rename(log, join(folder, `verl-${next}.jsonl`));
}

/** A file with the logs of all attempts in order; undefined if there is nothing in any. */
export function wholeVerlLog(fs: FileSystem, folder: string): string | undefined {
  if (fs.status(folder)?.kind !== "directory") return undefined;
  const files = [...earlier(fs, folder).map((k) => `verl-${k}.jsonl`), VERL_LOG]
    .map((name) => join(folder, name))
    .filter((path) => (fs.status(path)?.size ?? 0) > 0);
  if (files.length < 2) return files[0];
  const path = join(folder, JOINED);
  // A line that a crash has cut stays one line.
  const texts = files.map((file) => fs.readFile(file).toString("utf8").replace(/\n*$/, "\n"));
  writeFileAtomic(fs, path, Buffer.from(texts.join("")));
  return path;
}

/** Whether the newest attempt has logged a step. */
export function logsStep(fs: FileSystem, folder: string, step: number): boolean {
  const path = join(folder, VERL_LOG);
  if (fs.status(path)?.kind !== "file") return false;
  return new RegExp(`^\\{"step": ?${step},.*\\}$`, "m").test(fs.readFile(path).toString("utf8"));
}
