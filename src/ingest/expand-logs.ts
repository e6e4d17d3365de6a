/** From paths, globs and directories to single logs; reads no more of them than it takes to recognise one. */
import { matchesGlob } from "node:path";
import { join } from "node:path/posix";
import { DataError } from "../base/errors.ts";
import { readLogBytes } from "./log-bytes.ts";
import { namesIn, statusOf } from "./look-up.ts";
import { recogniseDirectory, recogniseFile } from "./recognise-format.ts";

/** What other programs call their standard input. */
const STDIN = "-";
const MAGIC = /[*?[\]{}]/;
const ANY_DEPTH = "**";
const MAX_DEPTH = 16;
/** Larger files in a directory are checkpoints; a log that large is named by the user. */
const MAX_SCANNED_BYTES = 256 * 1024 ** 2;
const NOT_A_LOG = /\.(?:safetensors|bin|pt|pth|pkl|npy|npz|parquet|md|json|ya?ml|py|sh)$/i;
const CHECKPOINT = /^checkpoint-(\d+)$/;
const TRAINER_STATE = "trainer_state.json";

const isDirectory = (path: string): boolean => statusOf(path)?.kind === "directory";
const isVisible = (name: string): boolean => !name.startsWith(".") && name !== "node_modules";

/** Paths below `base` that match the segments of a glob, in order. */
function matchSegments(base: string, segments: readonly string[], depth = 0): string[] {
  const [segment, ...rest] = segments;
  if (segment === undefined) return statusOf(base) === undefined ? [] : [base];
  const inside = (name: string): string => (base === "" ? name : join(base, name));
  if (!MAGIC.test(segment)) return matchSegments(inside(segment), rest, depth);
  const here = base === "" ? "." : base;
  if (!isDirectory(here) || depth > MAX_DEPTH) return [];
  const names = namesIn(here);
  if (segment === ANY_DEPTH) {
    const deeper = names
      .filter((name) => isVisible(name) && isDirectory(inside(name)))
      .flatMap((name) => matchSegments(inside(name), segments, depth + 1));
    return [...matchSegments(base, rest, depth), ...deeper];
  }
  return names
    .filter((name) => (isVisible(name) || segment.startsWith(".")) && matchesGlob(name, segment))
    .flatMap((name) => matchSegments(inside(name), rest, depth + 1));
}

function matchGlob(pattern: string): string[] {
  const root = pattern.startsWith("/") ? "/" : "";
  return matchSegments(
    root,
    pattern.split("/").filter((segment) => segment !== ""),
  );
}

function isLogFile(path: string): boolean {
  const status = statusOf(path);
  if (status?.kind !== "file" || status.size === 0 || status.size > MAX_SCANNED_BYTES) return false;
  if (NOT_A_LOG.test(path) && !path.endsWith(TRAINER_STATE)) return false;
  try {
    return recogniseFile(readLogBytes(path), path) !== undefined;
  } catch (error) {
    if (error instanceof DataError) return false;
    throw error;
  }
}

/** The trainer state of the last checkpoint of a transformers run. */
function lastCheckpoint(directory: string, names: readonly string[]): string[] {
  return names
    .flatMap((name) => {
      const step = CHECKPOINT.exec(name)?.[1];
      const path = join(directory, name, TRAINER_STATE);
      return step !== undefined && isLogFile(path) ? [{ step: Number(step), path }] : [];
    })
    .toSorted((a, b) => b.step - a.step)
    .slice(0, 1)
    .map(({ path }) => path);
}

/** The logs a directory stands for: itself, else those directly inside it, else its last checkpoint's. */
function expandDirectory(directory: string): string[] {
  const names = namesIn(directory);
  if (recogniseDirectory(names, directory) !== undefined) return [directory];
  const inside = names.filter(isVisible).flatMap((name) => {
    const path = join(directory, name);
    const isLog = isDirectory(path)
      ? recogniseDirectory(namesIn(path), path) !== undefined
      : isLogFile(path);
    return isLog ? [path] : [];
  });
  return inside.length > 0 ? inside : lastCheckpoint(directory, names);
}

function expandOne(pattern: string): string[] {
  if (statusOf(pattern) !== undefined) {
    if (!isDirectory(pattern)) return [pattern];
    const logs = expandDirectory(pattern);
    if (logs.length > 0) return logs;
    throw new DataError(
      "no-logs",
      `"${pattern}" must hold a training log of a known format, got a directory without one`,
      { fix: "pass the log file itself; `entlaw formats` lists what can be read" },
    );
  }
  const matches = MAGIC.test(pattern) ? matchGlob(pattern) : [];
  if (matches.length === 0) {
    throw new DataError("no-such-log", `"${pattern}" must exist, got nothing there`, {
      fix:
        pattern === STDIN
          ? "to read what is piped in, write /dev/stdin"
          : "check the path and the folder you are in",
    });
  }
  // A glob may name folders for the logs inside; those without one are passed over, as a shell user expects.
  const logs = matches.flatMap((path) => (isDirectory(path) ? expandDirectory(path) : [path]));
  if (logs.length > 0) return logs;
  throw new DataError(
    "no-logs",
    `"${pattern}" must match a training log, got only directories without one`,
    {
      fix: "let the glob name the log files",
    },
  );
}

/**
 * Finds the logs that the arguments of a command stand for, each once, in the order given.
 *
 * A directory is one log if it is a run directory (or another format's); else it stands for the logs directly inside
 * it, or for the last checkpoint of a transformers run. Globs know `*`, `?`, `[…]`, `{…}` and `**`.
 *
 * @throws {@link DataError} if a path does not exist, or a pattern or directory gives no log.
 */
export function expandLogs(patterns: readonly string[]): string[] {
  return [...new Set(patterns.flatMap(expandOne))];
}
