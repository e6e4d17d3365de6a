/** Drift and plasticity as the JSON documents that scripts read (`entlaw drift --json`); field names are a promise. */
import { toSnakeCase } from "../../base/snake-case.ts";
import type { DriftFinding, Reached } from "./drift.ts";
import type { PlasticityFinding } from "./plasticity.ts";

/** The field `drift`. A number that does not exist is null. */
export function driftToJson({ runs, klKind, matched, klRatio, missing }: DriftFinding): unknown {
  return toSnakeCase({
    runs: runs.map(({ input, peak, peakSteps, peakKl, stepsToOther, speedUp }) => ({
      log: input.log,
      reward: input.rewardColumn,
      meansOver: input.meansOver,
      noise: input.noise ?? null,
      klColumn: input.kl?.column ?? null,
      peak,
      peakSteps,
      peakKl: peakKl ?? null,
      stepsToOtherPeak: reachedFields(stepsToOther),
      speedUp: reachedFields(speedUp),
    })),
    klKind: klKind ?? null,
    matched: matched.map(({ reward, steps, kl }) => ({ reward, steps, kl: kl ?? null })),
    klRatio: klRatio ?? null,
    missing,
  });
}

const reachedFields = ({ value, range }: Reached): unknown => ({
  value: value ?? null,
  range: range === undefined ? null : range.map((end) => end ?? null),
});

/** The field `plasticity`. */
export function plasticityToJson({ probes, starts, notes }: PlasticityFinding): unknown {
  return toSnakeCase({
    starts: starts.map(({ fromStep, finalSe, lost, ...start }) => ({
      ...start,
      fromStep: fromStep ?? null,
      finalSe: finalSe ?? null,
      lost: lost ?? null,
    })),
    probes: probes.map(({ from, fromStep, ...probe }) => ({
      ...probe,
      from: from ?? null,
      fromStep: fromStep ?? null,
    })),
    notes,
  });
}
