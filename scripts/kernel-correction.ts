/**
 * Why covariances miss the entropy change of a real policy: takes updates of the default experiment (small batches) with
 * three optimizers, predicts each one's change of entropy by ever fuller accounts of it, and prints how they agree:
 * `node scripts/kernel-correction.ts [--steps N] [--prompts N] [--seed N] [--only adam,adam-no-momentum,sgd]`.
 */
import { parseArgs } from "node:util";
import { monotonicMs } from "../src/base/clock.ts";
import { disk } from "../src/base/file-system.ts";
import { parseExperiment } from "../src/config/parse-experiment.ts";
import { useEngine } from "../src/engine/backend/use-engine.ts";
import { makeExam } from "../src/train/run/lab.ts";
import { startPolicy } from "../src/train/run/start-policy.ts";
import { flatOptimizer, type OptimizerKind } from "./kernel-correction/flat-optimizer.ts";
import { runUpdates } from "./kernel-correction/run-updates.ts";
import {
  AGREEMENT,
  agreementTable,
  describeUpdates,
  groupsTable,
  partsTable,
  type Setting,
} from "./kernel-correction/tables.ts";

const { values } = parseArgs({
  options: {
    steps: { type: "string", default: "15" },
    prompts: { type: "string", default: "16" },
    seed: { type: "string", default: "0" },
    only: { type: "string" },
  },
});

/** Steps before those that count: Adam's moments start at 0. */
const FIRST_STEPS = 3;

/**
 * The optimizers and their learning rates. Adam is the lab's. Without momentum the same rate would take a ten times larger
 * share of each new gradient, so it has a tenth; the rate of SGD is chosen for changes of like size.
 */
const OPTIMIZERS: { readonly [K in OptimizerKind]: { name: string; learningRate: number } } = {
  adam: { name: "Adam", learningRate: 5e-5 },
  "adam-no-momentum": { name: "Adam without momentum", learningRate: 5e-6 },
  sgd: { name: "SGD", learningRate: 1e-3 },
};

const isOptimizer = (name: string): name is OptimizerKind => name in OPTIMIZERS;

function readArguments(): { steps: number; kinds: OptimizerKind[] } {
  const wanted = values.only?.split(",") ?? Object.keys(OPTIMIZERS);
  const kinds = wanted.filter(isOptimizer);
  const steps = Number(values.steps);
  if (kinds.length < wanted.length) {
    throw new Error(`--only takes ${Object.keys(OPTIMIZERS).join(", ")}, got ${values.only}`);
  }
  if (!(Number.isInteger(steps) && steps >= 3)) {
    throw new Error(`--steps must be a whole number from 3, got ${values.steps}`);
  }
  return { steps, kinds };
}

const { steps, kinds } = readArguments();
const started = monotonicMs();
await useEngine("graph", { threads: 1 });
const config = parseExperiment({
  set: [`rollout.prompts=${values.prompts}`, `seed=${values.seed}`],
});
const exam = makeExam(config);
const { values: start } = await startPolicy(disk, config, exam);
const { beta1, beta2, epsilon } = config.optimizer;

const settings: Setting[] = [];
for (const kind of kinds) {
  const { name, learningRate } = OPTIMIZERS[kind];
  const optimizer = (size: number) =>
    flatOptimizer(kind, size, { learningRate, beta1, beta2, epsilon });
  const records = await runUpdates({ config, exam, start, optimizer }, FIRST_STEPS + steps);
  const counted = records.filter(({ step }) => step > FIRST_STEPS);
  settings.push({ name, records: counted });
  const sets = [
    ["first updates, on policy", counted.filter(({ update }) => update === 1)],
    ["later updates", counted.filter(({ update }) => update > 1)],
    ["all", counted],
  ] as const;
  console.log(
    `\n**${name}.** ${describeUpdates(counted)}. ${AGREEMENT}.\n\n${agreementTable(sets)}`,
  );
}
console.log(
  `\n**What the measured change is made of**: share of its mean / share of its variance\n\n${partsTable(settings)}\n\n**What a prompt group does to itself**: share of its variance (sampled groups)\n\n${groupsTable(settings)}`,
);
console.error(`${((monotonicMs() - started) / 1000).toFixed(0)} s`);
