/** Puts the gates together into one answer, in words fit to be quoted alone; computes no statistic of its own. */
import type { DetrendedSlope } from "./detrended.ts";
import { IDENTIFYING_F } from "./instrumental-line.ts";
import type { Estimate } from "./result.ts";

/** Names of the rules, in the order in which they are reported. */
export type GateName =
  | "length"
  | "regime"
  | "identified"
  | "slope"
  | "fit"
  | "stable"
  | "detrended"
  | "spread"
  | "undisturbed";

/** One rule of the verdict: what was required, what was found. */
export interface Gate {
  readonly name: GateName;
  readonly passed: boolean;
  /** A sentence with the numbers, such as `first-stage F = 42.1, must be at least 10`. */
  readonly detail: string;
}

/** The answer to "does the law hold here?". */
export interface Verdict {
  readonly holds: "yes" | "weak" | "no";
  /** Why `no`: evidence against, entropy outside where the law can speak, or not enough information. */
  readonly kind: "supported" | "consistent" | "contradicted" | "outside-regime" | "not-identified";
  /** The verdict in words, fit to be quoted alone. */
  readonly sentence: string;
  /** What a reader can check: ranges, signs and comparisons with their numbers. They do not decide. */
  readonly reasons: readonly string[];
  /** What decides. */
  readonly gates: readonly Gate[];
}

/** What {@link decideVerdict} decides from. */
export interface VerdictEvidence {
  readonly gates: readonly Gate[];
  /** Slope of the law over the whole run; undefined if it could not be estimated. */
  readonly a: Estimate | undefined;
  readonly detrended: readonly DetrendedSlope[];
  /** What speaks against the law, weightiest first; it counts only where a basic gate fails. */
  readonly contradictions: readonly string[];
  readonly reasons: readonly string[];
}

/** Without all of these the law is not even consistent with the run. */
const BASIC_GATES: ReadonlySet<GateName> = new Set([
  "length",
  "regime",
  "identified",
  "slope",
  "fit",
  "stable",
]);

type Words = Pick<Verdict, "holds" | "kind" | "sentence">;

const SUPPORTED: Words = {
  holds: "yes",
  kind: "supported",
  sentence:
    "supported against rivals: reward follows entropy also beyond any smooth trend of step, in several parts of the run",
};
const OUTSIDE_REGIME: Words = {
  holds: "no",
  kind: "outside-regime",
  sentence:
    "outside the regime: entropy rose far above its start, where the law makes no claim; this is not evidence against the law",
};
const NOT_IDENTIFIED: Words = {
  holds: "no",
  kind: "not-identified",
  sentence:
    "not identified: this run does not have the information to tell; that is not evidence against the law",
};

/** Whether the departures from the trend clearly carry less than half of the slope. */
function fastMovementsDisagree({ a, detrended }: VerdictEvidence): boolean {
  if (a === undefined) return false;
  return detrended.some(({ a: { ci95 }, firstStageF }) => {
    const precise = firstStageF >= IDENTIFYING_F && ci95[1] - ci95[0] <= a.value;
    return precise && ci95[1] < a.value / 2;
  });
}

/** The words of `weak`, by what kept the run from `yes`. */
function consistent(evidence: VerdictEvidence, failed: ReadonlySet<GateName>): Words {
  const words = (sentence: string): Words => ({ holds: "weak", kind: "consistent", sentence });
  if (fastMovementsDisagree(evidence)) {
    return words(
      "consistent with the law as a trend; the faster entropy movements do NOT carry to reward",
    );
  }
  if (failed.has("detrended")) {
    return words("consistent with the law; one run cannot separate it from a common trend");
  }
  if (failed.has("spread")) {
    return words("consistent with the law; the detrended evidence rests on one episode");
  }
  return words(
    "consistent with the law; an intervention during the run may have moved entropy and reward together",
  );
}

/** The words of `no` when the run had the power to see the law and did not. */
function contradicted(why: string): Words {
  return { holds: "no", kind: "contradicted", sentence: `contradicted: ${why}` };
}

/**
 * The verdict. `yes` is a statement about association within the run; it never says that entropy causes reward.
 *
 * **Details** All gates pass: `yes`. All but `detrended`, `spread` and `undisturbed`: `weak`. Otherwise `no`, with the
 * kind of no. "Not identified" must never be shortened to "the law fails".
 */
export function decideVerdict(evidence: VerdictEvidence): Verdict {
  const { gates, reasons } = evidence;
  const failed = new Set(gates.filter(({ passed }) => !passed).map(({ name }) => name));
  return { ...decideWords(evidence, failed), reasons, gates };
}

function decideWords(evidence: VerdictEvidence, failed: ReadonlySet<GateName>): Words {
  if (failed.size === 0) return SUPPORTED;
  if (![...failed].some((name) => BASIC_GATES.has(name))) return consistent(evidence, failed);
  const [against] = evidence.contradictions;
  if (against !== undefined) return contradicted(against);
  return failed.has("regime") ? OUTSIDE_REGIME : NOT_IDENTIFIED;
}
