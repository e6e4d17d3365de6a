/**
 * A whole run: start policy, steps, evaluations, checkpoints, resume. Read it top to bottom; it knows no command line.
 *
 * Random numbers are a function of the seed and the step alone, so that a run that was killed and resumed is the run that
 * was not.
 */
import { RunError } from "../../base/errors.ts";
import { disk, type FileSystem } from "../../base/file-system.ts";
import { makeRng } from "../../base/random.ts";
import { configHash } from "../../config/config-hash.ts";
import type { ExperimentConfig } from "../../config/experiment-config.ts";
import { resumableKeys } from "../../config/resumable-keys.ts";
import { readNewestCheckpoint } from "../../log/read-checkpoint.ts";
import { openTrainingRun, type TrainingRun } from "../../log/training-run.ts";
import { disposePolicy, restorePolicy } from "../policy/policy.ts";
import { parameterCount } from "../policy/policy-shape.ts";
import {
  checkpointFiles,
  readSavedRun,
  restoreOptimizers,
  restorePassHistory,
  type RunState,
  type SavedRun,
} from "./checkpoint-state.ts";
import { type Lab, makeExam, makeLab } from "./lab.ts";
import { startPolicy } from "./start-policy.ts";
import { rolloutRows, tokenTable } from "./tables.ts";
import { type StepResult, trainStep } from "./train-step.ts";
import type { WarmStartProgress } from "./warm-start.ts";

/** What happens in a run, as it happens. */
export type TrainEvent =
  | { readonly kind: "warm-start"; readonly progress: WarmStartProgress }
  | {
      readonly kind: "start";
      readonly source: string;
      readonly parameters: number;
      readonly from: number;
    }
  | { readonly kind: "step"; readonly step: number; readonly row: StepResult["row"] }
  | { readonly kind: "warning"; readonly message: string };

/** What to train, and where to. */
export interface TrainRequest {
  readonly config: ExperimentConfig;
  /** Run directory: new or empty, or one to resume. */
  readonly out: string;
  readonly id: string;
  readonly resume: boolean;
  /** Of entlaw and of the engine, for the manifest. */
  readonly versions: Readonly<Record<string, string>>;
  readonly onEvent?: (event: TrainEvent) => void;
  /** Ends the run after the step in flight, with everything kept. */
  readonly signal?: AbortSignal;
  readonly fs?: FileSystem;
}

/** How a run ended. */
export interface TrainResult {
  readonly status: "finished" | "interrupted";
  /** Steps in the log. */
  readonly steps: number;
  /** Steps taken now. */
  readonly taken: number;
}

/** What a run's entropy column is. */
const ENTROPY = {
  kind: "exact",
  when: "before-update",
  aggregation: "token-mean",
  temperature: 1,
} as const;

/** Steps without any difference of reward after which there is nothing to learn from. */
const PATIENCE = 5;

/**
 * Trains.
 *
 * @throws {@link RunError} if the loss is not finite, nothing can be learnt, or the disk refuses: the run's status is then
 * `failed` and everything up to its last step is kept; {@link ConfigError}, {@link DataError} for what cannot be started.
 */
export async function train(request: TrainRequest): Promise<TrainResult> {
  const { config, out, id, resume, versions, fs = disk, onEvent = () => undefined } = request;
  const saved = resume ? savedRun(fs, out, onEvent) : undefined;
  const run = await openTrainingRun(
    fs,
    out,
    {
      id,
      config: { ...config },
      config_hash: configHash(config),
      seed: config.seed,
      versions: { ...versions },
      entropy: ENTROPY,
    },
    resume ? { resumeAfter: saved?.state.step ?? -1, mayChange: resumableKeys(config) } : {},
  );
  try {
    for (const message of run.warnings) onEvent({ kind: "warning", message });
    const result = await trainInto(run, { ...request, fs, onEvent }, saved);
    await run.finish(result.status);
    return result;
  } catch (error) {
    await run.finish("failed", error instanceof Error ? error.message : String(error));
    throw error;
  }
}

function savedRun(
  fs: FileSystem,
  out: string,
  onEvent: (event: TrainEvent) => void,
): SavedRun | undefined {
  const { checkpoint, warnings } = readNewestCheckpoint(fs, out);
  for (const message of warnings) onEvent({ kind: "warning", message });
  return checkpoint === undefined ? undefined : readSavedRun(checkpoint.files, checkpoint.path);
}

type Settled = Required<Pick<TrainRequest, "fs" | "onEvent">> & TrainRequest;

async function trainInto(
  run: TrainingRun,
  request: Settled,
  saved: SavedRun | undefined,
): Promise<TrainResult> {
  const { config, onEvent, signal } = request;
  const lab = await prepare(run, request, saved);
  const root = makeRng(config.seed, "run");
  const hash = configHash(config);
  const first = (saved?.state.step ?? 0) + 1;
  let signalSeen = saved?.state.signalSeen ?? false;
  let step = first - 1;
  let savedStep = step;
  let control = saved?.state.control ?? {};
  try {
    while (step < config.steps && signal?.aborted !== true) {
      step += 1;
      const result = await trainStep(lab, planOf(config, step), control, root);
      keep(run, lab, step, result);
      ({ control } = result);
      onEvent({ kind: "step", step, row: result.row });
      signalSeen ||= result.experience.zeroVarianceShare < 1;
      if (!signalSeen && step >= PATIENCE) throw nothingToLearn(result);
      if (isDue(config.checkpoint.every, step)) {
        await save(run, lab, { step, configHash: hash, signalSeen, control });
        savedStep = step;
      }
      // Let signals in: the engine's calls do not.
      await new Promise((resolve) => setImmediate(resolve));
    }
    if (savedStep < step) await save(run, lab, { step, configHash: hash, signalSeen, control });
  } finally {
    await lab.dispose();
  }
  const status = step < config.steps ? "interrupted" : "finished";
  return { status, steps: step, taken: step - first + 1 };
}

/** The lab of a run at its start or where it was left. */
async function prepare(
  run: TrainingRun,
  { fs, config, onEvent }: Settled,
  saved: SavedRun | undefined,
): Promise<Lab> {
  const exam = makeExam(config);
  if (saved !== undefined) {
    const lab = makeLab(config, exam, saved);
    restoreOptimizers(lab, saved);
    restorePassHistory(lab, saved);
    announce(lab, `the checkpoint of step ${saved.state.step}`, saved.state.step, onEvent);
    return lab;
  }
  const { values, source } = await startPolicy(fs, config, exam, (progress) =>
    onEvent({ kind: "warm-start", progress }),
  );
  disposePolicy(restorePolicy(exam.shape, values)); // a policy that does not fit is refused before any program is made
  const lab = makeLab(config, exam, { policy: values });
  announce(lab, source, 0, onEvent);
  const state = { step: 0, configHash: configHash(config), signalSeen: false, control: {} };
  await save(run, lab, state);
  return lab;
}

function announce(
  { policy }: Lab,
  source: string,
  from: number,
  onEvent: (event: TrainEvent) => void,
): void {
  onEvent({ kind: "start", source, parameters: parameterCount(policy.shape), from });
}

/** Whether every Nth step's turn has come; 0 for never. */
const isDue = (every: number, step: number): boolean => every > 0 && step % every === 0;

/** The first step, every Nth after it, and the last are examined; each before its updates. */
function planOf({ evaluation, log, steps }: ExperimentConfig, step: number) {
  const due = evaluation.every > 0 && (isDue(evaluation.every, step - 1) || step === steps);
  return { step, evaluate: due, updates: isDue(log.updates, step) };
}

/** Writes down what a step gave: tables first, so that a step in the log has its tables on the way. */
function keep(run: TrainingRun, lab: Lab, step: number, result: StepResult): void {
  const { log } = lab.config;
  if (isDue(log.tokens, step)) run.writeTokens(step, tokenTable(step, result));
  if (isDue(log.rollouts, step)) run.writeRollouts(step, rolloutRows(result, lab.tokenizer));
  run.appendUpdates(result.updates);
  run.appendStep(result.row);
}

function save(run: TrainingRun, lab: Lab, state: RunState): Promise<void> {
  return run.checkpoint(state.step, checkpointFiles(lab, state), lab.config.checkpoint.keep);
}

function nothingToLearn({ experience }: StepResult): RunError {
  const same = experience.rewards.every((reward) => reward === experience.rewards[0]);
  const got = same
    ? `every response has earned ${experience.rewards[0]}`
    : "all responses to each prompt have earned the same";
  return new RunError(
    "no-signal",
    `responses to one prompt must differ in reward for the policy to learn, got ${PATIENCE} steps in which ${got}`,
    {
      fix: "raise warmStart.passRate or make the task easier if it is too hard, harder if it is too easy; or raise rollout.samples",
    },
  );
}
