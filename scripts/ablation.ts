/**
 * All arms in short runs, on one table and in one report.
 *
 *     node scripts/ablation.ts --out DIR [--arms a,b] [--steps 50] [--seeds 1] [--threads 1] [--set KEY=VALUE]
 *
 * Every arm runs from the same start and on the same held-out problems as plain GRPO with the same seed, in DIR/ARM-SEED.
 * Started again, it leaves finished runs as they are and goes on with others. Prints the table as Markdown and nothing else, and
 * writes DIR/report.html.
 */
import { parseArgs } from "node:util";
import { ConfigError } from "../src/base/errors.ts";
import { ARM_NAMES } from "../src/config/arms.ts";
import { ablationTable, BASELINE } from "./ablation/ablation-table.ts";
import { entlaw, runArm } from "./ablation/run-arms.ts";

const { values } = parseArgs({
  options: {
    out: { type: "string" },
    arms: { type: "string", default: ARM_NAMES.join(",") },
    steps: { type: "string", default: "50" },
    seeds: { type: "string", default: "1" },
    threads: { type: "string", default: "1" },
    set: { type: "string", multiple: true, default: [] },
  },
});

/** Token tables of all arms would fill the disk, and nothing here reads them. */
const SETTINGS = ["log.tokens=0", "log.rollouts=0"];

function whole(name: "steps" | "seeds" | "threads"): number {
  const value = Number(values[name]);
  if (Number.isInteger(value) && value >= 1) return value;
  throw new ConfigError(
    "ablation-number",
    `--${name} must be a whole number from 1 on, got ${values[name]}`,
  );
}

function armsOf(names: string): string[] {
  const arms = names.split(",").filter((name) => name !== BASELINE);
  const unknown = arms.filter((name) => !(ARM_NAMES as readonly string[]).includes(name));
  if (unknown.length === 0) return [BASELINE, ...arms];
  throw new ConfigError(
    "unknown-arm",
    `--arms must name arms among ${ARM_NAMES.join(", ")}, got ${unknown.join(", ")}`,
  );
}

const { out } = values;
if (out === undefined) throw new ConfigError("no-out", "--out must name a folder, got none");
const requests = armsOf(values.arms).flatMap((arm) =>
  Array.from({ length: whole("seeds") }, (_, seed) => ({
    arm,
    seed,
    steps: whole("steps"),
    threads: whole("threads"),
    out: `${out}/${arm}-${seed}`,
    settings: [...SETTINGS, ...values.set],
  })),
);
const runs = requests.flatMap((request) => {
  const run = runArm(request);
  if (run === undefined) {
    console.error(`${request.out} has not come to its end`);
    process.exitCode = 1;
  }
  return run === undefined ? [] : [run];
});
console.log(ablationTable(runs));
const folders = runs.map(({ arm, seed }) => `${out}/${arm}-${seed}`);
if (!entlaw(["report", ...folders, "--out", `${out}/report.html`])) process.exitCode = 1;
