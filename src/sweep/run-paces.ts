/** What a step took in the finished runs of a sweep's folder, by what decides it but the arm and the threads, which no run says. */
import { join } from "node:path";
import { DataError } from "../base/errors.ts";
import type { FileSystem } from "../base/file-system.ts";
import { configHash } from "../config/config-hash.ts";
import { type Manifest, readManifest } from "../log/manifest.ts";
import { MANIFEST } from "../log/run-files.ts";
import { runProgress } from "./run-progress.ts";
import { runsFolder } from "./sweep-folder.ts";

/** Settings that decide what a step costs. */
const SIZE_KEYS = ["task", "policy", "rollout", "update"] as const;

/** What runs of one size have in common. */
export function sizeKey(config: Readonly<Record<string, unknown>>): string {
  return configHash(SIZE_KEYS.map((key) => config[key]));
}

/** Seconds a step by {@link sizeKey}: the mean over finished runs, those that the sweep file no longer has included. */
export function runPaces(fs: FileSystem, out: string): ReadonlyMap<string, number> {
  const folder = runsFolder(out);
  const names = fs.status(folder)?.kind === "directory" ? fs.list(folder) : [];
  const paces = names.flatMap((name) => paceOf(fs, join(folder, name)));
  const bySize = Map.groupBy(paces, ({ size }) => size);
  return new Map([...bySize].map(([size, own]) => [size, mean(own.map(({ seconds }) => seconds))]));
}

function paceOf(fs: FileSystem, directory: string) {
  const manifest = manifestIfThere(fs, join(directory, MANIFEST));
  if (manifest?.config === undefined || manifest.config_hash === undefined) return [];
  const { state, secondsPerStep } = runProgress(fs, directory, manifest.config_hash);
  if (state !== "finished" || secondsPerStep === null) return [];
  return [{ size: sizeKey(manifest.config), seconds: secondsPerStep }];
}

function manifestIfThere(fs: FileSystem, path: string): Manifest | undefined {
  try {
    return readManifest(fs, path);
  } catch (error) {
    if (error instanceof DataError) return undefined;
    throw error;
  }
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;
