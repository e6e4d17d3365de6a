/** The door to ONNX Runtime: creates sessions and tensors over memory; knows no program. */
import { createRequire } from "node:module";
import * as ort from "onnxruntime-node";
import { EngineError } from "../../base/errors.ts";
import type { DType, Shape } from "../ir/graph.ts";
import type { Elements } from "../trace/graph-backend.ts";
import { currentSettings, type Device } from "./engine-settings.ts";

/** How sessions run. */
export interface SessionOptions {
  /** Threads of one operation; those of the engine in use if left out. */
  readonly threads?: number;
  /** Where nodes run; the device of the engine in use if left out. */
  readonly device?: Device;
  /**
   * Threads wait busily for their next piece of work, true if left out. Best for a program called again and again;
   * where several programs take turns their threads are in each other's way: then false.
   */
  readonly spin?: boolean;
  /** Measures each node, and writes ONNX Runtime's trace to a file whose path begins so. */
  readonly profile?: string;
}

/** A loaded program. */
export type Session = ort.InferenceSession;
export type RuntimeTensor = ort.Tensor;

/** The text of whatever was thrown. */
export const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);

/**
 * Loads a model.
 *
 * Nodes run as they are written: ONNX Runtime's own rewriting is off, because the proof that a variable may be written
 * in place holds for the graph that was proved (and rewriting was measured to bring nothing, docs/experiments.md).
 * The memory plan made from the first run is off too: it takes the memory of a second run beside the first (docs/engine.md).
 * Its log is off as well: what it has to say is in the errors.
 *
 * @throws {@link EngineError} if ONNX Runtime refuses the model or the device.
 */
export async function createSession(
  bytes: Uint8Array,
  options: SessionOptions = {},
): Promise<Session> {
  const { threads, device } = { ...currentSettings(), ...options };
  const { profile, spin = true } = options;
  try {
    return await ort.InferenceSession.create(bytes, {
      executionProviders: [device],
      ...(threads === undefined ? {} : { intraOpNumThreads: threads }),
      interOpNumThreads: 1,
      executionMode: "sequential",
      graphOptimizationLevel: "disabled",
      enableCpuMemArena: true,
      enableMemPattern: false,
      logSeverityLevel: FATAL,
      ...(profile === undefined ? {} : { enableProfiling: true, profileFilePrefix: profile }),
      extra: { session: { intra_op: { allow_spinning: spin ? "1" : "0" } } },
    });
  } catch (cause) {
    throw new EngineError(
      "session-refused",
      `ONNX Runtime ${runtimeVersion()} could not load a program on ${device}: ${messageOf(cause)}`,
      {
        cause,
        fix:
          device === "cpu"
            ? "If a node is named, change the tfjs operation that it came from."
            : "Run on the processor: choose the engine graph.",
      },
    );
  }
}

/** The level of ONNX Runtime's log above its errors. */
const FATAL = 4;

/**
 * A tensor over memory that stays ours: nothing is copied on the way in.
 *
 * The binding reads `data` and `location` of each tensor at each call; as plain properties they take a tenth off the
 * time of a call with many small variables.
 */
export function tensorOver(data: Elements, dtype: DType, shape: Shape): RuntimeTensor {
  const tensor = new ort.Tensor(dtype, data, [...shape]);
  return Object.defineProperties(tensor, { data: { value: data }, location: { value: "cpu" } });
}

/** The version of the installed onnxruntime-node. */
export function runtimeVersion(): string {
  const { version } = createRequire(import.meta.url)("onnxruntime-node/package.json") as {
    version: string;
  };
  return version;
}
