/** One cell of the first-order table over many seeds, and how far it is from the reference; prints nothing. */
import type { AgreementStatistics } from "../../src/analyze/agreement/agreement-finding.ts";
import { agreementStatistics } from "../../src/analyze/agreement/agreement-statistics.ts";
import { dot, mean, variance } from "../../src/analyze/fit/moments.ts";
import { FIRST_ORDER_FORMS } from "../../src/analyze/theory/first-order-forms.ts";
import { LOGIT_STEPS } from "../../src/analyze/theory/logit-steps.ts";
import { exactChange } from "../../src/analyze/theory/softmax-state.ts";
import { makeRng } from "../../src/base/random.ts";
import type { Cell } from "./cells.ts";
import { drawProblem } from "./draw-problem.ts";

/** How much is simulated. */
export interface Effort {
  /** States pooled in one agreement. */
  readonly states: number;
  /** Independent repetitions, at least 2. */
  readonly seeds: number;
  /** The first of the seeds. */
  readonly firstSeed?: number;
}

/** A statistic over seeds. */
export interface Spread {
  readonly centre: number;
  /** Standard deviation of one seed's value. */
  readonly deviation: number;
}

/** Statistics that the reference has. */
export const COMPARED = ["pearson", "sign", "r2"] as const;

/** What was found for a cell. */
export interface CellResult {
  /** `r2` is of the prediction as it stands, `slope` is least squares through the origin. */
  readonly spreads: Readonly<Record<keyof AgreementStatistics, Spread>>;
  /** Distances from the reference in standard deviations, in the order of {@link COMPARED}. */
  readonly distances: readonly number[];
}

/** Half a unit of the reference's last digit. */
const ROUNDING = 0.0005;

/** One seed's agreement between prediction and truth. The size of the step is known, so that R² is at slope 1. */
function agreement({ form, length }: Cell, states: number, seed: number): AgreementStatistics {
  const { rate, step } = FIRST_ORDER_FORMS[form];
  const rng = makeRng(seed, `${form} ${length}`);
  const predicted = new Float64Array(states);
  const exact = new Float64Array(states);
  for (let k = 0; k < states; k += 1) {
    const problem = drawProblem(step, rng);
    predicted[k] = length * rate(problem);
    exact[k] = exactChange(problem.state, LOGIT_STEPS[step](problem), length);
  }
  const errors = exact.map((value, k) => value - predicted[k]!);
  const r2 = 1 - dot(errors, errors) / states / variance(exact);
  return { ...agreementStatistics(predicted, exact), r2 };
}

/** Measures a cell. */
export function measureCell(cell: Cell, { states, seeds, firstSeed = 0 }: Effort): CellResult {
  const replicates = Array.from({ length: seeds }, (_, k) =>
    agreement(cell, states, firstSeed + k),
  );
  const spread = (name: keyof AgreementStatistics): Spread => {
    const found = Float64Array.from(replicates, (one) => one[name]);
    return { centre: mean(found), deviation: Math.sqrt(variance(found, 1)) };
  };
  const spreads = {
    n: spread("n"),
    pearson: spread("pearson"),
    spearman: spread("spearman"),
    sign: spread("sign"),
    slope: spread("slope"),
    r2: spread("r2"),
  };
  const distances = COMPARED.map((name, k) => {
    const { centre, deviation } = spreads[name];
    const off = Math.max(0, Math.abs(centre - cell.reference[k]!) - ROUNDING);
    return off === 0 ? 0 : off / deviation;
  });
  return { spreads, distances };
}
