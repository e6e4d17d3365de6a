/** Scaling curves as the JSON document that scripts read (`entlaw scaling --json`); field names are a promise. */
import { toSnakeCase } from "../../base/snake-case.ts";
import type { LawFit } from "../fit/result.ts";
import type { ScalingComparison } from "./scaling-comparison.ts";
import type { ScalingFinding } from "./scaling-curve.ts";

/** One element of `scaling`. */
export function scalingToJson(finding: ScalingFinding): unknown {
  const { input, sigmoid, variants, power, windows, heldOut, flags } = finding;
  return toSnakeCase({
    log: input.log,
    reward: input.rewardColumn,
    x: input.xColumn,
    n: input.x.length,
    dropped: input.dropped,
    r0: input.startReward ?? null,
    r0From: input.startReward === undefined ? "fit" : startOf(input.startPoints),
    sigmoid: fitFields(sigmoid),
    variants: variants.map(({ method, isStartHeld, fit }) => ({
      method,
      r0Held: isStartHeld,
      ...fitFields(fit),
    })),
    power: fitFields(power),
    windows: windows.map(({ sigmoid: curve, powerA, ...window }) => ({
      ...window,
      parameters: curve === undefined ? null : new Map(Object.entries(curve)),
      power: powerA === undefined ? null : new Map([["A", powerA]]),
    })),
    heldOut: heldOut ?? null,
    flags,
  });
}

const startOf = (points: number): string => (points === 0 ? "given" : `mean of first ${points}`);

// Parameter names such as `C_mid` and `A` are data: in a Map their case is kept.
function fitFields(fit: LawFit): Record<string, unknown> {
  if (fit.status === "degenerate") {
    return { status: fit.status, reason: fit.reason, explanation: fit.explanation, n: fit.n };
  }
  return {
    status: fit.status,
    n: fit.n,
    parameters: new Map(Object.entries(fit.parameters)),
    ...fit.goodness,
    warnings: fit.warnings,
  };
}

/** The field `comparison`; null where there is none. */
export function comparisonToJson(comparison: ScalingComparison | undefined): unknown {
  if (comparison === undefined) return null;
  const { outcome, winner, margin, A, commonA, B, lines, doubts } = comparison;
  return toSnakeCase({
    outcome,
    winner: winner ?? null,
    margin: margin.value,
    marginSource: margin.source,
    arms: new Map(Object.entries({ A, ...(B === undefined ? {} : { B }) })),
    commonA: commonA ?? null,
    lines: lines ?? null,
    doubts,
  });
}
