/** The log that verl itself writes into its folder; knows nothing of its columns. */
import { join } from "node:path";
import type { FileSystem } from "../../base/file-system.ts";
import { setLogAside, wholeLog } from "../attempt-logs.ts";

/** The log of the newest attempt. */
export const VERL_LOG = "verl.jsonl";

/** Makes the folder ready for an attempt: verl empties the file that it logs to, and makes no folder for it. */
export function prepareVerlLog(fs: FileSystem, folder: string): void {
  fs.makeDirectory(folder);
  setLogAside(fs, join(folder, VERL_LOG));
}

/** A file with the logs of all attempts in order; undefined if there is nothing in any. */
export const wholeVerlLog = (fs: FileSystem, folder: string): string | undefined =>
  wholeLog(fs, join(folder, VERL_LOG));

/** Whether the newest attempt has logged a step. */
export function logsStep(fs: FileSystem, folder: string, step: number): boolean {
  const path = join(folder, VERL_LOG);
  if (fs.status(path)?.kind !== "file") return false;
  return new RegExp(`^\\{"step": ?${step},.*\\}$`, "m").test(fs.readFile(path).toString("utf8"));
}
