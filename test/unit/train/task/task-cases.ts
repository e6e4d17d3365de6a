/** The tasks that contracts are tested on: each kind with its defaults, easier and harder. */
import { type TaskConfig, taskConfig } from "../../../../src/config/task-config.ts";

/** Knobs as people write them, the easier first. */
const KNOBS = [
  { kind: "countdown" },
  { kind: "countdown", largest: 5, largestTarget: 10, operators: "+-" },
  { kind: "countdown", operators: "/" },
  { kind: "countdown", numbers: 4 },
  { kind: "countdown", numbers: 4, largest: 99, largestTarget: 999 },
  { kind: "chain" },
  { kind: "chain", operations: 1, modulus: 10, operators: "*" },
  { kind: "chain", operations: 6, largest: 99, modulus: 100 },
  { kind: "transform" },
  { kind: "transform", digits: 3, base: 3, most: 2, operations: "ti" },
  { kind: "transform", digits: 12, most: 8, operations: "rlsit" },
  { kind: "bandit" },
  { kind: "bandit", payoffs: [0.5, 1, 1] },
] as const;

/** Name and configuration of each case. */
export const taskCases: ReadonlyArray<readonly [string, TaskConfig]> = KNOBS.map((knobs) => [
  JSON.stringify(knobs),
  taskConfig.parse(knobs),
]);
