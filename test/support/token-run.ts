/** Small made-up token tables as rows, and run directories of them; computes nothing. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { disk } from "../../src/base/file-system.ts";
import { type Rng, makeRng } from "../../src/base/random.ts";
import { stepName } from "../../src/log/run-files.ts";
import { tokenFileColumns } from "../../src/log/step-tables.ts";
import { makeTable } from "../../src/log/table.ts";
import { writeTableFile } from "../../src/log/table-file.ts";

/** One token; a value that is not finite stands for null. Names are those of the table's columns. */
export interface TokenRow {
  readonly step: number;
  readonly update: number;
  readonly group_id: number;
  readonly sequence_id: number;
  readonly old_log_prob: number;
  readonly advantage: number;
  readonly entropy: number;
  readonly polarity: number;
  readonly covariance: number;
  readonly clipped: number;
  readonly selected: number;
}

/** Responses of 1 to 9 tokens, four to six to a group, two updates a step; some groups have one response or one advantage. */
export function randomTokenRows(seed: number, steps = 3, missing = 0.05): TokenRow[] {
  const rng = makeRng(seed, "token-rows");
  return Array.from({ length: steps }, (_, step) => {
    let sequence = 0;
    const rows: TokenRow[] = [];
    for (let group = 0; group < 6; group += 1) {
      const responses = group === 0 ? 1 : 4 + rng.below(3);
      const shared = group === 1 ? rng.normal() : undefined;
      for (let i = 0; i < responses; i += 1, sequence += 1) {
        const advantage = shared ?? rng.normal() + group / 4 - 0.5;
        rows.push(...responseRows(rng, { step, group, sequence, advantage, missing }));
      }
    }
    return rows;
  }).flat();
}

interface Response {
  readonly step: number;
  readonly group: number;
  readonly sequence: number;
  readonly advantage: number;
  readonly missing: number;
}

function responseRows(
  rng: Rng,
  { step, group, sequence, advantage, missing }: Response,
): TokenRow[] {
  const or = (value: number): number => (rng.uniform() < missing ? Number.NaN : Math.fround(value));
  return Array.from({ length: 1 + rng.below(9) }, () => ({
    step,
    update: 1 + (group % 2),
    group_id: group,
    sequence_id: sequence,
    old_log_prob: or(Math.log(1 - rng.uniform())),
    advantage: or(advantage),
    entropy: or(2 * rng.uniform()),
    polarity: or(rng.normal() / 5),
    covariance: or(rng.normal() ** 3),
    clipped: rng.below(3) - 1,
    selected: Number(rng.uniform() < 0.1),
  }));
}

/** Writes `tokens/`, and a step log with a measured change for each step. */
export function writeTokenRun(
  folder: string,
  rows: readonly TokenRow[],
  leaveOut: ReadonlyArray<keyof TokenRow> = [],
): void {
  mkdirSync(folder, { recursive: true });
  const steps = [...new Set(rows.map(({ step }) => step))];
  for (const step of steps) {
    const own = rows.filter((row) => row.step === step);
    const names = (Object.keys(own[0]!) as Array<keyof TokenRow>).filter(
      (name) => !leaveOut.includes(name),
    );
    const table = makeTable(
      names.map((name) => [name, Float64Array.from(own, (row) => row[name])] as const),
    );
    const path = join(folder, "tokens", `${stepName(step)}.parquet`);
    writeTableFile(disk, { path, columns: tokenFileColumns(step, table) });
  }
  const changes = makeRng(steps.length, "changes");
  const lines = steps.map((step) =>
    JSON.stringify({ step, entropy: 1 / (1 + step), measured_entropy_change: changes.normal() }),
  );
  writeFileSync(join(folder, "steps.jsonl"), `${lines.join("\n")}\n`);
  writeFileSync(
    join(folder, "run.json"),
    JSON.stringify({ schema: 1, id: "made-up", status: "finished" }),
  );
}
