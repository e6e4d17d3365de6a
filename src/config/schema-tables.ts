/** Which settings an experiment may have, read from its schema; knows nothing of values or of messages. */
import { z } from "zod";
import { experimentConfig } from "./experiment-config.ts";

/** Settings that stand beside each other. */
export interface SettingsTable {
  /** The kind that has them; undefined where there are no kinds. */
  readonly kind: string | undefined;
  readonly names: readonly string[];
}

/** The tables of settings at a path: one, or one a kind; none for a single value or a path that is not there. */
export function settingsTables(path: readonly string[]): SettingsTable[] {
  return tablesOf(schemaAt(path)).map((table) => ({
    kind: kindOf(table),
    names: Object.keys(table.shape),
  }));
}

/** Paths of all settings and tables, whatever their kind, each once. */
export function settingPaths(): string[][] {
  const paths = pathsOf(experimentConfig).map((path) => path.join("/"));
  return [...new Set(paths)].map((path) => path.split("/"));
}

/** The schema behind defaults. */
function unwrap(schema: unknown): unknown {
  return schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault
    ? unwrap(schema.unwrap())
    : schema;
}

function tablesOf(schema: unknown): readonly z.ZodObject[] {
  const inner = unwrap(schema);
  if (inner instanceof z.ZodObject) return [inner];
  return inner instanceof z.ZodDiscriminatedUnion ? inner.options.flatMap(tablesOf) : [];
}

function kindOf(table: z.ZodObject): string | undefined {
  const schema = unwrap(table.shape["kind"]);
  return schema instanceof z.ZodLiteral ? [...schema.values].map(String)[0] : undefined;
}

function schemaAt(path: readonly string[]): unknown {
  let schema: unknown = experimentConfig;
  for (const key of path) {
    schema = tablesOf(schema).find((table) => Object.hasOwn(table.shape, key))?.shape[key];
  }
  return schema;
}

function pathsOf(schema: unknown): string[][] {
  return tablesOf(schema).flatMap((table) =>
    Object.entries(table.shape).flatMap(([key, field]) => [
      [key],
      ...pathsOf(field).map((rest) => [key, ...rest]),
    ]),
  );
}
