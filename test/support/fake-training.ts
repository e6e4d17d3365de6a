/** A training loop whose numbers are functions of the step, so that a resumed run can be compared with one that was not. */
import { disk, type FileSystem } from "../../src/base/file-system.ts";
import type { RunDescription } from "../../src/log/prepare-run.ts";
import { readNewestCheckpoint } from "../../src/log/read-checkpoint.ts";
import type { StepRow } from "../../src/log/step-line.ts";
import type { RolloutRow } from "../../src/log/step-tables.ts";
import { makeTable, type Table } from "../../src/log/table.ts";
import { openTrainingRun, type RunEnd, type TrainingRun } from "../../src/log/training-run.ts";
import { filesOf } from "./checkpoints.ts";
import { stepRow } from "./step-rows.ts";

export const DESCRIPTION: RunDescription = {
  id: "fake",
  config: { steps: 6, loss: { kind: "ppo-clip", clipLow: 0.2 } },
  config_hash: "0123456789abcdef",
  seed: 7,
  versions: { entlaw: "0.1.0" },
  entropy: { kind: "exact", when: "before-update", aggregation: "token-mean", temperature: 1 },
};
export const KEEP = 2;
/** Steps between two checkpoints. */
export const EVERY = 2;

export interface FakeTraining {
  readonly steps: number;
  /** Whether to resume what is there. */
  readonly resume: boolean;
  readonly onStep?: (step: number) => void;
  readonly onCheckpoint?: (step: number) => void;
}

/** Trains and ends as the real loop does: an error ends the run as failed. */
export async function fakeTraining(
  fs: FileSystem,
  path: string,
  options: FakeTraining,
): Promise<readonly string[]> {
  const saved = options.resume ? readNewestCheckpoint(fs, path).checkpoint?.step : undefined;
  const run = await openTrainingRun(fs, path, DESCRIPTION, {
    resumeAfter: options.resume ? (saved ?? -1) : undefined,
    now: () => "2026-01-01T00:00:00.000Z",
  });
  try {
    await takeSteps(run, (saved ?? 0) + 1, options);
    await run.finish("finished");
  } catch (error) {
    await run.finish("failed" satisfies RunEnd, error instanceof Error ? error.message : "");
    throw error;
  }
  return run.warnings;
}

async function takeSteps(run: TrainingRun, from: number, options: FakeTraining): Promise<void> {
  for (let step = from; step <= options.steps; step += 1) {
    run.writeTokens(step, tokens(step));
    run.writeRollouts(step, rollouts(step));
    run.appendUpdates(updates(step));
    run.appendStep(stepRow(step));
    options.onStep?.(step);
    if (step % EVERY !== 0) continue;
    await run.checkpoint(step, filesOf(step), KEEP);
    options.onCheckpoint?.(step);
  }
}

export function updates(step: number): StepRow[] {
  return [1, 2].map(
    (update) =>
      new Map([
        ["step", step],
        ["update", update],
        ["loss", step / update],
      ]),
  );
}

export function tokens(step: number): Table {
  const rows = Array.from({ length: 3 + step }, (_, row) => row);
  return makeTable([
    ["step", Float64Array.from(rows, () => step)],
    ["token_id", Float64Array.from(rows)],
    ["log_prob", Float64Array.from(rows, (row) => (row === 1 ? Number.NaN : -step - row / 4))],
    ["selected", Float64Array.from(rows, (row) => row % 2)],
  ]);
}

export function rollouts(step: number): RolloutRow[] {
  return [0, 1].map((sequenceId) => ({
    groupId: 0,
    sequenceId,
    prompt: `${step} + ${sequenceId} =`,
    response: String(step + sequenceId),
    reward: 1,
    verdict: sequenceId === 0 ? { format: 1 } : undefined,
  }));
}

if (process.argv[1] === import.meta.filename) {
  const [path = "", steps = "0", resume = ""] = process.argv.slice(2);
  const announce = (step: number): void => void process.stdout.write(`${step}\n`);
  await fakeTraining(disk, path, {
    steps: Number(steps),
    resume: resume === "resume",
    onStep: announce,
  });
}
