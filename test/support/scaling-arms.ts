/** Scaling curves of made-up runs, as the analysis gives them; no claim of truth. */
import { compareScaling } from "../../src/analyze/finding/scaling-comparison.ts";
import { type ScalingFinding, findScalingCurve } from "../../src/analyze/finding/scaling-curve.ts";
import type { ScalingArms } from "../../src/report/chart/scaling.ts";
import { whiteNoise } from "./series.ts";

/** What a run is made from. */
export interface MadeUpScaling {
  readonly log?: string;
  readonly xColumn?: string;
  readonly A?: number;
  readonly seed?: string;
  readonly n?: number;
}

/** A run whose held-out score rises from .2 towards A, half of it by compute 60. */
export function madeUpScaling({
  log = "runs/grpo",
  xColumn = "step + 1",
  A = 0.6,
  seed = "scaling",
  n = 20,
}: MadeUpScaling = {}): ScalingFinding {
  const x = Float64Array.from({ length: n }, (_, i) => (300 * (i + 1)) / n);
  const noise = whiteNoise(n, 0.01, seed);
  return findScalingCurve({
    log,
    rewardColumn: "validation",
    rewardReason: "held-out scores",
    xColumn,
    x,
    reward: x.map((C, i) => 0.2 + (A - 0.2) / (1 + (60 / C) ** 1.4) + noise[i]!),
    dropped: 0,
    startReward: 0.2,
    startPoints: 1,
  });
}

/** Two arms of two seeds each, their asymptotes `apart`, with the comparison. */
export function madeUpScalingArms(apart: number, made: MadeUpScaling = {}): ScalingArms {
  const arm = (A: number): ScalingFinding[] =>
    ["a", "b"].map((seed) => madeUpScaling({ ...made, A, seed, n: 14 }));
  const arms = [arm(0.6), arm(0.6 + apart)] as const;
  return { arms, comparison: compareScaling(arms) };
}
