/** A comparison of arms as the JSON document that scripts read (`entlaw compare --json`); field names are a promise. */
import { toSnakeCase } from "../../base/snake-case.ts";
import type { ArmSummary, MeasureSummary } from "./arm-summary.ts";
import type { ArmCurve } from "./between-arms.ts";
import type { ComparisonFinding, CorrectedDifference } from "./comparison.ts";
import { MEASURE_KINDS } from "./measures.ts";

/** The whole document. */
export function comparisonToJson(finding: ComparisonFinding): unknown {
  const { arms, baseline, frame, isTargetGiven, differences, between, sizes, profiles, notes } =
    finding;
  return toSnakeCase({
    arms: arms.map(armFields),
    baseline,
    target: frame.target ?? null,
    targetFrom: isTargetGiven ? "given" : "lowest end reward of a run above all starts",
    steps: frame.steps,
    differences: differences.map(({ arm, measures }) => ({
      arm,
      baseline,
      ...Object.fromEntries(MEASURE_KINDS.map((kind) => [kind, differenceFields(measures[kind])])),
    })),
    betweenArms: {
      slope: between.slope,
      doubts: between.doubts,
      curves: between.curves.map(curveFields),
    },
    sizes: sizes ?? null,
    profiles: {
      tau: profiles.tau,
      arms: profiles.arms.map(({ share, ci95 }, i) => ({
        arm: arms[i]!.name,
        share,
        ci95: ci95 ?? null,
      })),
    },
    notes,
  });
}

function armFields({ name, runs, measures, reached, verdicts, optimalityGap }: ArmSummary) {
  return {
    arm: name,
    seeds: runs.length,
    ...Object.fromEntries(MEASURE_KINDS.map((kind) => [kind, summaryFields(measures[kind])])),
    reached,
    verdicts,
    optimalityGap: optimalityGap ?? null,
    runs: runs.map(({ log, seed, stratum, values, series }) => ({
      log,
      seed: seed ?? null,
      ...(stratum === "" ? {} : { stratum }),
      ...Object.fromEntries(MEASURE_KINDS.map((kind) => [kind, values[kind] ?? null])),
      holds: series.law.verdict.holds,
    })),
  };
}

const summaryFields = (summary: MeasureSummary | undefined) =>
  summary === undefined
    ? null
    : {
        n: summary.n,
        iqm: summary.iqm,
        ci95: summary.iqm95 ?? null,
        mean: summary.mean,
        meanCi95: summary.mean95 ?? null,
      };

const differenceFields = (difference: CorrectedDifference | undefined) =>
  difference === undefined
    ? null
    : {
        n: difference.n,
        paired: difference.paired,
        value: difference.value,
        ci95: difference.ci95 ?? null,
        bootstrap95: difference.bootstrap95 ?? null,
        p: difference.p ?? null,
        pHolm: difference.pHolm ?? null,
        probabilityAbove: difference.probabilityAbove,
        probability95: difference.probability95 ?? null,
      };

function curveFields({ arm, difference, pHolm, differs }: ArmCurve) {
  if ("explanation" in difference) return { arm, explanation: difference.explanation };
  return {
    arm,
    from: difference.from,
    gaps: difference.gaps.map(({ entropy, value, ci95, p }) => ({
      entropy,
      value,
      ci95: ci95 ?? null,
      p: p ?? null,
    })),
    p: difference.p ?? null,
    pHolm: pHolm ?? null,
    differs,
  };
}
