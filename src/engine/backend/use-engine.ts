/** Chooses the engine on which tensor code of this process runs from now on. */
import { EngineError } from "../../base/errors.ts";
import { type EngineKind, ENGINES } from "../../config/engine-kind.ts";
import { type Device, setSettings } from "../run/engine-settings.ts";
import { runtimeVersion } from "../run/session.ts";
import { tf } from "../tfjs.ts";
import "../trace/register-kernels.ts";
import { loadTensorFlow } from "./load-tensorflow.ts";
import { webgpuTrial } from "./webgpu-problem.ts";

/** What was chosen. */
export interface ChosenEngine {
  readonly kind: EngineKind;
  /** Name and version of what computes. */
  readonly version: string;
  /** Threads of one operation; undefined where the engine takes as many as it sees fit. */
  readonly threads: number | undefined;
  readonly device: "cpu" | "gpu";
}

/** Settings of an engine. */
export interface EngineOptions {
  /**
   * Threads of one operation; left out, `graph` and `tensorflow` take one for each core. `tensorflow` heeds it only
   * when it is chosen for the first time, `reference` always has one.
   */
  readonly threads?: number;
}

/** The setting of TensorFlow's own threads, read when it starts. */
const TENSORFLOW_THREADS = "TF_NUM_INTRAOP_THREADS";

function checkThreads(threads: number | undefined): void {
  if (threads === undefined || (Number.isInteger(threads) && threads > 0)) return;
  throw new EngineError("threads", `threads must be a whole number from 1, got ${threads}`, {
    fix: "Leave it out to use one thread for each core.",
  });
}

async function prepareTensorFlow(threads: number | undefined): Promise<ChosenEngine> {
  const started = tf.findBackendFactory("tensorflow") !== null;
  if (threads !== undefined && !started) process.env[TENSORFLOW_THREADS] = String(threads);
  const { name, version, gpu } = await loadTensorFlow();
  const set = Number(process.env[TENSORFLOW_THREADS]);
  return {
    kind: "tensorflow",
    version: `TensorFlow ${version} (${name})`,
    threads: set > 0 ? set : undefined,
    device: gpu ? "gpu" : "cpu",
  };
}

async function prepareWebgpu(): Promise<void> {
  const { problem } = await webgpuTrial();
  if (problem === undefined) return;
  throw new EngineError("webgpu-missing", `the engine webgpu cannot run here: ${problem}`, {
    fix: ENGINES.webgpu.get,
  });
}

async function prepare(kind: EngineKind, threads: number | undefined): Promise<ChosenEngine> {
  switch (kind) {
    case "tensorflow":
      return prepareTensorFlow(threads);
    case "reference":
      return {
        kind,
        version: `TensorFlow.js ${tf.version["tfjs-core"]}`,
        threads: 1,
        device: "cpu",
      };
    case "webgpu":
      await prepareWebgpu();
      return { kind, version: `ONNX Runtime ${runtimeVersion()}`, threads, device: "gpu" };
    case "graph":
      return { kind, version: `ONNX Runtime ${runtimeVersion()}`, threads, device: "cpu" };
  }
}

/**
 * Chooses an engine.
 *
 * Tensors and variables may be used on another engine than the one they were made on: their elements move there at
 * first use, at the cost of a copy. Programs compiled before go on with the engine they were compiled for.
 *
 * @throws {@link EngineError} if the engine is not there, with how to get it; the engine in use stays.
 */
export async function useEngine(
  kind: EngineKind,
  { threads }: EngineOptions = {},
): Promise<ChosenEngine> {
  checkThreads(threads);
  const chosen = await prepare(kind, threads);
  const device: Device = kind === "webgpu" ? "webgpu" : "cpu";
  setSettings({ threads, device });
  await tf.setBackend(ENGINES[kind].backend);
  return chosen;
}
