/** Checks where a command is about to write, so that no log is lost to a slip of the shell; writes nothing. */
import { join } from "node:path";
import { ConfigError } from "../base/errors.ts";
import { disk } from "../base/file-system.ts";

/**
 * Insists that an output is none of the inputs, under whatever name or link.
 *
 * @param inputs - files and run directories, as `expandLogs` found them.
 * @throws {@link ConfigError} if it is one.
 */
export function refuseInputAsOutput(out: string, inputs: readonly string[]): void {
  const input = inputs.find((path) => disk.isSame(path, out) || isInside(path, out));
  if (input === undefined) return;
  throw new ConfigError(
    "output-is-input",
    `--out must not be one of the logs, got "${out}", which is "${input}"`,
    { fix: "choose another name after --out" },
  );
}

/** Whether `out` is one of the files directly inside a run directory. */
function isInside(directory: string, out: string): boolean {
  if (disk.status(directory)?.kind !== "directory") return false;
  return disk.list(directory).some((name) => disk.isSame(join(directory, name), out));
}

/**
 * Insists on the ending of an HTML file, so that an option put in the wrong place does not overwrite a log.
 * Devices and pipes have no ending and pass.
 *
 * @throws {@link ConfigError} for any other name.
 */
export function requireHtmlName(out: string): void {
  if (/\.html?$/i.test(out) || disk.status(out)?.kind === "other") return;
  throw new ConfigError("not-html", `--out must end in .html, got "${out}"`, {
    fix: "write for example --out report.html",
  });
}
