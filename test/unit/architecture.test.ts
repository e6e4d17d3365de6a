/** The folder order and the one-door rule of third-party packages, read from the imports themselves. */
import { globSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { describe, expect, test } from "vitest";

/** Folders of `src/` in story order: a folder may import itself and the folders above it, nothing else. */
const ORDER = [
  "base",
  "config",
  "log",
  "ingest",
  "engine",
  "train/task",
  "train/policy",
  "train/rollout",
  "train/advantage",
  "train/loss",
  "train/intervention",
  "train/verify",
  "train/update",
  "train/run",
  "analyze/frame",
  "analyze/fit",
  "analyze/agreement",
  "analyze/theory",
  "analyze/finding",
  "analyze/compare",
  "analyze/claim",
  "report",
  "sweep",
  "cli",
] as const;

/** Package (or prefix ending in `/`) to the only places that may import it. */
const DOORS: Readonly<Record<string, readonly string[]>> = {
  "node:fs": ["base/file-system.ts"],
  zod: ["config/", "log/", "sweep/", "train/"],
  yaml: ["config/"],
  "@duckdb/node-api": ["log/"],
  "@tensorflow/tfjs": ["engine/tfjs.ts"],
  "@tensorflow/tfjs-core": ["engine/"],
  "hyparquet-writer": ["log/encode-parquet.ts"],
  fflate: ["sweep/ray/zip.ts"],
  "onnxruntime-node": ["engine/run/"],
  "danfojs-node": ["analyze/frame/"],
  "ml-levenberg-marquardt": ["analyze/fit/levenberg-marquardt.ts"],
  "ml-matrix": ["analyze/fit/"],
  "@stdlib/": ["analyze/fit/"],
  vega: ["report/"],
  "vega-lite": ["report/"],
  "vega-interpreter": ["report/"],
  "@resvg/resvg-js": ["report/"],
  "@oclif/core": ["cli/"],
};

interface Import {
  readonly file: string;
  readonly target: string;
}

/** Every static, dynamic and type import of a source text. */
function importsOf(file: string, source: string): Import[] {
  // A semicolon tells an import's `from "x";` from the word in a message.
  const pattern = /\bfrom\s*"([^"]+)";|\bimport\s*\(\s*"([^"]+)"|^import\s*"([^"]+)";/gm;
  return [...source.matchAll(pattern)].map(([, named, dynamic, bare]) => ({
    file,
    target: named ?? dynamic ?? bare ?? "",
  }));
}

const folderOf = (file: string): string | undefined =>
  ORDER.find((folder) => file.startsWith(`${folder}/`));

/** Why an import breaks the rules, or undefined if it does not. `file` is relative to `src/`. */
function violation({ file, target }: Import): string | undefined {
  if (target.startsWith(".")) {
    if (!file.includes("/")) return undefined; // src/index.ts re-exports from everywhere
    const to = relative(".", join(dirname(file), target));
    const from = ORDER.indexOf(folderOf(file) as (typeof ORDER)[number]);
    const at = ORDER.indexOf(folderOf(to) as (typeof ORDER)[number]);
    if (from < 0) return `${file} lies in no folder of the story`;
    return at < 0 || at > from
      ? `${file} imports ${to}, which comes later in the story`
      : undefined;
  }
  if (target.startsWith("node:") && !(target in DOORS)) return undefined;
  const key = Object.keys(DOORS).find((name) =>
    name.endsWith("/") ? target.startsWith(name) : target === name || target.startsWith(`${name}/`),
  );
  if (key === undefined) return `${file} imports ${target}, which has no door`;
  return DOORS[key]?.some((door) => file.startsWith(door))
    ? undefined
    : `${file} imports ${target}; its door is ${DOORS[key]?.join(", ")}`;
}

const sources = globSync("src/**/*.ts").map((path) => ({
  file: relative("src", path),
  source: readFileSync(path, "utf8"),
}));

describe("architecture", () => {
  test("every import of src follows the story order and the doors", () => {
    const broken = sources
      .flatMap(({ file, source }) => importsOf(file, source))
      .map(violation)
      .filter((problem) => problem !== undefined);
    expect(sources.length).toBeGreaterThan(10);
    expect(broken).toEqual([]);
  });

  test.each([
    ["base/errors.ts", 'import { disk } from "../log/table.ts";', "comes later"],
    ["log/table.ts", 'export type { Gate } from "../analyze/fit/verdict.ts";', "comes later"],
    ["report/theme.ts", 'const vega = await import("danfojs-node");', "its door is"],
    ["ingest/csv.ts", 'import fs from "node:fs";', "its door is"],
    ["cli/commands/fit.ts", 'import _ from "lodash";', "has no door"],
    ["helpers/x.ts", 'import { a } from "../base/errors.ts";', "no folder of the story"],
  ])("a planted fault in %s is found", (file, source, expected) => {
    expect(importsOf(file, source).map(violation).join()).toContain(expected);
  });
});
