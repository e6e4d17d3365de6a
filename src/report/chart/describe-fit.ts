/** The words that charts and the page share about an entropy-law finding: method line, verdict line; draws nothing. */
import { laws } from "../../analyze/fit/laws.ts";
import type { EntropyLawFinding, Verdict } from "../../analyze/finding/entropy-law.ts";
import type { Estimate } from "../../analyze/fit/result.ts";
import { formatEstimate, formatNumber } from "../format-number.ts";
import { methodWords } from "../method-words.ts";

/** What a verdict is called in one line. */
export const verdictWords: { readonly [K in Verdict["kind"]]: string } = {
  supported: "The law holds here",
  consistent: "Consistent with the law, not proven",
  contradicted: "The law is contradicted",
  "outside-regime": "Outside the law's regime",
  "not-identified": "Not identified by this run",
};

/** Law, method, n, steps and smoothing, such as `R = -a e^H + b by least squares; n = 300, steps 0 to 299; no smoothing`. */
export function methodLine({ fit, series, choices }: EntropyLawFinding): string {
  const { step } = series;
  const range =
    step.length === 0 ? "" : `, steps ${formatNumber(step[0])} to ${formatNumber(step.at(-1))}`;
  const smoothing =
    choices.smooth > 1 ? `centred mean over ${choices.smooth} steps` : "no smoothing";
  return `${laws[fit.law].formula} by ${methodWords[fit.method].name}; n = ${fit.n}${range}; ${smoothing}`;
}

/** The takeaway: the ceiling where the law may be used, the reason where it may not. */
export function verdictLine(finding: EntropyLawFinding): string {
  const { verdict } = finding;
  const words = verdictWords[verdict.kind];
  const ceiling = statedCeiling(finding);
  if (ceiling === undefined) return `${words}: ${whyNot(finding)}`;
  return `${words}: ceiling ${formatEstimate(ceiling)}${verdict.holds === "weak" ? " if it holds" : ""}`;
}

/** Why the law may not be used here, as a clause with its numbers: the cause of this kind of `no`, not just any failed gate. */
export function whyNot({ fit, verdict }: EntropyLawFinding): string {
  const { kind, sentence, gates } = verdict;
  if (fit.status === "degenerate") return fit.explanation;
  if (kind === "contradicted") return sentence.replace(/^contradicted: /, "");
  const failed = gates.filter(({ passed }) => !passed);
  const cause =
    kind === "outside-regime" ? failed.find(({ name }) => name === "regime") : failed[0];
  return cause?.detail ?? sentence;
}

/** The ceiling, where the finding may promise one: a law that does not hold has none, whatever its numbers. */
export function statedCeiling({ verdict, fit }: EntropyLawFinding): Estimate | undefined {
  return verdict.holds === "no" || fit.status === "degenerate" ? undefined : fit.ceiling;
}
