/** Reads bytes as if they were a log on the disk. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type ReadLogOptions, readLog } from "../../src/ingest/read-log.ts";
import type { StepLog } from "../../src/log/step-log.ts";

/** Writes `content` to a file of its own, reads it as a log and removes it. */
export async function readTextLog(
  content: string | Uint8Array,
  options?: ReadLogOptions,
): Promise<StepLog> {
  const folder = mkdtempSync(join(tmpdir(), "entlaw-"));
  try {
    const path = join(folder, "log");
    writeFileSync(path, content);
    return await readLog(path, options);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** A column as plain numbers; empty if there is none. */
export function columnOf(log: StepLog, name: string): number[] {
  return [...(log.table.columns.get(name) ?? [])];
}
