/** Keeps a run from being written over something that is there already; knows nothing of what a run holds. */
import { ConfigError } from "../base/errors.ts";
import type { FileSystem } from "../base/file-system.ts";

/** What may be there, and what to do about the rest. */
export interface Occupation {
  /** Whether a name in the folder counts as nothing; none does by default. */
  readonly ignore?: (name: string) => boolean;
  readonly fix?: string;
}

/** @throws {@link ConfigError} unless `path` is free, or is a folder that holds nothing. */
export function refuseOccupied(
  fs: FileSystem,
  path: string,
  {
    ignore = () => false,
    fix = "choose another folder, or remove this one first",
  }: Occupation = {},
): void {
  const kind = fs.status(path)?.kind;
  if (kind === undefined || (kind === "directory" && fs.list(path).every(ignore))) return;
  throw new ConfigError(
    "out-exists",
    `"${path}" must be a folder that does not exist yet or is empty, got ${kind === "directory" ? "one with files in it" : "a file"}`,
    { fix },
  );
}
