/** A run's token tables made up from a seed, as the lab would write them; knows nothing of who reads them. */
import { join } from "node:path";
import { disk } from "../../src/base/file-system.ts";
import { type Rng, makeRng } from "../../src/base/random.ts";
import { stepName } from "../../src/log/run-files.ts";
import { tokenFileColumns } from "../../src/log/step-tables.ts";
import { type Table, makeTable } from "../../src/log/table.ts";
import { writeTableFile } from "../../src/log/table-file.ts";
import { tokenColumns } from "../../src/log/token-columns.ts";

/** Tokens of a step. */
export const STEP_ROWS = 25_000;
const SAMPLES = 8;
const VOCABULARY = 1000;

/** Writes `tokens/` with so many steps of {@link STEP_ROWS} tokens. */
export function writeTokens(run: string, steps: number): void {
  for (let step = 0; step < steps; step += 1) {
    const path = join(run, "tokens", `${stepName(step)}.parquet`);
    writeTableFile(disk, { path, columns: tokenFileColumns(step, stepTable(step)) });
  }
}

type Columns = Readonly<Record<string, Float64Array>>;

function stepTable(step: number): Table {
  const names = Object.values(tokenColumns).map(({ name }) => name);
  const columns = Object.fromEntries(names.map((name) => [name, new Float64Array(STEP_ROWS)]));
  columns["step"]!.fill(step);
  const rng = makeRng(step, "agree-bench");
  for (let row = 0, sequence = 0; row < STEP_ROWS; sequence += 1) {
    const end = Math.min(STEP_ROWS, row + 20 + rng.below(60));
    const advantage = rng.normal();
    for (let position = 0; row < end; row += 1, position += 1) {
      fillRow(columns, row, { rng, sequence, position, advantage });
    }
  }
  fillCovariance(columns);
  return makeTable(Object.entries(columns));
}

interface Token {
  readonly rng: Rng;
  readonly sequence: number;
  readonly position: number;
  readonly advantage: number;
}

function fillRow(
  columns: Columns,
  row: number,
  { rng, sequence, position, advantage }: Token,
): void {
  const logProb = 0.4 * Math.log(1 - rng.uniform());
  const change = 0.01 * rng.normal();
  const values = {
    group_id: Math.floor(sequence / SAMPLES),
    sequence_id: sequence,
    position,
    update: 1 + (sequence % 4),
    token_id: rng.below(VOCABULARY),
    old_log_prob: logProb,
    log_prob: logProb + change,
    entropy: rng.uniform(),
    advantage,
    ratio: Math.exp(change),
    polarity: 0.2 * (rng.uniform() - 0.6),
    clipped: Number(rng.uniform() < 0.02),
  };
  for (const [name, value] of Object.entries(values)) columns[name]![row] = value;
}

function fillCovariance(columns: Columns): void {
  const { old_log_prob: l, advantage: a, covariance } = columns;
  const mean = (values: Float64Array): number =>
    values.reduce((sum, value) => sum + value, 0) / values.length;
  const [meanL, meanA] = [mean(l!), mean(a!)];
  for (let row = 0; row < STEP_ROWS; row += 1)
    covariance![row] = (l![row]! - meanL) * (a![row]! - meanA);
}
