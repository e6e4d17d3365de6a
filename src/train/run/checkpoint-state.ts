/** What a checkpoint holds, to and from the memory of a lab; knows nothing of disks. */
import { z } from "zod";
import { DataError } from "../../base/errors.ts";
import { decodeSafetensors, encodeSafetensors } from "../../log/safetensors.ts";
import { tf } from "../../engine/tfjs.ts";
import { parameterValues, type ParameterValues } from "../policy/policy.ts";
import { toTokenizerJson } from "../task/tokenizer.ts";
import type { Lab } from "./lab.ts";
import { decodePolicy, encodePolicy, POLICY_FILE, toTensors } from "./policy-file.ts";

const OPTIMIZER_FILE = "optimizer.safetensors";
const REFERENCE_FILE = "reference.safetensors";
const STATE_FILE = "state.json";
const TOKENIZER_FILE = "tokenizer.json";

const stateSchema = z.looseObject({
  schema: z.literal(1),
  step: z.int().nonnegative(),
  config_hash: z.string(),
  /** Whether any group's rewards have differed so far. */
  signal_seen: z.boolean(),
});

/** Where a run stands. Random streams are a function of the seed and the step, so they need no state. */
export interface RunState {
  /** Steps done. */
  readonly step: number;
  readonly configHash: string;
  readonly signalSeen: boolean;
}

/** A run as a checkpoint holds it. */
export interface SavedRun {
  readonly state: RunState;
  readonly policy: ParameterValues;
  readonly reference: ParameterValues;
  /** Elements of the optimizer's variables by name. */
  readonly optimizer: ReadonlyMap<string, Float32Array>;
}

/** Names of the optimizer's variables: its count of steps, then the moments of each parameter. */
function optimizerNames({ policy }: Lab): string[] {
  return ["steps", ...[...policy.parameters.keys()].flatMap((name) => [`${name}.m`, `${name}.v`])];
}

/** The files of a checkpoint. */
export function checkpointFiles(lab: Lab, state: RunState): Map<string, Uint8Array> {
  const metadata = { step: String(state.step), config_hash: state.configHash };
  const variables = lab.programs.optimizer.state;
  const optimizer = optimizerNames(lab).map((name, k) => {
    const variable = variables[k]!;
    return [name, { values: variable.dataSync() as Float32Array, shape: variable.shape }] as const;
  });
  const text = {
    schema: 1,
    step: state.step,
    config_hash: state.configHash,
    signal_seen: state.signalSeen,
  };
  const files = new Map<string, Uint8Array>([
    [POLICY_FILE, encodePolicy(parameterValues(lab.policy), metadata, lab.policy.shape)],
    [
      OPTIMIZER_FILE,
      encodeSafetensors({
        tensors: toTensors(optimizer),
        metadata: new Map(Object.entries(metadata)),
      }),
    ],
    [STATE_FILE, Buffer.from(`${JSON.stringify(text, null, 2)}\n`)],
    [TOKENIZER_FILE, Buffer.from(toTokenizerJson(lab.tokenizer))],
  ]);
  if (lab.reference !== undefined) {
    const { policy } = lab.reference;
    files.set(REFERENCE_FILE, encodePolicy(parameterValues(policy), metadata, policy.shape));
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
  const reference = files.get(REFERENCE_FILE);
  const { tensors } = decodeSafetensors(file(OPTIMIZER_FILE), `${from}/${OPTIMIZER_FILE}`);
  return {
    state: {
      step: parsed.data.step,
      configHash: parsed.data.config_hash,
      signalSeen: parsed.data.signal_seen,
    },
    policy,
    reference:
      reference === undefined ? policy : decodePolicy(reference, `${from}/${REFERENCE_FILE}`),
    optimizer: new Map(
      [...tensors].map(([name, { values }]) => [name, Float32Array.from(values as Float32Array)]),
    ),
  };
}

/** Gives the optimizer of a lab the state that was saved. */
export function restoreOptimizer(lab: Lab, { optimizer }: SavedRun): void {
  optimizerNames(lab).forEach((name, k) => {
    const variable = lab.programs.optimizer.state[k]!;
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
