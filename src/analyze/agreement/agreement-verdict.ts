/** One paragraph on what the agreement of all estimators says; computes no statistics. */
import { short } from "../fit/short-number.ts";
import type { Agreement, EstimatorAgreement } from "./agreement-finding.ts";

/** Above this share of one sign among the measured changes, agreeing signs are no achievement. */
const ONE_SIDED = 0.9;
/** A correlation from which a reader would expect a prediction. */
const STRONG_PEARSON = 0.5;
/** A prediction that explains less than this part of what the correlation promises has the wrong form. */
const KEPT_PROMISE = 0.5;

/**
 * Says which estimator predicts best, whether its sign holds, and which ones correlate without predicting.
 *
 * @param estimators - of one run.
 * @param y - measured change of the points.
 * @param noun - what a point is.
 */
export function agreementVerdict(
  estimators: readonly EstimatorAgreement[],
  y: Float64Array,
  noun: "step" | "update",
): string {
  const ranked = estimators
    .filter(({ agreement }) => Number.isFinite(agreement.r2))
    .toSorted((a, b) => b.agreement.r2 - a.agreement.r2);
  const [best] = ranked;
  if (estimators.length === 0) return "Nothing can be said: no estimator could be computed.";
  if (best === undefined) {
    return `Nothing can be said: no estimator has two ${noun}s with a measured change that differs.`;
  }
  return [
    bestSentence(best, ranked.length, noun),
    signSentence(best, y, noun),
    ...ranked.filter(breaksPromise).map(promiseSentence),
  ].join(" ");
}

function bestSentence(
  { estimator, agreement }: EstimatorAgreement,
  count: number,
  noun: string,
): string {
  const { n, r2, slope, ci95 } = agreement;
  const numbers = `R² ${short(r2)}${interval(ci95.r2)} over ${n} ${noun}s, Pearson ${short(agreement.pearson)}`;
  const direction = slope < 0 ? "; its slope is negative, so it points the wrong way" : "";
  const clear = ci95.r2 !== undefined && ci95.r2[0] > 0;
  if (r2 <= 0) {
    return `No estimator predicts the measured change better than its mean does; the best is ${estimator} (${numbers})${direction}.`;
  }
  const doubt = clear ? "" : ", which is not clearly better than the mean change";
  const lead =
    count > 1 ? `Of ${count} estimators, ${estimator} predicts best` : `${estimator} predicts`;
  return `${lead} (${numbers})${doubt}${direction}.`;
}

function signSentence({ agreement }: EstimatorAgreement, y: Float64Array, noun: string): string {
  const { sign, ci95 } = agreement;
  const negative = y.filter((value) => value < 0).length / y.length;
  const usual = Math.max(negative, y.filter((value) => value > 0).length / y.length);
  const text = `Its sign is right at ${percent(sign)} of the ${noun}s`;
  if (usual >= ONE_SIDED) {
    const side = negative === usual ? "falls" : "rises";
    return `${text}, which says little, since entropy ${side} at ${percent(usual)} of them.`;
  }
  const holds = ci95.sign !== undefined && ci95.sign[0] > usual;
  return `${text}${interval(ci95.sign)}, ${holds ? "more" : "not clearly more"} than the ${percent(usual)} that always guessing the commoner sign gives.`;
}

function breaksPromise({ agreement }: EstimatorAgreement): boolean {
  const { pearson, r2 } = agreement;
  return Math.abs(pearson) >= STRONG_PEARSON && r2 < KEPT_PROMISE * pearson ** 2;
}

const promiseSentence = ({ estimator, agreement }: EstimatorAgreement): string =>
  `Beware of ${estimator}: its correlation (Pearson ${short(agreement.pearson)}) is not matched by its predictions (R² ${short(agreement.r2)}), as happens with a wrong form.`;

const interval = (ends: Agreement["ci95"]["r2"]): string =>
  ends === undefined ? "" : ` [${short(ends[0])}, ${short(ends[1])}]`;

const percent = (share: number): string => `${short(100 * share)} %`;
