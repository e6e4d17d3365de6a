/** Where a run's policy starts: a checkpoint, a stored warm start, or a new one; knows nothing of what follows. */
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { writeFileAtomic } from "../../base/atomic-write.ts";
import { readFailure } from "../../base/disk-failure.ts";
import type { FileSystem } from "../../base/file-system.ts";
import { makeRng } from "../../base/random.ts";
import { configHash } from "../../config/config-hash.ts";
import type { ExperimentConfig } from "../../config/experiment-config.ts";
import {
  disposePolicy,
  makePolicy,
  type ParameterValues,
  parameterValues,
} from "../policy/policy.ts";
import type { PolicyShape } from "../policy/policy-shape.ts";
import { type Exam, makeRoller } from "./lab.ts";
import { decodePolicy, encodePolicy, POLICY_FILE } from "./policy-file.ts";
import { warmStart, type WarmStartProgress } from "./warm-start.ts";

/** Parameters to start from, and where they are from. */
export interface StartPolicy {
  readonly values: ParameterValues;
  /** For people: the file, or how the warm start ended. */
  readonly source: string;
}

/** Where stored warm starts are looked for, in order; the last one takes new ones. */
interface WarmStartStores {
  readonly shipped: string;
  readonly cache: string;
}

/** Raise it when the same settings come to give another policy. */
const RECIPE = 1;

/** The stores of this installation and this user. */
function warmStartStores(): WarmStartStores {
  const cache = process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache");
  return {
    shipped: fileURLToPath(new URL("../../../data/warm-start", import.meta.url)),
    cache: join(cache, "entlaw", "warm-start"),
  };
}

/**
 * What a warm start depends on, as 16 hexadecimal digits: task, policy and the settings of the warm start.
 *
 * **Details** Not how it is computed: other machines and numbers of threads round differently, and a stored policy serves
 * them all.
 */
function warmStartHash({ task, policy, warmStart: settings }: ExperimentConfig): string {
  const parts = { recipe: RECIPE, task, policy, warmStart: { ...settings, from: null } };
  return configHash(parts);
}

/** The name of a stored warm start in a store. */
const fileOf = (store: string, hash: string): string => join(store, `${hash}.safetensors`);

/**
 * The policy that a run starts from.
 *
 * @throws {@link DataError} if a stored policy does not fit; {@link RunError} if a warm start does not reach its target.
 */
export async function startPolicy(
  fs: FileSystem,
  config: ExperimentConfig,
  exam: Exam,
  onProgress?: (progress: WarmStartProgress) => void,
): Promise<StartPolicy> {
  const { from, passRate } = config.warmStart;
  if (from !== null) return stored(fs, pathOf(fs, from));
  if (passRate === 0) return fresh(config, exam);
  const hash = warmStartHash(config);
  const stores = warmStartStores();
  const found = [stores.shipped, stores.cache]
    .map((store) => fileOf(store, hash))
    .find((path) => fs.status(path)?.kind === "file");
  if (found !== undefined) return stored(fs, found);
  const made = await newWarmStart(config, exam, onProgress);
  const bytes = encodePolicy(made.values, { warm_start: hash }, withoutValues(exam.shape));
  keep(fs, fileOf(stores.cache, hash), bytes);
  return made;
}

/** A checkpoint's folder stands for the policy in it. */
function pathOf(fs: FileSystem, from: string): string {
  return fs.status(from)?.kind === "directory" ? join(from, POLICY_FILE) : from;
}

function stored(fs: FileSystem, path: string): StartPolicy {
  let bytes: Buffer;
  try {
    bytes = fs.readFile(path);
  } catch (error) {
    throw readFailure(path, error);
  }
  return { values: decodePolicy(bytes, path), source: path };
}

/** A warm start knows no rewards, so it has no value head. */
const withoutValues = (shape: PolicyShape): PolicyShape => ({ ...shape, valueHead: false });

/** A policy that has learnt nothing. */
function fresh({ warmStart: { seed } }: ExperimentConfig, exam: Exam): StartPolicy {
  const policy = makePolicy(withoutValues(exam.shape), makeRng(seed, "policy"));
  const values = parameterValues(policy);
  disposePolicy(policy);
  return { values, source: `random parameters of seed ${seed}` };
}

async function newWarmStart(
  config: ExperimentConfig,
  exam: Exam,
  onProgress?: (progress: WarmStartProgress) => void,
): Promise<StartPolicy> {
  const policy = makePolicy(withoutValues(exam.shape), makeRng(config.warmStart.seed, "policy"));
  const roller = makeRoller(policy, exam, config);
  try {
    const result = await warmStart({ ...exam, roller }, policy, config, onProgress);
    return {
      values: parameterValues(policy),
      source: `a warm start of ${result.updates} updates to a pass rate of ${result.passRate.toFixed(3)}`,
    };
  } finally {
    await roller.dispose();
    disposePolicy(policy);
  }
}

/** Keeps a warm start for later runs; a disk that refuses costs them time and nothing else. */
function keep(fs: FileSystem, path: string, bytes: Uint8Array): void {
  try {
    fs.makeDirectory(dirname(path));
    writeFileAtomic(fs, path, bytes);
  } catch (error) {
    if (!(error instanceof Error && "code" in error)) throw error;
  }
}
