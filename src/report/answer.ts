/** The answer in three sentences: does the law hold, what does it promise, what to do; computes only the distance to go. */
import type { EntropyLawFinding, Verdict } from "../analyze/finding/entropy-law.ts";
import { endMeans } from "./end-means.ts";
import { statedCeiling, whyNot } from "./chart/describe-fit.ts";
import { formatInterval, formatNumber } from "./format-number.ts";

/** Three sentences that can be read without a chart, in this order. */
export interface Answer {
  readonly verdict: string;
  readonly ceiling: string;
  readonly advice: string;
}

const advice: { readonly [K in Verdict["kind"]]: string } = {
  supported:
    "This is a statement about association within one run: to show that entropy limits reward, steer entropy differently in a second run from the same start and compare.",
  consistent:
    "Any run whose entropy falls while its reward rises looks like this; to decide, run at least two arms from one start that steer entropy differently, and compare them.",
  contradicted:
    "Do not extrapolate this run; the residuals show where the law breaks, and the windows whether a part of the run obeys it.",
  "outside-regime":
    "The law speaks of runs that spend their entropy, and here it grew; fit the part before that with --window, or ask why it grew.",
  "not-identified":
    "This is no evidence against the law: to find out, log more steps over which entropy moves, or reduce the noise of a step with larger batches.",
};

/** Why a `no` comes without a ceiling. A run that cannot tell is not a run that speaks against the law. */
const withoutCeiling: { readonly [K in Verdict["kind"]]: string } = {
  supported: "no ceiling could be computed",
  consistent: "no ceiling could be computed",
  contradicted: "the law does not hold here",
  "outside-regime": "the law makes no claim about this run",
  "not-identified": "this run cannot tell one",
};

/** Says of a finding what its reader came for. */
export function answerOf(finding: EntropyLawFinding): Answer {
  const { verdict } = finding;
  return {
    verdict: `Does the law hold? ${capital(verdict.holds)}: ${withoutStop(verdict.sentence)}.`,
    ceiling: ceilingSentence(finding),
    advice: advice[verdict.kind],
  };
}

function ceilingSentence(finding: EntropyLawFinding): string {
  const ceiling = statedCeiling(finding);
  if (ceiling === undefined) {
    const { kind } = finding.verdict;
    // The verdict's own sentence has just said what contradicts the law.
    const why = kind === "contradicted" ? "" : `: ${withoutStop(whyNot(finding))}`;
    return `No ceiling is stated, since ${withoutCeiling[kind]}${why}.`;
  }
  const { value, se, ci95 } = ceiling;
  const promise = `Under the law the reward at zero entropy is ${formatNumber(value, se)}, 95 % interval ${formatInterval(ci95, se)}, n = ${finding.fit.n}`;
  return `${promise}; ${distance(finding.series.reward, value, se)}${formDoubt(finding)}.`;
}

/** How far the end of the run is from the ceiling. */
function distance(reward: Float64Array, ceiling: number, se: number): string {
  const [, last] = endMeans(reward);
  const gap = ceiling - last;
  const side = gap >= 0 ? "below" : "above";
  return `the last tenth of the run averaged ${formatNumber(last, se)}, ${formatNumber(Math.abs(gap), se)} ${side} it`;
}

function formDoubt({ ceilingBand }: EntropyLawFinding): string {
  if (ceilingBand === undefined) return "";
  const { low, high, bounded, forms } = ceilingBand;
  if (!bounded)
    return `; over the ${forms.length} forms of the law that this run allows, the ceiling is not bounded`;
  const quarter = (high - low) / 4;
  return `; over the ${forms.length} forms of the law that this run allows, the ceiling lies in ${formatInterval([low, high], quarter)}`;
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
const withoutStop = (text: string): string => text.replace(/[.\s]+$/, "");
