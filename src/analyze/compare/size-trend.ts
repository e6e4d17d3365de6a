/** The law's parameters over the size of the policy: lines in the logarithm of its number of parameters; knows no chart. */
import { configDifferences } from "../../log/config-difference.ts";
import { POLICY_SIZES } from "../../train/policy/policy-shape.ts";
import { fitLine } from "../fit/line.ts";
import { mean } from "../fit/moments.ts";
import { tInterval95 } from "../fit/student-t.ts";
import type { Bounded } from "../fit/level-bootstrap.ts";
import type { ArmSummary, RunMeasures } from "./arm-summary.ts";
import type { RunArm } from "./arms-of-runs.ts";
import { valueAt } from "./name-arms.ts";

/** What is held against size. */
export const SIZE_MEASURES = ["a", "b", "ceiling"] as const;
export type SizeMeasure = (typeof SIZE_MEASURES)[number];

/** One size. */
interface SizePoint {
  readonly arm: string;
  /** Parameters without embeddings, 12 L D². */
  readonly parameters: number;
  /** A measure that a run does not have is undefined. */
  readonly runs: ReadonlyArray<{ readonly [K in SizeMeasure]: number | undefined }>;
}

/** A line over ln N, through the means of the sizes: runs of one size share its start, and are not independent of each other. */
interface SizeLine {
  /** Change as N grows by the factor e, with Student's 95 % interval of sizes - 2 degrees of freedom. */
  readonly slope: Bounded;
  /** At N = 1. */
  readonly intercept: number;
  readonly r2: number;
}

/** How the law depends on size. */
export interface SizeTrend {
  /** Smallest first. */
  readonly points: readonly SizePoint[];
  /** Undefined for a measure that fewer than three sizes have. */
  readonly lines: { readonly [K in SizeMeasure]: SizeLine | undefined };
}

/** What may differ between sizes besides: a smaller policy needs more to get to the same start. */
const SIZING = ["policy.size", "warmStart", "seed", "log", "checkpoint", "evaluation"] as const;
/** Two sizes lie on any line. */
const FEWEST_SIZES = 3;

/**
 * Lines of a, b and the ceiling over ln N, through the means of the arms that differ from the baseline in size alone.
 *
 * @returns undefined for fewer than three sizes.
 * @see arXiv:2505.22617, Fig. 7: a and b are log-linear in the number of parameters without embeddings.
 */
export function sizeTrend(
  arms: readonly ArmSummary[],
  identities: readonly RunArm[],
  baseline: string,
): SizeTrend | undefined {
  const base = identities.find(({ name }) => name === baseline)?.config;
  if (base === undefined) return undefined;
  const points = identities.flatMap(({ name, config }) => {
    const arm = arms.find((one) => one.name === name);
    const parameters = parametersOf(valueAt(config ?? {}, "policy.size"));
    const isSized = config !== undefined && configDifferences(base, config, SIZING).length === 0;
    return arm === undefined || parameters === undefined || !isSized
      ? []
      : [{ arm: name, parameters, runs: arm.runs.map(({ values }) => measuresOf(values)) }];
  });
  if (new Set(points.map(({ parameters }) => parameters)).size < FEWEST_SIZES) return undefined;
  points.sort((one, other) => one.parameters - other.parameters);
  const of = (kind: SizeMeasure): SizeLine | undefined => lineOf(points, kind);
  return { points, lines: { a: of("a"), b: of("b"), ceiling: of("ceiling") } };
}

function parametersOf(size: unknown): number | undefined {
  const found = Object.entries(POLICY_SIZES).find(([name]) => name === size);
  return found === undefined ? undefined : 12 * found[1].layers * found[1].width ** 2;
}

const measuresOf = ({ a, b, ceiling }: RunMeasures["values"]): SizePoint["runs"][number] => ({
  a,
  b,
  ceiling,
});

/** Mean of the runs of each size that have the measure: [parameters, mean]. */
function sizeMeans(points: readonly SizePoint[], kind: SizeMeasure): Array<[number, number]> {
  const sizes = Map.groupBy(points, ({ parameters }) => parameters);
  return [...sizes].flatMap(([parameters, own]) => {
    const values = own.flatMap(({ runs }) => runs.flatMap(({ [kind]: value }) => value ?? []));
    return values.length === 0 ? [] : [[parameters, mean(Float64Array.from(values))]];
  });
}

function lineOf(points: readonly SizePoint[], kind: SizeMeasure): SizeLine | undefined {
  const means = sizeMeans(points, kind);
  const y = Float64Array.from(means, ([, value]) => value);
  const line = fitLine(
    Float64Array.from(means, ([size]) => Math.log(size)),
    y,
  );
  if (line === undefined) return undefined;
  const total = y.reduce((sum, value) => sum + (value - line.meanY) ** 2, 0);
  return {
    slope: {
      value: line.slope,
      ci95: tInterval95(line.slope, Math.sqrt(line.slopeVariance), line.n - 2),
    },
    intercept: line.intercept,
    r2: 1 - line.rss / total,
  };
}
