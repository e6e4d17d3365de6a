/** This very package as files, so that a cluster runs the code that is here; the packages it needs are not among them. */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { FileSystem } from "../../base/file-system.ts";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
/** What the command needs to run: its sources in a clone, what was compiled from them elsewhere. */
const PARTS = ["package.json", "bin", "data/warm-start", "oclif.manifest.json"];
const [SOURCES, COMPILED] = ["src", "dist"];

/** Where the packages are that this one needs, on this machine. */
export function modulesFolder(fs: FileSystem): string {
  const own = join(ROOT, "node_modules");
  // Installed into a project, it lies beside the packages that it needs.
  return fs.status(own)?.kind === "directory" ? own : join(ROOT, "..");
}

/** Path, with `/`, to content. */
export function packageFiles(fs: FileSystem): ReadonlyMap<string, Uint8Array> {
  const isClone = fs.status(join(ROOT, SOURCES)) !== undefined;
  const parts = [...PARTS, isClone ? SOURCES : COMPILED];
  return new Map(parts.flatMap((part) => filesAt(fs, part)));
}

function filesAt(fs: FileSystem, path: string): Array<[string, Uint8Array]> {
  const full = join(ROOT, path);
  const kind = fs.status(full)?.kind;
  if (kind === "file") return [[path, fs.readFile(full)]];
  if (kind !== "directory") return [];
  return fs.list(full).flatMap((name) => filesAt(fs, `${path}/${name}`));
}
