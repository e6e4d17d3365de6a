/** Writes docs/config.md from the schema of src/config; with --check it only says whether the file is up to date. */
import { readFileSync, writeFileSync } from "node:fs";
import { z } from "zod";
import { experimentConfig } from "../src/config/experiment-config.ts";
import { PRESET_NAMES, PRESETS } from "../src/config/presets.ts";

const TARGET = new URL("../docs/config.md", import.meta.url);

/** The part of JSON Schema that zod makes of our schemas. */
interface Schema {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly oneOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
}

const INTRODUCTION = `# Settings of a lab run

<!-- Printed from src/config by \`npm run docs\`; edit that. -->

A file in YAML or JSON names what differs from the preset (\`entlaw train CONFIG --preset NAME\`); \`--set key=value\` changes
single keys, with dots between the levels. Every run keeps its whole configuration in \`run.json\`.

## Presets

${PRESET_NAMES.map((name) => `- \`${name}\`: ${PRESETS[name].what}`).join("\n")}

## Keys
`;

const code = (value: unknown): string => `\`${JSON.stringify(value)}\``;

/** What values a key may have, in words. */
function allowed(schema: Schema): string {
  const { anyOf, type, minimum, maximum, exclusiveMinimum, exclusiveMaximum } = schema;
  if (schema.enum !== undefined) return schema.enum.map(code).join(", ");
  if (anyOf !== undefined) return anyOf.map(allowed).join(" or ");
  const isWhole = type === "integer";
  const top = maximum === Number.MAX_SAFE_INTEGER ? undefined : maximum;
  const bounds = [
    minimum === undefined ? "" : `≥ ${minimum}`,
    exclusiveMinimum === undefined ? "" : `> ${exclusiveMinimum}`,
    top === undefined ? "" : `≤ ${top}`,
    exclusiveMaximum === undefined ? "" : `< ${exclusiveMaximum}`,
  ].filter((bound) => bound !== "");
  return [isWhole ? "whole number" : (type ?? ""), ...bounds].join(" ");
}

/** Rows of a group of keys; a choice by \`kind\` has one group for each. */
function rowsOf(path: string, schema: Schema): string[] {
  if (schema.oneOf !== undefined) return choiceRows(path, schema);
  if (schema.properties !== undefined) {
    return Object.entries(schema.properties).flatMap(([key, one]) =>
      rowsOf(path === "" ? key : `${path}.${key}`, one),
    );
  }
  const start = schema.default === undefined ? "" : code(schema.default);
  return [`| \`${path}\` | ${start} | ${allowed(schema)} | ${schema.description ?? ""} |`];
}

function choiceRows(path: string, { oneOf = [], default: start }: Schema): string[] {
  const chosen = (start as { kind?: string } | undefined)?.kind;
  return oneOf.flatMap(({ properties = {} }) => {
    const { kind, ...others } = properties;
    const name = String(kind?.const);
    const mark = name === chosen ? "default" : "";
    return [
      `| \`${path}.kind: ${name}\` | ${mark} | | ${kind?.description ?? ""} |`,
      ...Object.entries(others).flatMap(([key, one]) => rowsOf(`${path}.${key}`, one)),
    ];
  });
}

function render(): string {
  const schema = z.toJSONSchema(experimentConfig, { io: "input" }) as Schema;
  const head = "| key | default | values | meaning |\n| --- | --- | --- | --- |";
  const rows = rowsOf("", schema);
  return `${INTRODUCTION}\n${head}\n${rows.join("\n")}\n`;
}

const rendered = render();
if (!process.argv.includes("--check")) {
  writeFileSync(TARGET, rendered);
} else if (readFileSync(TARGET, "utf8") !== rendered) {
  console.error("docs/config.md is not what src/config says; run `npm run docs`");
  process.exitCode = 1;
}
