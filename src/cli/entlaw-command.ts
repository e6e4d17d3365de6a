/** What all commands share: `--json`, safe printing, progress on stderr, exit codes; knows no command. */
import { Args, Command, Flags } from "@oclif/core";
import { printable } from "../base/printable.ts";

/** Back to the start of the line, and erase it. */
const CLEAR_LINE = "\r\u001b[2K";
/** Progress is worth a line only where the user would otherwise wonder. */
const QUIET_MS = 1000;

/** Base of every entlaw command. A subclass parses, calls one function and prints. */
export abstract class EntlawCommand extends Command {
  static override enableJsonFlag = true;

  /** Prints to stdout; control characters that came from a log are shown, not obeyed. */
  override log(message = ""): void {
    if (!this.jsonEnabled()) process.stdout.write(`${printable(message)}\n`);
  }

  /** A doubt, on stderr also with `--json`. */
  warnUser(message: string): void {
    process.stderr.write(`warning: ${printable(message)}\n`);
  }

  /** Tells on stderr that something goes on: at once on a terminal, elsewhere once it has lasted a second. */
  async withProgress<T>(doing: string, work: () => Promise<T>): Promise<T> {
    const line = `${printable(doing)} …`;
    const onTerminal = process.stderr.isTTY;
    if (onTerminal) process.stderr.write(line);
    const timer = setTimeout(() => onTerminal || process.stderr.write(`${line}\n`), QUIET_MS);
    try {
      return await work();
    } finally {
      clearTimeout(timer);
      if (onTerminal) process.stderr.write(CLEAR_LINE);
    }
  }

  protected override logJson(json: unknown): void {
    process.stdout.write(`${printable(JSON.stringify(json, null, 2))}\n`);
  }

  /** Leaves every failure to `main`, which prints it; oclif's own would print it a second time. */
  protected override async catch(error: Error): Promise<never> {
    throw error;
  }
}

/** The argument of every command that reads any number of logs; needs `strict = false`. */
export const logArgs = {
  log: Args.string({ required: true, description: "Logs, globs or run directories." }),
};

/** Flags of every command that reads logs. */
export const logFlags = {
  format: Flags.string({
    helpValue: "NAME",
    summary: "Format of the logs, where the guess is wrong; `entlaw formats` lists them.",
  }),
  entropy: Flags.string({ helpValue: "COL", summary: "Column that holds the policy entropy." }),
  reward: Flags.string({ helpValue: "COL", summary: "Column that holds the reward." }),
};
