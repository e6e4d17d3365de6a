/** The logs of a run, one an attempt: that of the newest has the plain name, those before it have numbers; knows nothing of what is in them. */
import { join, parse } from "node:path";
import { writeFileAtomic } from "../base/atomic-write.ts";
import type { FileSystem } from "../base/file-system.ts";

const JOINED = "joined";

/** The log's name with something after its stem. */
function besides(path: string, what: number | string): string {
  const { dir, name, ext } = parse(path);
  return join(dir, `${name}-${what}${ext}`);
}

/** Numbers of the earlier attempts, in order. */
function earlier(fs: FileSystem, path: string): number[] {
  const { dir, name, ext } = parse(path);
  return fs
    .list(dir)
    .filter((file) => file.startsWith(`${name}-`) && file.endsWith(ext))
    .map((file) => file.slice(name.length + 1, -ext.length))
    .filter((text) => /^\d+$/.test(text))
    .map(Number)
    .toSorted((a, b) => a - b);
}

const isEmpty = (fs: FileSystem, path: string): boolean => (fs.status(path)?.size ?? 0) === 0;

/** Gives the newest log a number, so that the next attempt does not overwrite it. */
export function setLogAside(fs: FileSystem, path: string): void {
  if (isEmpty(fs, path)) return;
  fs.rename(path, besides(path, (earlier(fs, path).at(-1) ?? 0) + 1));
}

/** A file with the logs of all attempts in order; undefined if there is nothing in any. */
export function wholeLog(fs: FileSystem, path: string): string | undefined {
  if (fs.status(parse(path).dir)?.kind !== "directory") return undefined;
  const files = [...earlier(fs, path).map((k) => besides(path, k)), path].filter(
    (file) => !isEmpty(fs, file),
  );
  if (files.length < 2) return files[0];
  const whole = besides(path, JOINED);
  // A line that a crash has cut stays one line.
  const texts = files.map((file) => fs.readFile(file).toString("utf8").replace(/\n*$/, "\n"));
  writeFileAtomic(fs, whole, Buffer.from(texts.join("")));
  return whole;
}
