/** What can compute on this machine, found out without loading TensorFlow, and without WebGPU in this process. */
import { availableParallelism, cpus } from "node:os";
import { type EngineKind, ENGINE_KINDS, ENGINES } from "../../config/engine-kind.ts";
import { bundledProviders } from "../run/providers.ts";
import { type OutputRoute, outputRoute } from "../run/sequence-escape.ts";
import { runtimeVersion } from "../run/session.ts";
import { tf } from "../tfjs.ts";
import { findTensorFlow } from "./find-tensorflow.ts";
import { webgpuTrial } from "./webgpu-problem.ts";

/** One engine, here. */
export interface EngineReport {
  readonly kind: EngineKind;
  readonly what: string;
  readonly available: boolean;
  /** Name and version of what computes, or why it cannot. */
  readonly detail: string;
  /** How to get it, if it is not available. */
  readonly get?: string;
}

/** The machine and its engines. */
export interface MachineReport {
  readonly cpu: string;
  /** Threads that this process may use at once. */
  readonly cores: number;
  readonly versions: {
    readonly node: string;
    readonly onnxruntimeNode: string;
    readonly tfjs: string;
  };
  /** Execution providers that the installed ONNX Runtime brings along. */
  readonly providers: readonly string[];
  /** How results leave ONNX Runtime. */
  readonly outputRoute: OutputRoute;
  /** Whether the Vulkan loader is there, which WebGPU needs on Linux; null if nobody asked or it does not matter. */
  readonly vulkanLoader: boolean | null;
  readonly engines: readonly EngineReport[];
}

type Finding = Pick<EngineReport, "available" | "detail">;

async function find(kind: EngineKind): Promise<Finding> {
  switch (kind) {
    case "graph":
      return { available: true, detail: `ONNX Runtime ${runtimeVersion()}` };
    case "reference":
      return { available: true, detail: `TensorFlow.js ${tf.version["tfjs-core"]}` };
    case "tensorflow": {
      const finding = findTensorFlow();
      return finding.status === "found"
        ? { available: true, detail: `${finding.found.name} in ${finding.found.folder}` }
        : { available: false, detail: finding.tried.join("; ") };
    }
    case "webgpu": {
      const { problem } = await webgpuTrial();
      const detail = problem ?? `ONNX Runtime ${runtimeVersion()} on a GPU`;
      return { available: problem === undefined, detail };
    }
  }
}

async function report(kind: EngineKind): Promise<EngineReport> {
  const { what, get } = ENGINES[kind];
  const finding = await find(kind);
  return { kind, what, ...finding, ...(finding.available ? {} : { get }) };
}

/** Looks at the machine and at these engines. */
export async function reportMachine(
  kinds: readonly EngineKind[] = ENGINE_KINDS,
): Promise<MachineReport> {
  const engines = await Promise.all(kinds.map(report));
  const loader = kinds.includes("webgpu") ? (await webgpuTrial()).loader : undefined;
  return {
    cpu: cpus()[0]?.model.trim() ?? "unknown",
    cores: availableParallelism(),
    versions: {
      node: process.versions.node,
      onnxruntimeNode: runtimeVersion(),
      tfjs: tf.version["tfjs-core"],
    },
    providers: bundledProviders(),
    outputRoute: await outputRoute(),
    vulkanLoader: loader ?? null,
    engines,
  };
}
