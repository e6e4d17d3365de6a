/** `entlaw doctor`: what is there, what is missing, and what to do about it. */
import { RunError } from "../../base/errors.ts";
import { type Check, runChecks } from "../doctor-checks.ts";
import { EntlawCommand } from "../entlaw-command.ts";

export default class Doctor extends EntlawCommand {
  static override summary =
    "Say what is installed, what is missing, and the command that repairs it.";
  static override examples = [
    "<%= config.bin %> <%= command.id %>",
    "<%= config.bin %> <%= command.id %> --json",
  ];

  override async run(): Promise<unknown> {
    await this.parse(Doctor);
    const checks = await runChecks();
    const missing = checks.filter((check) => check.required && check.found === undefined);
    this.log(checks.map(checkText).join("\n"));
    if (missing.length > 0) {
      const names = missing.map((check) => check.name).join(", ");
      throw new RunError(
        "missing-parts",
        `all required parts must be installed, missing: ${names}`,
        {
          fix: missing.map((check) => check.fix).join("; "),
        },
      );
    }
    return { checks };
  }
}

function checkText(check: Check): string {
  if (check.found !== undefined)
    return `ok       ${check.name} ${check.found} (needed: ${check.needed})`;
  const weight = check.required ? "missing " : "optional";
  return `${weight} ${check.name} (needed: ${check.needed}): ${check.without}\n         ${check.fix}`;
}
