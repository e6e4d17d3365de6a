/** Logs of made-up runs that follow R = -a e^H + b, and the run directories that they could be from; claims no more. */
import { join } from "node:path";
import { compareRuns, type ComparisonFinding } from "../../src/analyze/compare/comparison.ts";
import type { SizeTrend } from "../../src/analyze/compare/size-trend.ts";
import { checkExperiment } from "../../src/config/parse-experiment.ts";
import type { ExperimentInput } from "../../src/config/experiment-config.ts";
import { makeTable } from "../../src/log/table.ts";
import type { EntropyDefinition, StepLog } from "../../src/log/step-log.ts";
import { memoryDisk } from "./memory-disk.ts";
import { rowNumbers, whiteNoise } from "./series.ts";

/** What a made-up run is made from. */
export interface MadeUpRun {
  readonly source: string;
  /** Nats that entropy falls to from .45. */
  readonly end?: number;
  readonly a?: number;
  readonly b?: number;
  /** Standard deviation of the noise of both series. */
  readonly noise?: number;
  readonly steps?: number;
  /** Scores, every tenth step. */
  readonly scores?: readonly number[];
  readonly temperature?: EntropyDefinition["temperature"];
  /** Of a run directory; without it the run is a CSV file. */
  readonly config?: ExperimentInput | undefined;
}

const START = 0.45;

/** The log of a made-up run. */
export function armLog(run: MadeUpRun): StepLog {
  const { source, end = 0.1, a = 0.5, b = 1.2, noise = 0.005, steps = 120, scores = [] } = run;
  const path = rowNumbers(steps).map((i) => end + (START - end) * Math.exp((-4 * i) / steps));
  const [seen, batch] = ["H", "R"].map((name) => whiteNoise(steps, noise, `${source} ${name}`));
  const entropy = path.map((value, i) => value + seen![i]!);
  const reward = path.map((value, i) => b - a * Math.exp(value) + batch![i]!);
  const validation = new Float64Array(steps).fill(Number.NaN);
  for (const [i, score] of scores.entries()) if (10 * i < steps) validation[10 * i] = score;
  const columns = { step: rowNumbers(steps).map((i) => i + 1), entropy, reward, validation };
  return {
    source,
    format: run.config === undefined ? "csv" : "entlaw",
    table: makeTable(new Map(Object.entries(columns))),
    entropy: {
      column: "entropy",
      reason: "made up",
      definition: {
        kind: "exact",
        when: "before-update",
        aggregation: "token-mean",
        temperature: run.temperature ?? 1,
      },
    },
    reward: { column: "reward", reason: "made up" },
    validation: scores.length === 0 ? [] : ["validation"],
    repeatedSteps: [],
    gaps: [],
    warnings: [],
  };
}

/** A disk with the manifests of those of the runs that have settings. */
export function manifestDisk(runs: readonly MadeUpRun[]) {
  return memoryDisk(
    new Map(
      runs.flatMap(({ source, config }) => {
        if (config === undefined) return [];
        const complete = checkExperiment(config);
        const manifest = {
          schema: 1,
          id: "made-up",
          status: "finished",
          config: complete,
          seed: complete.seed,
        };
        return [[join(source, "run.json"), Buffer.from(JSON.stringify(manifest))] as const];
      }),
    ),
  );
}

/** What some made-up arms are made from. */
export interface MadeUpArms {
  /** What every arm's name begins with. */
  readonly name?: string;
  readonly steps?: number;
  /** 1 to 5. */
  readonly arms?: number;
}

/**
 * The finding of arms `NAME-a`, `NAME-b`, … of two seeds; the second has more reward at the same entropy, the last one
 * seed. Names come from settings, so that they may hold anything.
 */
export function madeUpArms({
  name = "arm",
  steps = 60,
  arms = 5,
}: MadeUpArms = {}): ComparisonFinding {
  const runs = ["a", "b", "c", "d", "e"].slice(0, arms).flatMap((letter, i) =>
    (i === 4 ? [0] : [0, 1]).map((seed) => ({
      source: `/runs/${letter}-${seed}`,
      steps,
      end: 0.1 + 0.05 * i,
      b: i === 1 ? 1.3 : 1.2,
      scores: [0.2, 0.3, 0.4],
      seed,
      settings: { arm: { kind: `${name}-${letter}` } },
    })),
  );
  const manifests = runs.map(({ source, seed, settings: config }) => {
    const manifest = { schema: 1, id: "made-up", status: "finished", config, seed };
    return [join(source, "run.json"), Buffer.from(JSON.stringify(manifest))] as const;
  });
  return compareRuns(
    memoryDisk(new Map(manifests)),
    runs.map((run) => ({ ...armLog(run), format: "entlaw" })),
  );
}

/** What some made-up sizes are made from. */
export interface MadeUpSizes {
  /** What every arm's name begins with. */
  readonly name?: string;
  /** Whether no run has a number. */
  readonly isLost?: boolean;
}

/** The law over three sizes, two runs each. */
export function madeUpSizes({ name = "size", isLost = false }: MadeUpSizes = {}): SizeTrend {
  const points = [24_576, 98_304, 589_824].map((parameters, i) => ({
    arm: `${name}-${i}`,
    parameters,
    runs: isLost
      ? []
      : [0, 0.05].map((above) => ({
          a: 0.9 + 0.1 * i + above,
          b: 1.4 + 0.2 * i + above,
          ceiling: 0.5 + 0.1 * i,
        })),
  }));
  const line = (value: number, intercept: number) =>
    isLost
      ? undefined
      : { slope: { value, ci95: [0.5 * value, 1.5 * value] as const }, intercept, r2: 0.9 };
  return { points, lines: { a: line(0.06, 0.3), b: line(0.12, 0.2), ceiling: line(0.06, -0.1) } };
}
