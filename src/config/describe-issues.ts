/** What is wrong with an experiment, in words: path, what must hold, what was got; knows no particular setting. */
import type { z } from "zod";
import { closestName } from "../base/closest-name.ts";
import { isRecord } from "./merge-config.ts";
import { settingPaths, settingsTables } from "./schema-tables.ts";

type Issue = z.core.$ZodIssue;

/** Names of types as zod has them, in words. */
const TYPES: Readonly<Record<string, string>> = {
  number: "a number",
  int: "a whole number",
  string: "a text",
  boolean: "true or false",
  array: "a list",
  object: "a table of settings",
  record: "a table of settings",
};

// More of a value, or of a list of mistakes, says no more.
const LONGEST_VALUE = 60;
const MOST_LINES = 10;

/** A message with a line for each mistake, and what to do about the first that has a remedy. */
export interface IssueDescription {
  readonly message: string;
  readonly fix: string | undefined;
}

/**
 * Describes what zod found.
 *
 * @param data - what it was found in.
 */
export function describeIssues(issues: readonly Issue[], data: unknown): IssueDescription {
  const lines = issues.flatMap((issue) => describeIssue(issue, data));
  const shown = lines.slice(0, MOST_LINES).map(({ text }) => text);
  if (lines.length > MOST_LINES) shown.push(`and ${lines.length - MOST_LINES} more`);
  return { message: shown.join("\n"), fix: lines.find(({ fix }) => fix !== undefined)?.fix };
}

interface Line {
  readonly text: string;
  readonly fix?: string | undefined;
}

function describeIssue(issue: Issue, data: unknown): Line[] {
  const path = issue.path.map(String);
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => describeUnknown(key, path, data));
  }
  const got = valueAt(data, path);
  const shown = got === undefined ? "nothing" : shorten(got);
  return [{ text: `${path.join(".") || "an experiment"} ${mustOf(issue)}, got ${shown}` }];
}

function mustOf(issue: Issue): string {
  switch (issue.code) {
    case "invalid_type":
      return `must be ${TYPES[issue.expected] ?? issue.expected}`;
    case "invalid_value":
      return mustBeOneOf(issue.values.map(String));
    case "invalid_union": {
      const owner = issue.path.slice(0, -1).map(String); // the path ends in "kind"
      return mustBeOneOf(settingsTables(owner).map(({ kind }) => String(kind)));
    }
    case "too_small":
      return mustBe(issue.inclusive === false ? "above" : "at least", issue.minimum, issue.origin);
    case "too_big":
      return mustBe(issue.inclusive === false ? "below" : "at most", issue.maximum, issue.origin);
    case "custom":
    case "invalid_format":
    case "invalid_key":
    case "invalid_element":
    case "not_multiple_of":
    case "unrecognized_keys":
      return issue.message; // the schema's own words
  }
}

const mustBeOneOf = (values: readonly string[]): string =>
  `must be ${values.length > 1 ? "one of " : ""}${values.join(", ")}`;

function mustBe(relation: string, bound: number | bigint, origin: string): string {
  if (origin === "array") return `must have ${relation} ${bound} entries`;
  if (origin === "string") return `must have ${relation} ${bound} characters`;
  return `must be ${relation} ${bound}`;
}

function shorten(value: unknown): string {
  const text = typeof value === "number" ? String(value) : JSON.stringify(value);
  return text.length > LONGEST_VALUE ? `${text.slice(0, LONGEST_VALUE)}…` : text;
}

function describeUnknown(key: string, path: readonly string[], data: unknown): Line {
  const tables = settingsTables(path);
  const kind = valueAt(data, [...path, "kind"]);
  const table = tables.find((one) => one.kind === kind) ?? tables[0];
  const names = table?.names ?? [];
  const place = path.length === 0 ? "an experiment" : path.join(".");
  const owner = table?.kind === undefined ? place : `${place} of the kind ${table.kind}`;
  const text = `${[...path, key].join(".")} is no setting; ${owner} has ${names.join(", ")}`;
  const kinds = tables.filter((one) => one.names.includes(key)).map((one) => one.kind);
  if (kinds.length > 0) return { text, fix: `${key} belongs to the kind ${kinds.join(", ")}` };
  const meant = meantPaths(key, path, names);
  return meant.length === 0 ? { text } : { text, fix: `did you mean ${meant.join(" or ")}?` };
}

/** The nearest name beside the mistyped one; else where the same name is found; else where a near one is. */
function meantPaths(key: string, path: readonly string[], names: readonly string[]): string[] {
  const near = closestName(key, names);
  if (near !== undefined) return [[...path, near].join(".")];
  const known = settingPaths();
  const same = known.filter((one) => one.at(-1) === key);
  if (same.length > 0) return same.map((one) => one.join("."));
  const nearElsewhere = closestName(
    [...path, key].join("."),
    known.map((one) => one.join(".")),
  );
  return nearElsewhere === undefined ? [] : [nearElsewhere];
}

function valueAt(data: unknown, path: readonly string[]): unknown {
  let value = data;
  for (const key of path) {
    if (Array.isArray(value)) value = value[Number(key)];
    else if (isRecord(value) && Object.hasOwn(value, key)) value = value[key];
    else return undefined;
  }
  return value;
}
