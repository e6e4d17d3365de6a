/** Starts oclif on our command table and turns every failure into one message and an exit code; computes nothing. */
import { join } from "node:path";
import { flush, run } from "@oclif/core";
import { writeFailure } from "../base/disk-failure.ts";
import { ConfigError } from "../base/errors.ts";
import { disk } from "../base/file-system.ts";
import { closestName } from "../base/closest-name.ts";
import { isUsageError } from "./exit-code.ts";
import { errorText, printError } from "./print-error.ts";

/**
 * Runs one command line and sets `process.exitCode`.
 *
 * @param argv - arguments after the program's name.
 * @param root - folder of package.json.
 * @param inClone - whether the sources themselves run (a clone) or the compiled `dist` (the published package).
 */
export async function main(argv: string[], root: string, inClone: boolean): Promise<void> {
  process.stdout.prependListener("error", endWithoutStdout);
  const pjson = JSON.parse(disk.readFile(join(root, "package.json")).toString("utf8"));
  if (inClone) pjson.oclif.commands.target = "./src/cli/commands.ts";
  // Type stripping needs no transpiler; without this oclif warns that it found no ts-node.
  process.env["OCLIF_TS_NODE"] = "0";
  try {
    await run(withoutHelpCommand(argv), {
      root,
      pjson,
      isRoot: true,
      ignoreManifest: inClone, // one left over from packing may be stale
      userPlugins: false,
      devPlugins: false,
    });
    await flush();
  } catch (error) {
    const failure = isUsageError(error) ? await withSuggestion(error) : error;
    const code = printError(failure);
    if (code !== 0 && flagsOf(argv).includes("--json")) {
      process.stdout.write(`${errorText(failure)}\n`);
    }
    process.exitCode = code;
  }
}

/** The arguments before `--`, behind which nothing is a flag. */
function flagsOf(argv: readonly string[]): readonly string[] {
  const end = argv.indexOf("--");
  return end < 0 ? argv : argv.slice(0, end);
}

/** `help fit` as `fit --help`, which is how oclif knows it. */
function withoutHelpCommand(argv: string[]): string[] {
  return argv[0] === "help" ? [...argv.slice(1), "--help"] : argv;
}

/** Ends the program when stdout takes nothing more; ahead of oclif's own listener, which would crash. */
function endWithoutStdout(error: NodeJS.ErrnoException): never {
  // A reader such as `head` may close the pipe early: what is left unwritten is not wanted.
  if (error.code === "EPIPE") process.exit();
  process.exit(printError(writeFailure("stdout", error)));
}

/** An unknown command, with the closest one that there is. */
async function withSuggestion(error: Error): Promise<Error> {
  const typed = /^command (.+) not found\.?$/i.exec(error.message)?.[1];
  if (typed === undefined) return error;
  const { commands } = await import("./commands.ts");
  const names = Object.keys(commands).map((name) => name.replaceAll(":", " "));
  const close = closestName(typed.replaceAll(":", " "), names);
  const got = typed.startsWith("-") ? "none" : `"${typed.replaceAll(":", " ")}"`;
  return new ConfigError(
    "unknown-command",
    `the command must be one of ${names.join(", ")}, got ${got}`,
    {
      fix: close === undefined ? "run `entlaw --help`" : `did you mean \`entlaw ${close}\`?`,
    },
  );
}
