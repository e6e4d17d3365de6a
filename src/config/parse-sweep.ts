/** From the text of a sweep file to a sweep, or a message that names the path; reads no file and makes no runs. */
import type { z } from "zod";
import { closestName } from "../base/closest-name.ts";
import { ConfigError } from "../base/errors.ts";
import { describeIssues } from "./describe-issues.ts";
import { readYaml } from "./read-yaml.ts";
import { type SweepConfig, sweepConfig, sweepKeys } from "./sweep-config.ts";

type Issue = z.core.$ZodIssue;

/**
 * Reads a sweep.
 *
 * @param text - YAML or JSON.
 * @param from - where it comes from, as messages name it.
 * @throws {@link ConfigError} that names, by its path, every key that is unknown or out of range.
 */
export function parseSweep(text: string, from: string): SweepConfig {
  const data = readYaml(text, from) ?? {};
  const parsed = sweepConfig.safeParse(data);
  if (parsed.success) {
    checkLengths(parsed.data, from);
    checkRunner(parsed.data, from);
    return parsed.data;
  }
  const lines = parsed.error.issues.map((issue) => describe(issue, data));
  const fix = parsed.error.issues.map(remedy).find((one) => one !== undefined);
  const message = `${from}: ${lines.join("\n")}`;
  throw new ConfigError("sweep", message, fix === undefined ? {} : { fix });
}

function describe(issue: Issue, data: unknown): string {
  const path = issue.path.map(String);
  if (issue.code === "unrecognized_keys") {
    const keys = issue.keys.map((key) => [...path, key].join("."));
    const owner = path.length === 0 ? "a sweep" : path.join(".");
    return `${keys.join(", ")} is no key; ${owner} has ${sweepKeys(path).join(", ")}`;
  }
  if (issue.code === "invalid_union") return `${path.join(".")} ${issue.message}`;
  return describeIssues([issue], data).message.replace(/^an experiment/, "a sweep");
}

function remedy(issue: Issue): string | undefined {
  if (issue.code !== "unrecognized_keys") return undefined;
  const path = issue.path.map(String);
  const near = closestName(issue.keys[0] ?? "", sweepKeys(path));
  return near === undefined ? undefined : `did you mean ${[...path, near].join(".")}?`;
}

/** Settings of verl are for runs of verl. */
function checkRunner({ runner, verl }: SweepConfig, from: string): void {
  if (runner === "verl" || Object.keys(verl).length === 0) return;
  throw new ConfigError("sweep", `${from}: verl must be left out of a sweep of the lab, got one`, {
    fix: 'add "runner: verl" for runs of verl',
  });
}

/** Values that are taken side by side must be equally many. */
function checkLengths({ zip }: SweepConfig, from: string): void {
  const lengths = Object.entries(zip).map(([key, values]) => `${key} has ${values.length}`);
  if (new Set(Object.values(zip).map(({ length }) => length)).size < 2) return;
  throw new ConfigError(
    "sweep",
    `${from}: the lists of zip must be of one length, got ${lengths.join(", ")}`,
    { fix: "move keys whose values are to be combined with all others to grid" },
  );
}
