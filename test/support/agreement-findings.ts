/** Agreement findings of made-up runs: seeded numbers in the shape that the analysis gives; no claim of truth. */
import type {
  Agreement,
  AgreementFinding,
  CovarianceTail,
  EstimatorAgreement,
} from "../../src/analyze/agreement/agreement-finding.ts";
import type { EstimatorName } from "../../src/analyze/agreement/estimators.ts";
import { makeRng } from "../../src/base/random.ts";

/** What a finding is made from. */
export interface MadeUpAgreement {
  readonly run?: string;
  readonly steps?: number;
  /** Whether the run had a token table. */
  readonly withTokens?: boolean;
  /** R² of the best estimator and its interval. */
  readonly r2?: number;
  readonly r2Interval?: readonly [number, number];
}

const SHARES = [0.0002, 0.002, 0.02, 0.2, 0.5, 1];

function agreementOf(n: number, r2: number, interval: readonly [number, number]): Agreement {
  return {
    n,
    pearson: 0.912,
    spearman: 0.874,
    sign: 0.96,
    slope: 0.143,
    r2,
    ci95: {
      pearson: [0.85, 0.95],
      spearman: [0.8, 0.92],
      sign: [0.9, 1],
      r2: interval,
      slope: [0.12, 0.16],
    },
  };
}

function tailOf(
  of: CovarianceTail["of"],
  steps: readonly [number, number],
  scale: number,
): CovarianceTail {
  const means = [16.5, 7.8, 2.41, 0.56, 0.25, 0.047];
  return {
    of,
    steps,
    tokens: 91_617,
    means: SHARES.map((share, i) => ({
      share,
      tokens: Math.max(1, Math.floor(share * 91_617)),
      mean: scale * means[i]!,
    })),
  };
}

/** A run whose entropy falls by less and less a step, with two or three estimators of the change. */
export function madeUpAgreement({
  run = "runs/grpo",
  steps = 120,
  withTokens = true,
  r2 = 0.81,
  r2Interval = [0.7, 0.88],
}: MadeUpAgreement = {}): AgreementFinding {
  const rng = makeRng(5, "agreement");
  const step = Float64Array.from({ length: steps }, (_, i) => i);
  const y = step.map((i) => -0.01 * Math.exp((-3 * i) / steps) + 0.001 * rng.normal());
  const estimator = (name: EstimatorName, noise: number, value: number): EstimatorAgreement => ({
    estimator: name,
    x: y.map((change) => 7 * change + noise * rng.normal()),
    agreement: agreementOf(steps, value, r2Interval),
  });
  const covariance = (level: number): Float64Array => step.map(() => level + 0.01 * rng.normal());
  const third = Math.floor(steps / 3);
  return {
    question: "agreement",
    run,
    of: "step",
    source: withTokens ? "tokens" : "columns",
    measuredAs: "change",
    step,
    update: undefined,
    y,
    estimators: withTokens
      ? [
          estimator("batch", 0.02, r2 - 0.3),
          estimator("npg", 0.015, r2 - 0.2),
          estimator("polarity", 0.005, r2),
        ]
      : [estimator("lemma", 0.005, r2)],
    splits: withTokens
      ? [
          {
            by: "accuracy",
            parts: ["(0, 0.25]", "(0.25, 0.5]", "(0.5, 0.75]", "all equal"].map((part, i) => ({
              part,
              share: new Float64Array(steps).fill(0.25),
              covariance:
                part === "all equal" ? new Float64Array(steps) : covariance(0.04 * (i + 1)),
              predictions: [],
            })),
          },
        ]
      : [],
    tail: withTokens
      ? [
          tailOf("all", [0, steps - 1], 1),
          tailOf("first third", [0, third - 1], 1.1),
          tailOf("middle third", [third, 2 * third - 1], 1),
          tailOf("last third", [2 * third, steps - 1], 0.9),
        ]
      : [],
    portraits: [],
    missing: [{ what: "lemma", needs: "the column `predicted_entropy_change`" }],
    verdict: "Of 3 estimators, polarity predicts best (R² 0.81 over 120 steps).",
    warnings: [],
  };
}

/** A run of which nothing could be measured. */
export function madeUpNoAgreement(): AgreementFinding {
  return {
    ...madeUpAgreement({ withTokens: false }),
    estimators: [],
    verdict: "Nothing can be said.",
  };
}
