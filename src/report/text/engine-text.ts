/** What can compute, as text for a terminal. */
import type { EngineReport, MachineReport } from "../../engine/backend/available-engines.ts";
import { textTable } from "./text-table.ts";

/** One engine with its speed, if it was measured. */
export interface EngineRow extends EngineReport {
  /** Threads it was measured with; null if it took as many as it saw fit. */
  readonly threads: number | null;
  readonly gigaflops: number | null;
  readonly updateTokensPerSecond: number | null;
}

/** A machine and what can compute on it. */
export interface EngineSummary extends MachineReport {
  readonly engines: readonly EngineRow[];
}

const DIGITS = 3;
const THOUSAND = 1000;

/** Three digits, never with an exponent. */
const rounded = (value: number | null): string =>
  value === null ? "-" : String(Number(value.toPrecision(DIGITS)));

const thousands = (value: number | null): string =>
  value === null ? "-" : `${rounded(value / THOUSAND)}k`;

function missingText({ kind, detail, get }: EngineRow): string {
  return [`${kind} is missing: ${detail}`, ...(get === undefined ? [] : [`  ${get}`])].join("\n");
}

/** The machine in three lines, one line an engine, and how to get what is missing. */
export function engineText(summary: EngineSummary): string {
  const { cpu, cores, versions, providers, outputRoute, vulkanLoader, engines } = summary;
  const rows = engines.map((engine) => [
    engine.kind,
    engine.available ? engine.detail : "missing",
    engine.available ? String(engine.threads ?? "own choice") : "-",
    rounded(engine.gigaflops),
    thousands(engine.updateTokensPerSecond),
    engine.what,
  ]);
  const head = ["ENGINE", "HERE", "THREADS", "GFLOP/S", "UPDATE TOKENS/S", "WHAT"];
  const vulkan =
    vulkanLoader === null ? "" : `, Vulkan loader ${vulkanLoader ? "found" : "missing"}`;
  return [
    `${cpu}, ${cores} cores; Node.js ${versions.node}, onnxruntime-node ${versions.onnxruntimeNode}, TensorFlow.js ${versions.tfjs}`,
    `ONNX Runtime has the providers ${providers.join(" and ")}${vulkan}`,
    `results leave ONNX Runtime ${outputRoute === "zero-copy" ? "without a copy" : "by copying"}`,
    "",
    textTable([head, ...rows], [2, 3, 4]),
    ...engines.filter(({ available }) => !available).map((engine) => `\n${missingText(engine)}`),
  ].join("\n");
}
