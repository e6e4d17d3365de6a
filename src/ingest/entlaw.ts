/** Our own run directory, as a format among the others; knows nothing of how it is stored. */
import { disk } from "../base/file-system.ts";
import type { Table } from "../log/table.ts";
import type { DirectoryFormat, RawLog, Recognition } from "./format.ts";
import { type StepRows, makeRowCollector } from "./row-collector.ts";

const MANIFEST = "run.json";
const STEPS = "steps.jsonl";

function recognise(names: readonly string[]): Recognition | undefined {
  return names.includes(MANIFEST) && names.includes(STEPS)
    ? { confidence: "certain", reason: `a directory with ${MANIFEST} and ${STEPS}` }
    : undefined;
}

function rowsOf(table: Table): StepRows {
  const rows = makeRowCollector();
  for (let row = 0; row < table.length; row += 1) {
    rows.startRow();
    for (const [name, values] of table.columns) {
      const value = values[row]!;
      // NaN is how a table says "no value"; as a cell it would count as one that is not finite.
      rows.set(name, Number.isNaN(value) ? undefined : value);
    }
  }
  return rows.finish();
}

async function read(path: string): Promise<RawLog> {
  // Loaded here, so that reading a foreign log does not wait for the schema library behind it.
  const { readRunDirectory } = await import("../log/run-directory.ts");
  const { manifest, table, warnings } = readRunDirectory(disk, path);
  return {
    rows: rowsOf(table),
    stepColumn: "step",
    sameStep: "replace",
    entropyDefinition: manifest.entropy,
    warnings,
  };
}

/** A run directory, of the lab or of `entlaw ingest`. */
export const entlaw: DirectoryFormat = {
  input: "directory",
  summary: "entlaw's own run directory, written by `entlaw train` and `entlaw ingest`",
  recognisedBy: "a directory with run.json and steps.jsonl",
  example: '{"step": 7, "entropy": 0.41, "reward": 0.52, "validation": null}',
  recognise,
  read,
};
