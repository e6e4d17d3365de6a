/** Looks for a native TensorFlow binding on this machine, from files alone; loads nothing, not even TensorFlow.js. */
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { disk } from "../../base/file-system.ts";

const NAMES = ["@tensorflow/tfjs-node-gpu", "@tensorflow/tfjs-node"] as const;

/** An installed package whose native binding is there. */
export interface TensorFlowPackage {
  readonly name: (typeof NAMES)[number];
  /** The package's own folder, absolute. */
  readonly folder: string;
}

/** Where to look. */
export interface TensorFlowSearch {
  /** A folder that holds the package, or the package itself; the value of ENTLAW_TENSORFLOW unless given. */
  readonly folder?: string | undefined;
  /** The file or URL whose `node_modules` are searched if no folder is named; entlaw's own unless given. */
  readonly from?: string;
}

/** What was found, or each place that was tried and why it is not one. */
export type TensorFlowFinding =
  | { readonly status: "found"; readonly found: TensorFlowPackage }
  | { readonly status: "missing"; readonly tried: readonly string[] };

function readManifest(path: string): { readonly name: string; readonly version: string } {
  const { name, version } = JSON.parse(disk.readFile(path).toString()) as Record<string, unknown>;
  return { name: String(name), version: String(version) };
}

/** Whether a package folder holds a compiled binding for some version of Node-API. */
function hasBinding(folder: string): boolean {
  const library = join(folder, "lib");
  if (disk.status(library)?.kind !== "directory") return false;
  return disk
    .list(library)
    .some((name) => disk.status(join(library, name, "tfjs_binding.node"))?.kind === "file");
}

/** The package in a folder, or why that folder is none that entlaw can use. */
function packageIn(folder: string): TensorFlowPackage | string {
  const manifest = join(folder, "package.json");
  if (disk.status(manifest)?.kind !== "file")
    return `${folder} holds neither ${NAMES.join(" nor ")}`;
  const { name: found, version } = readManifest(manifest);
  const name = NAMES.find((one) => one === found);
  if (name === undefined) return `${folder} is ${found}, which has no native binding`;
  // A binding shares the engine of entlaw's own TensorFlow.js: their versions must be one.
  const own = readManifest(createRequire(import.meta.url).resolve("@tensorflow/tfjs/package.json"));
  if (version !== own.version) {
    return `${folder} is ${name} ${version}, but entlaw has TensorFlow.js ${own.version}`;
  }
  return hasBinding(folder)
    ? { name, folder }
    : `${folder} is ${name} without its compiled binding`;
}

/** Package folders below a folder that the user named: what it holds, then itself. */
const namedFolders = (folder: string): string[] => [
  ...NAMES.map((name) => join(folder, "node_modules", name)).filter(
    (path) => disk.status(path) !== undefined,
  ),
  folder,
];

/** Package folders that Node resolves from a file, in order of preference. */
function installedFolders(from: string): string[] {
  const { resolve: find } = createRequire(from);
  return NAMES.flatMap((name) => {
    try {
      return [dirname(find(`${name}/package.json`))];
    } catch {
      return []; // not installed
    }
  });
}

/**
 * Looks for `@tensorflow/tfjs-node-gpu`, then `@tensorflow/tfjs-node`: in the folder ENTLAW_TENSORFLOW if it is set,
 * and only there; else among entlaw's own dependencies.
 *
 * An alias does not count: a package must bear that name in its own package.json, have the version of entlaw's
 * TensorFlow.js, and hold a compiled binding.
 */
export function findTensorFlow(search: TensorFlowSearch = {}): TensorFlowFinding {
  const named = search.folder ?? process.env["ENTLAW_TENSORFLOW"] ?? "";
  const folders =
    named === "" ? installedFolders(search.from ?? import.meta.url) : namedFolders(resolve(named));
  const tried: string[] = [];
  for (const folder of folders) {
    const result = packageIn(folder);
    if (typeof result !== "string") return { status: "found", found: result };
    tried.push(result);
  }
  if (named === "") tried.unshift("ENTLAW_TENSORFLOW is not set");
  if (folders.length === 0) tried.push(`${NAMES.join(" and ")} are not installed`);
  return { status: "missing", tried };
}
