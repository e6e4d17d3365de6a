/** What a checkpoint holds, to and from the memory of a lab; knows nothing of disks. */
import { z } from "zod";
import { DataError } from "../../base/errors.ts";
import { decodeSafetensors, encodeSafetensors } from "../../log/safetensors.ts";
import { tf } from "../../engine/tfjs.ts";
import type { ControlState } from "../intervention/intervention.ts";
import { parameterValues, type ParameterValues } from "../policy/policy.ts";
import { toTokenizerJson } from "../task/tokenizer.ts";
import type { Lab } from "./lab.ts";
import { decodePolicy, encodePolicy, POLICY_FILE, toTensors } from "./policy-file.ts";

const OPTIMIZER_FILE = "optimizer.safetensors";
const REFERENCE_FILE = "reference.safetensors";
const REWARD_FILE = "process-reward.safetensors";
const REWARD_OPTIMIZER_FILE = "process-reward-optimizer.safetensors";
const STATE_FILE = "state.json";
const HISTORY_FILE = "pass-history.json";
const TOKENIZER_FILE = "tokenizer.json";

const stateSchema = z.looseObject({
  schema: z.literal(1),
  step: z.int().nonnegative(),
  config_hash: z.string(),
  /** Whether any group's rewards have differed so far. */
  signal_seen: z.boolean(),
  /** What the intervention's controller remembers. */
  control: z.record(z.string(), z.number()).default({}),
});

/** Where a run stands. Random streams are a function of the seed and the step, so they need no state. */
export interface RunState {
  /** Steps done. */
  readonly step: number;
  readonly configHash: string;
  readonly signalSeen: boolean;
  readonly control: ControlState;
}

/** Elements of an optimizer's variables by name. */
type OptimizerValues = ReadonlyMap<string, Float32Array>;

/** What learns: a policy and the programs with its optimizer. */
type Learner = Pick<Lab, "policy" | "programs">;

/** A run as a checkpoint holds it. */
export interface SavedRun {
  readonly state: RunState;
  readonly policy: ParameterValues;
  readonly reference: ParameterValues;
  /** Rewards that problems have earned, as {@link PassHistory} writes them, where solved ones are retired. */
  readonly passHistory: string | undefined;
  /** Elements of the optimizer's variables by name. */
  readonly optimizer: OptimizerValues;
  /** The model of process rewards; the reference without one. */
  readonly rewardModel: ParameterValues;
  /** What `optimizer` is, of that model. */
  readonly rewardOptimizer: OptimizerValues | undefined;
}

/** Names of the optimizer's variables: its count of steps, then the moments of each parameter. */
function optimizerNames({ policy }: Learner): string[] {
  return ["steps", ...[...policy.parameters.keys()].flatMap((name) => [`${name}.m`, `${name}.v`])];
}

/** The bytes of an optimizer's file. */
function encodeOptimizer(learner: Learner, metadata: Readonly<Record<string, string>>): Uint8Array {
  const variables = learner.programs.optimizer.state;
  const optimizer = optimizerNames(learner).map((name, k) => {
    const variable = variables[k]!;
    return [name, { values: variable.dataSync() as Float32Array, shape: variable.shape }] as const;
  });
  return encodeSafetensors({
    tensors: toTensors(optimizer),
    metadata: new Map(Object.entries(metadata)),
  });
}

function decodeOptimizer(bytes: Uint8Array, from: string): OptimizerValues {
  const { tensors } = decodeSafetensors(bytes, from);
  return new Map(
    [...tensors].map(([name, { values }]) => [name, Float32Array.from(values as Float32Array)]),
  );
}

/** The files of a checkpoint. */
export function checkpointFiles(lab: Lab, state: RunState): Map<string, Uint8Array> {
  const metadata = { step: String(state.step), config_hash: state.configHash };
  const text = {
    schema: 1,
    step: state.step,
    config_hash: state.configHash,
    signal_seen: state.signalSeen,
    control: state.control,
  };
  const files = new Map<string, Uint8Array>([
    [POLICY_FILE, encodePolicy(parameterValues(lab.policy), metadata, lab.policy.shape)],
    [OPTIMIZER_FILE, encodeOptimizer(lab, metadata)],
    [STATE_FILE, Buffer.from(`${JSON.stringify(text, null, 2)}\n`)],
    [TOKENIZER_FILE, Buffer.from(toTokenizerJson(lab.tokenizer))],
  ]);
  if (lab.passHistory !== undefined) files.set(HISTORY_FILE, Buffer.from(lab.passHistory.toJson()));
  if (lab.reference !== undefined) {
    const { policy } = lab.reference;
    files.set(REFERENCE_FILE, encodePolicy(parameterValues(policy), metadata, policy.shape));
  }
  if (lab.implicitReward !== undefined) {
    const { policy } = lab.implicitReward;
    files.set(REWARD_FILE, encodePolicy(parameterValues(policy), metadata, policy.shape));
    files.set(REWARD_OPTIMIZER_FILE, encodeOptimizer(lab.implicitReward, metadata));
  }
  return files;
}

/**
 * Reads the files of a checkpoint.
 *
 * @throws {@link DataError} if one is missing or is not what it should be.
 */
export function readSavedRun(files: ReadonlyMap<string, Buffer>, from: string): SavedRun {
  const file = (name: string): Buffer => {
    const bytes = files.get(name);
    if (bytes !== undefined) return bytes;
    throw new DataError("checkpoint-file", `the checkpoint "${from}" must hold ${name}, got none`, {
      fix: "remove this checkpoint; the run then goes on from the one before",
    });
  };
  const parsed = stateSchema.safeParse(JSON.parse(file(STATE_FILE).toString("utf8")));
  if (!parsed.success) {
    throw new DataError(
      "checkpoint-state",
      `${STATE_FILE} of "${from}" must be the state of a run, got: ${z.prettifyError(parsed.error)}`,
      { fix: "update entlaw, or remove this checkpoint" },
    );
  }
  const policy = decodePolicy(file(POLICY_FILE), `${from}/${POLICY_FILE}`);
  const optional = <T>(name: string, decode: (bytes: Buffer, path: string) => T): T | undefined => {
    const bytes = files.get(name);
    return bytes === undefined ? undefined : decode(bytes, `${from}/${name}`);
  };
  const reference = optional(REFERENCE_FILE, decodePolicy) ?? policy;
  return {
    state: {
      step: parsed.data.step,
      configHash: parsed.data.config_hash,
      signalSeen: parsed.data.signal_seen,
      control: parsed.data.control,
    },
    policy,
    passHistory: files.get(HISTORY_FILE)?.toString("utf8"),
    reference,
    rewardModel: optional(REWARD_FILE, decodePolicy) ?? reference,
    optimizer: decodeOptimizer(file(OPTIMIZER_FILE), `${from}/${OPTIMIZER_FILE}`),
    rewardOptimizer: optional(REWARD_OPTIMIZER_FILE, decodeOptimizer),
  };
}

/**
 * Gives a lab what problems had earned.
 *
 * @throws {@link DataError} if it wants that and the checkpoint has none.
 */
export function restorePassHistory({ passHistory }: Lab, saved: SavedRun): void {
  if (passHistory === undefined) return;
  if (saved.passHistory === undefined) {
    throw new DataError(
      "checkpoint-file",
      `the checkpoint of step ${saved.state.step} must hold ${HISTORY_FILE}, got none`,
      { fix: "resume with the configuration that the run was started with" },
    );
  }
  passHistory.restore(saved.passHistory, HISTORY_FILE);
}

/** Gives the optimizers of a lab the state that was saved. */
export function restoreOptimizers(lab: Lab, { optimizer, rewardOptimizer }: SavedRun): void {
  restoreOptimizer(lab, optimizer);
  if (lab.implicitReward !== undefined)
    restoreOptimizer(lab.implicitReward, rewardOptimizer ?? new Map());
}

function restoreOptimizer(learner: Learner, optimizer: OptimizerValues): void {
  optimizerNames(learner).forEach((name, k) => {
    const variable = learner.programs.optimizer.state[k]!;
    const values = optimizer.get(name);
    if (values?.length !== variable.size) {
      throw new DataError(
        "optimizer-state",
        `the optimizer's state must hold ${name} with ${variable.size} numbers, got ${values?.length ?? "none"}`,
        { fix: "resume with the configuration that the run was started with" },
      );
    }
    const tensor = tf.tensor(values, variable.shape);
    variable.assign(tensor);
    tensor.dispose();
  });
}
