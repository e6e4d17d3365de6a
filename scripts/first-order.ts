/**
 * Prints how well each first-order formula predicts the exact change of entropy of random softmax states, pooled over
 * states: `node scripts/first-order.ts [--states N] [--seeds N] [--check]`. With --check it fails where a cell is further
 * from an independent simulation's number than three standard deviations of one seed's.
 */
import { parseArgs } from "node:util";
import { CELLS } from "./first-order/cells.ts";
import { COMPARED, measureCell, type Spread } from "./first-order/measure-cell.ts";
import { markdownTable } from "./simulation/markdown-table.ts";

const { values } = parseArgs({
  options: {
    states: { type: "string", default: "400" },
    seeds: { type: "string", default: "20" },
    check: { type: "boolean", default: false },
  },
});
const states = Number(values.states);
const seeds = Number(values.seeds);
if (!(Number.isInteger(states) && states > 2 && Number.isInteger(seeds) && seeds > 1)) {
  throw new Error(
    `--states must be above 2 and --seeds above 1, got ${values.states} and ${values.seeds}`,
  );
}

/** Standard deviations by which a cell may miss the reference, which is one set of states and as noisy as one seed here. */
const TOLERANCE = 3;
const PRINTED = ["pearson", "spearman", "sign", "r2", "slope"] as const;

const text = ({ centre, deviation }: Spread): string =>
  `${centre.toFixed(3)} ± ${deviation.toFixed(3)}`;

const missed: string[] = [];
const rows = CELLS.map((cell) => {
  const { spreads, distances } = measureCell(cell, { states, seeds });
  COMPARED.forEach((name, k) => {
    if (distances[k]! <= TOLERANCE) return;
    missed.push(
      `${cell.form} at ${cell.length}: ${name} is ${text(spreads[name])}, the reference ${cell.reference[k]}`,
    );
  });
  return [
    cell.form,
    String(cell.length),
    ...PRINTED.map((name) => text(spreads[name])),
    cell.reference.join(" / "),
    distances.map((distance) => distance.toFixed(1)).join(" / "),
  ];
});

console.log(
  `\n${states} states a cell, mean ± standard deviation over ${seeds} seeds. R2 is of the prediction as it stands, slope is least squares through the origin.\n`,
);
const head =
  "formula|η|Pearson|Spearman|sign|R2|slope|reference: Pearson / sign / R2|off by, in standard deviations";
console.log(markdownTable(head.split("|"), rows));
const compared = CELLS.length * COMPARED.length;
console.log(
  `\n${compared - missed.length} of ${compared} numbers lie within ${TOLERANCE} standard deviations of the reference`,
);
for (const line of missed) console.log(`- ${line}`);
if (values.check && missed.length > 0) process.exitCode = 1;
