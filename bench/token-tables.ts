/**
 * What logging every token costs: the calling thread's time for a table, and the whole process's CPU time, thread included.
 *
 * `node bench/token-tables.ts [tables]`; 12,000 rows of 14 columns, as a step of 512 responses has.
 */
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { disk } from "../src/base/file-system.ts";
import { makeRng } from "../src/base/random.ts";
import { encodeParquet } from "../src/log/encode-parquet.ts";
import { tokenFileColumns } from "../src/log/step-tables.ts";
import { type Table, makeTable } from "../src/log/table.ts";
import { tableQueue } from "../src/log/table-queue.ts";
import { tokenColumns } from "../src/log/token-columns.ts";

const ROWS = 12_000;
const RESPONSE_LENGTH = 23;
const SAMPLES = 8;
const VOCABULARY = 20;
const tables = Number(process.argv[2] ?? 50);
const rng = makeRng(0, "token-tables");

const sequence = (row: number): number => Math.floor(row / RESPONSE_LENGTH);
const integers: Readonly<Record<string, (row: number) => number>> = {
  step: () => 7,
  group_id: (row) => Math.floor(sequence(row) / SAMPLES),
  sequence_id: sequence,
  position: (row) => row % RESPONSE_LENGTH,
  token_id: () => rng.below(VOCABULARY),
  selected: () => Number(rng.uniform() < 0.02),
  clipped: () => Number(rng.uniform() < 0.02),
};

function tokenTable(): Table {
  const logarithm = (): number => Math.log(rng.uniform());
  const names = Object.values(tokenColumns).map(({ name }) => name);
  return makeTable(
    names.map((name) => {
      const valueAt = integers[name] ?? logarithm;
      return [name, Float64Array.from({ length: ROWS }, (_, row) => valueAt(row))] as const;
    }),
  );
}

const cpuMs = (since?: NodeJS.CpuUsage): number => {
  const { user, system } = process.cpuUsage(since);
  return (user + system) / 1000;
};
const quantile = (values: readonly number[], q: number): number =>
  values.toSorted((a, b) => a - b)[Math.round(q * (values.length - 1))]!;
const round = (value: number): number => Number(value.toPrecision(3));

const columns = tokenFileColumns(7, tokenTable());
for (let warmUp = 0; warmUp < 10; warmUp += 1) encodeParquet(columns);
const encoding = process.cpuUsage();
for (let i = 0; i < tables; i += 1) encodeParquet(columns);
const encodeMs = cpuMs(encoding) / tables;

const folder = mkdtempSync(join(tmpdir(), "entlaw-token-tables-"));
const queue = tableQueue(disk);
const prepared = Array.from({ length: tables + 10 }, tokenTable);
const callMs: number[] = [];
let usage = process.cpuUsage();
for (const [i, table] of prepared.entries()) {
  if (i === 10) usage = process.cpuUsage();
  const start = performance.now();
  queue.add({ path: join(folder, `${i}.parquet`), columns: tokenFileColumns(7, table) });
  callMs.push(performance.now() - start);
  await sleep(40);
}
await queue.settled();
const totalMs = cpuMs(usage) / tables;
const bytes = statSync(join(folder, "0.parquet")).size;
await queue.close();
rmSync(folder, { recursive: true });

console.log(
  JSON.stringify({
    rows: ROWS,
    columns: prepared[0]!.columns.size,
    bytes,
    call_ms_median: round(quantile(callMs, 0.5)),
    call_ms_p99: round(quantile(callMs, 0.99)),
    cpu_ms_a_table: round(totalMs),
    encode_cpu_ms: round(encodeMs),
  }),
);
