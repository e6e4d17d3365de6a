/** What a sweep of verl would run: each command, its environment and what it does not carry over; starts nothing. */
import { shellCommand } from "../../report/shell-command.ts";
import type { Sweep } from "../plan-sweep.ts";
import { isLeft, type RunStatus } from "../sweep-status.ts";
import { verlCommand, verlLine, type VerlUse } from "./verl-command.ts";

/** One run as verl would have it; keys are named as `--json` prints them. */
export interface PlannedCommand {
  readonly id: string;
  /** For a POSIX shell. */
  readonly command: string;
  readonly env: Readonly<Record<string, string>>;
  readonly overrides: readonly string[];
  readonly notes: readonly string[];
}

/** The commands of the runs that are left; none for a sweep of the lab. */
export function verlPlan(
  { name, runner }: Sweep,
  statuses: readonly RunStatus[],
  results: VerlUse["results"],
): PlannedCommand[] {
  if (runner === "lab") return [];
  return statuses.filter(isLeft).map(({ job }) => {
    const command = verlCommand(job, { name, results });
    const { env, overrides, notes } = command;
    return { id: job.run.id, command: verlLine(command), env, overrides, notes };
  });
}

/** The same to read and to copy; a note that several runs have is said once. */
export function verlPlanText(plan: readonly PlannedCommand[]): string {
  const lines = plan.flatMap(({ id, command, env }) => [
    "",
    `${id}:`,
    ...Object.entries(env).map(([key, value]) => `${key}=${shellCommand([value])} \\`),
    command,
  ]);
  const notes = new Set(plan.flatMap((one) => one.notes));
  return [
    ...lines,
    ...(notes.size === 0 ? [] : ["", ...[...notes].map((note) => `note: ${note}`)]),
  ].join("\n");
}
