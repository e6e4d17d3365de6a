/** Findings of made-up runs, as the analysis would give them: plain least squares on seeded series; no claim of truth. */
import {
  type EntropyBudgetFinding,
  findEntropyBudget,
} from "../../src/analyze/finding/entropy-budget.ts";
import type { EntropyLawFinding, Verdict } from "../../src/analyze/finding/entropy-law.ts";
import type { LawComparisonFinding } from "../../src/analyze/finding/law-comparison.ts";
import type { PredictionFinding } from "../../src/analyze/finding/prediction.ts";
import type { WindowSensitivityFinding } from "../../src/analyze/finding/window-sensitivity.ts";
import type { DegenerateFit, Estimate, LawKind, SolvedFit } from "../../src/analyze/fit/result.ts";
import { makeRng } from "../../src/base/random.ts";

/** What a finding is made from; every field may be a hostile text in a test. */
export interface MadeUp {
  readonly log?: string;
  readonly steps?: number;
  readonly entropyColumn?: string;
  readonly rewardColumn?: string;
  readonly warnings?: readonly string[];
  readonly window?: readonly [number, number];
}

const A = 0.31;
const B = 1.16;
const T95 = 1.97;

const estimate = (value: number, se: number): Estimate => ({
  value,
  se,
  ci95: [value - T95 * se, value + T95 * se],
});

/** A run whose entropy decays from 1.1 to .08 nats and whose reward follows the law with noise. */
export function madeUpSeries(steps = 240) {
  const rng = makeRng(7, "findings");
  const step = Float64Array.from({ length: steps }, (_, i) => i);
  const entropy = step.map((i) => 0.08 + 1.02 * Math.exp((-4 * i) / steps) + 0.015 * rng.normal());
  const reward = entropy.map((h) => B - A * Math.exp(h) + 0.02 * rng.normal());
  return { step, entropy, reward };
}

function leastSquares(x: Float64Array, y: Float64Array): { slope: number; level: number } {
  const mean = (values: Float64Array): number =>
    values.reduce((sum, v) => sum + v, 0) / values.length;
  const [mx, my] = [mean(x), mean(y)];
  let top = 0;
  let bottom = 0;
  for (let i = 0; i < x.length; i += 1) {
    top += (x[i]! - mx) * (y[i]! - my);
    bottom += (x[i]! - mx) ** 2;
  }
  return { slope: top / bottom, level: my - (top / bottom) * mx };
}

function solved(law: LawKind, fitted: Float64Array, reward: Float64Array, k = 2): SolvedFit {
  const n = reward.length;
  const rss = reward.reduce((sum, value, i) => sum + (value - fitted[i]!) ** 2, 0);
  const aic = n * Math.log(rss / n) + 2 * (k + 1);
  return {
    status: "converged",
    law,
    method: law === "entropy" ? "iv" : "lm",
    n,
    parameters: { a: estimate(A + 0.004, 0.0061), b: estimate(B + 0.006, 0.0089) },
    covariance: new Float64Array(4),
    ceiling: estimate(B - A + 0.002, 0.0046),
    goodness: {
      r2: 0.962,
      rmse: Math.sqrt(rss / n),
      rss,
      aic,
      aicc: aic + 0.1,
      bic: aic + 4,
      durbinWatson: 1.914,
    },
    fitted,
    warnings: [],
  };
}

const verdicts: { readonly [K in Verdict["holds"]]: Verdict } = {
  yes: {
    holds: "yes",
    kind: "supported",
    sentence:
      "supported against rivals: reward follows entropy also beyond any smooth trend of step, in several parts of the run",
    reasons: [],
    gates: [
      { name: "identified", passed: true, detail: "first-stage F = 3120, must be at least 10" },
      {
        name: "detrended",
        passed: true,
        detail: "slope 0.29 [0.21, 0.37] beyond a trend with 8 splines",
      },
    ],
  },
  weak: {
    holds: "weak",
    kind: "consistent",
    sentence: "consistent with the law; one run cannot separate it from a common trend",
    reasons: ["the faster entropy movements are drowned in batch noise"],
    gates: [
      { name: "length", passed: true, detail: "n = 240, must be at least 50" },
      { name: "identified", passed: true, detail: "first-stage F = 3120, must be at least 10" },
      {
        name: "detrended",
        passed: false,
        detail: "first-stage F = 4.1 beyond a trend with 8 splines, must be at least 10",
      },
    ],
  },
  no: {
    holds: "no",
    kind: "contradicted",
    sentence:
      "contradicted: reward leaves b - a e^H slowly and by more than its noise (memory of block means 0.6)",
    reasons: ["the fit explains a third of the reward's trend"],
    gates: [
      { name: "length", passed: true, detail: "n = 240, must be at least 50" },
      { name: "fit", passed: false, detail: "R2 of the trend = 0.35, must be at least 0.8" },
    ],
  },
};

/** A finding with the verdict asked for. */
export function madeUpLaw(holds: Verdict["holds"] = "weak", made: MadeUp = {}): EntropyLawFinding {
  const raw = madeUpSeries(made.steps);
  const [from, to] = made.window ?? [0, raw.step.length];
  const inside = [...raw.step.keys()].filter((i) => raw.step[i]! >= from && raw.step[i]! <= to);
  const pick = (values: Float64Array): Float64Array => Float64Array.from(inside, (i) => values[i]!);
  const [step, entropy] = [pick(raw.step), pick(raw.entropy)];
  const rng = makeRng(8, "no");
  const reward =
    holds === "no"
      ? step.map((i) => 0.5 + 0.2 * Math.sin(i / 30) + 0.02 * rng.normal())
      : pick(raw.reward);
  const { slope, level } = leastSquares(entropy.map(Math.exp), reward);
  const grid = Float64Array.from({ length: 81 }, (_, i) => (i / 80) * Math.max(...entropy));
  const curve = grid.map((h) => level + slope * Math.exp(h));
  const doubt = grid.map((h) => 0.004 + 0.012 * Math.abs(h - 0.3));
  const fit = solved(
    "entropy",
    entropy.map((h) => level + slope * Math.exp(h)),
    reward,
  );
  return {
    question: "entropy-law",
    log: made.log ?? "runs/grpo-7b/verl.jsonl",
    choices: {
      entropyColumn: made.entropyColumn ?? "actor/entropy",
      rewardColumn: made.rewardColumn ?? "critic/score/mean",
      xColumn: undefined,
      smooth: 1,
      window: made.window,
      bootstrap: 0,
    },
    fit,
    verdict: verdicts[holds],
    ceilingBand: {
      low: 0.822,
      high: 0.901,
      bounded: true,
      forms: [
        { form: "exp(H)", ceiling: fit.ceiling!, deltaAic: 0 },
        { form: "quadratic in H", ceiling: estimate(0.861, 0.02), deltaAic: 1.2 },
      ],
    },
    crossChecks: [
      {
        label: "least squares, raw",
        fit: {
          ...fit,
          method: "ols",
          parameters: { a: estimate(0.301, 0.006), b: estimate(1.152, 0.009) },
        },
      },
      { label: "Deming", fit: { ...fit, method: "deming" } },
    ],
    series: {
      step,
      entropy,
      reward,
      rawStep: raw.step,
      rawEntropy: raw.entropy,
      rawReward: holds === "no" ? reward : raw.reward,
    },
    curve: {
      entropy: grid,
      reward: curve,
      low: curve.map((r, i) => r - doubt[i]!),
      high: curve.map((r, i) => r + doubt[i]!),
    },
    warnings: made.warnings ?? ["12 steps occur twice; the last row of each was kept"],
  };
}

/** A finding whose fit could not be made: nothing but a reason. */
export function madeUpDegenerate(made: MadeUp = {}): EntropyLawFinding {
  const explanation = "the entropy is 0.5 in all 40 rows; a slope needs entropy that varies";
  const fit: DegenerateFit = {
    status: "degenerate",
    law: "entropy",
    method: "iv",
    n: 40,
    reason: "constant-x",
    explanation,
  };
  const law = madeUpLaw("no", { ...made, steps: 40 });
  return {
    ...law,
    fit,
    curve: undefined,
    ceilingBand: undefined,
    crossChecks: [{ label: "least squares, raw", fit: { ...fit, method: "ols" } }],
    verdict: {
      holds: "no",
      kind: "not-identified",
      sentence: "not identified: this run cannot tell, which is no evidence against the law",
      reasons: [explanation],
      gates: [{ name: "length", passed: false, detail: "n = 40, must be at least 50" }],
    },
  };
}

/** A prediction of the last part of a run from its first 36 %. */
export function madeUpPrediction(
  status: PredictionFinding["status"] = "predicted",
  made: MadeUp = {},
): PredictionFinding {
  const { step, entropy, reward } = madeUpSeries(made.steps);
  const fitted = Math.floor(0.36 * step.length);
  const rest = step.subarray(fitted);
  const mean = entropy.subarray(fitted).map((h) => B - A * Math.exp(h) - 0.01);
  const isPredicted = status === "predicted";
  // A refused forecast still has its numbers; only a degenerate one has none.
  const hasNumbers = status !== "degenerate";
  return {
    question: "prediction",
    log: made.log ?? "runs/grpo-7b/verl.jsonl",
    fitted,
    predicted: rest.length,
    lastFittedStep: fitted - 1,
    status,
    reasons: isPredicted ? [] : ["first-stage F = 6.2 on the prefix, must be at least 10"],
    meansOver: 11,
    rmse: hasNumbers ? 0.0226 : undefined,
    baselineRmse: 0.1113,
    logLineRmse: 0.0518,
    finalError: hasNumbers ? -0.0121 : undefined,
    ceiling: hasNumbers ? estimate(0.841, 0.011) : undefined,
    beatsBaseline: hasNumbers ? true : undefined,
    bandCoverage: hasNumbers ? 0.97 : undefined,
    series: { step, entropy, reward },
    forecast: hasNumbers
      ? {
          step: rest,
          observed: reward.subarray(fitted),
          mean,
          low: mean.map((m) => m - 0.06),
          high: mean.map((m) => m + 0.06),
          baseline: 0.68,
        }
      : undefined,
  };
}

/** Six windows of one run. */
export function madeUpWindows(
  made: MadeUp & { readonly label?: string } = {},
): WindowSensitivityFinding {
  const row = (
    label: string,
    [from, to]: readonly [number, number],
    shift: number,
    se: number,
  ) => ({
    label,
    from,
    to,
    n: to - from + 1,
    a: estimate(A + shift, se),
    b: estimate(B + 1.1 * shift, 1.4 * se),
    ceiling: estimate(B - A + 0.1 * shift, 0.8 * se),
  });
  return {
    question: "window-sensitivity",
    log: made.log ?? "runs/grpo-7b/verl.jsonl",
    windows: [
      row(made.label ?? "all steps", [0, 239], 0, 0.006),
      row("first half", [0, 119], 0.012, 0.011),
      row("last half", [120, 239], -0.03, 0.04),
      row("without first 5 %", [12, 239], -0.004, 0.008),
    ],
    skipped: [{ label: "last quarter", reason: "entropy moves by 0.02 nats only" }],
  };
}

/** Five laws on one run, the sigmoid in steps ahead. */
export function madeUpComparison(
  made: MadeUp & { readonly law?: string } = {},
): LawComparisonFinding {
  const { step, entropy, reward } = madeUpSeries(made.steps);
  const curves: ReadonlyArray<readonly [LawKind, string, Float64Array]> = [
    ["sigmoid", "step", step.map((i) => 0.2 + 0.62 / (1 + (40 / (i + 1)) ** 1.1))],
    ["entropy", "entropy", entropy.map((h) => B - A * Math.exp(h))],
    ["linear", "entropy", entropy.map((h) => 0.86 - 0.52 * h)],
    ["power", "step", step.map((i) => 0.95 - 0.75 * (i + 1) ** -0.35)],
    ["constant", "entropy", reward.map(() => 0.65)],
  ];
  return {
    question: "law-comparison",
    log: made.log ?? "runs/grpo-7b/verl.jsonl",
    rows: curves.map(([law, x, fitted], i) => ({
      law: law === "entropy" ? (made.law ?? law) : law,
      x,
      fit: solved(law, fitted, reward),
      deltaAicc: [0, 12.31, 38.2, 71.9, 455][i],
      fitted,
    })),
    step,
    reward,
    notes: ["the law in entropy pays for noise in entropy, a curve in steps does not"],
  };
}

/** The budget of a made-up run: of one that spends its entropy, or of one whose reward is noise. */
export function madeUpBudget(
  made: MadeUp = {},
  { isGaining = true }: { readonly isGaining?: boolean } = {},
): EntropyBudgetFinding {
  const { step, entropy, reward } = madeUpSeries(made.steps);
  const noise = makeRng(9, "no gain");
  return findEntropyBudget(
    {
      log: made.log ?? "runs/grpo-7b/verl.jsonl",
      entropyColumn: made.entropyColumn ?? "actor/entropy",
      rewardColumn: made.rewardColumn ?? "critic/score/mean",
      progressColumn: undefined,
      step,
      entropy,
      reward: isGaining ? reward : reward.map(() => 0.5 + 0.02 * noise.normal()),
      progress: step.map((value) => value + 1),
    },
    { replicates: 100 },
  );
}
