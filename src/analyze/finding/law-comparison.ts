/** Which of the laws describes this run best, by information criteria? */
import { cleanSeries } from "../fit/clean-series.ts";
import { fitLaw } from "../fit/fit-law.ts";
import { laws } from "../fit/laws.ts";
import type { LawFit, LawKind } from "../fit/result.ts";
import type { LawInput } from "./law-input.ts";

export interface LawComparisonFinding {
  readonly question: "law-comparison";
  readonly log: string;
  /** Solved fits sorted by AICc, best first; deltaAicc is relative to the best. */
  readonly rows: ReadonlyArray<{
    readonly law: string;
    /** What the law takes as x: `entropy` or `step`. */
    readonly x: string;
    readonly fit: LawFit;
    readonly deltaAicc: number | undefined;
    /** [n] fitted values by step, for the chart; undefined where degenerate. */
    readonly fitted: Float64Array | undefined;
  }>;
  readonly step: Float64Array;
  readonly reward: Float64Array;
  readonly notes: readonly string[];
}

const COMPARED: readonly LawKind[] = ["entropy", "linear", "sigmoid", "power", "constant"];

const NOTES = [
  "All laws are fitted by least squares to the same rewards, so that their criteria can be compared; the entropy law's own numbers come from another method, which allows for noise in entropy.",
  "Laws in step pay nothing for noise in their x, laws in entropy do: a smaller AICc of a law in step is no evidence that entropy does not matter.",
];

/** Fits every law to the same points by least squares and ranks them by AICc. */
export function findLawComparison(input: LawInput): LawComparisonFinding {
  const { step, entropy, reward } = cleanSeries(input.step, input.entropy, input.reward);
  const progress = step.map((value) => value + 1);
  const fits = COMPARED.map((law) => {
    const { x, isLinear } = laws[law];
    const method = isLinear ? "ols" : "lm";
    return { law, x, fit: fitLaw(law, x === "step" ? progress : entropy, reward, { method }) };
  });
  const aicc = (fit: LawFit): number =>
    fit.status === "degenerate" ? Number.POSITIVE_INFINITY : fit.goodness.aicc;
  const best = Math.min(...fits.map(({ fit }) => aicc(fit)));
  const rows = fits
    .toSorted((one, other) => aicc(one.fit) - aicc(other.fit))
    .map(({ law, x, fit }) => ({
      law,
      x,
      fit,
      deltaAicc: fit.status === "degenerate" ? undefined : fit.goodness.aicc - best,
      fitted: fit.status === "degenerate" ? undefined : fit.fitted,
    }));
  return { question: "law-comparison", log: input.log, rows, step, reward, notes: NOTES };
}
