import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readLog } from "../../../src/ingest/read-log.ts";
import { writeRuns } from "../../../src/ingest/write-runs.ts";

test.each(["verl.jsonl", "verl-console.log", "run.csv"])(
  "%s, ingested, is a run directory that says the same of the run",
  async (file) => {
    const folder = mkdtempSync(join(tmpdir(), "entlaw-"));
    try {
      const log = await readLog(`test/golden/logs/golden/${file}`);
      const [written] = await writeRuns([log], join(folder, "run"), "0.0.0");
      const run = await readLog(written!.out);
      expect(run.format).toBe("entlaw");
      expect(run.entropy?.definition).toEqual(log.entropy?.definition);
      for (const [role, column] of [
        ["step", "step"],
        ["entropy", log.entropy!.column],
        ["reward", log.reward!.column],
        ["validation", log.validation[0]!],
      ] as const) {
        expect(run.table.columns.get(role)).toEqual(log.table.columns.get(column));
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
);
