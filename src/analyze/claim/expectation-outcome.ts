/** Whether runs bear out what a paper reports of arms: an order, likeness, a difference; knows no kind of claim. */
import { type Expectation, relationOf } from "../../config/sweep-claims.ts";
import { type MeanDifference, meanDifference, type RunValue } from "../compare/arm-difference.ts";
import { holm } from "../compare/holm.ts";

/** How it went: borne out, contradicted, or neither. For arms said to be alike there is no bearing out, only no difference. */
type OutcomeKind = "borne-out" | "contradicted" | "open";

/** One difference that was looked at. */
export interface OutcomeStep {
  /** From the arm that should have less. */
  readonly from: string;
  readonly to: string;
  /** Second less first, by pairs of one seed where there are any; undefined where an arm has no number. */
  readonly difference: MeanDifference | undefined;
}

/** An expectation, and what became of it. */
export interface ExpectationOutcome {
  readonly expectation: Expectation;
  readonly outcome: OutcomeKind;
  /**
   * Of an order: from its first arm to its last, then from each to the next. Otherwise from the first arm to each other.
   */
  readonly steps: readonly OutcomeStep[];
}

const LEVEL = 0.05;

/**
 * Judges an expectation.
 *
 * **Details** An order is borne out if its last arm is above its first by a 95 % interval over seeds and the means of all stand in
 * it; contradicted if the last is below the first by one, or an arm is below the one before it with p < .05 after Holm's
 * correction over these steps. Arms differ if one differs from the first with p < .05 after the same correction: that contradicts
 * that they are alike, and bears out that they are not. Otherwise the matter is open, since no test shows likeness.
 *
 * @param values - of an arm's runs; none where it has not run.
 */
export function judgeExpectation(
  expectation: Expectation,
  values: (arm: string) => readonly RunValue[],
): ExpectationOutcome {
  const [relation, arms] = relationOf(expectation);
  const step = (from: string, to: string): OutcomeStep => ({
    from,
    to,
    difference: meanDifference(values(to), values(from)),
  });
  const [first = "", ...others] = arms;
  if (relation !== "rises") {
    const steps = others.map((other) => step(first, other));
    const found = relation === "differ" ? "borne-out" : "contradicted";
    return { expectation, outcome: clearSteps(steps).length > 0 ? found : "open", steps };
  }
  const whole = step(first, others.at(-1) ?? first);
  const between = arms.slice(1).map((arm, i) => step(arms[i]!, arm));
  return {
    expectation,
    outcome: outcomeOf(whole, between),
    steps: between.length > 1 ? [whole, ...between] : [whole],
  };
}

function outcomeOf(whole: OutcomeStep, between: readonly OutcomeStep[]): OutcomeKind {
  const turns = between.filter(({ difference }) => (difference?.value ?? Number.NaN) < 0);
  if (isClear(whole, -1) || clearSteps(between).some((one) => turns.includes(one))) {
    return "contradicted";
  }
  const isOrdered =
    turns.length === 0 && between.every(({ difference }) => difference !== undefined);
  return isClear(whole, 1) && isOrdered ? "borne-out" : "open";
}

/** Those that are not 0 by p < .05 after Holm's correction. */
function clearSteps(steps: readonly OutcomeStep[]): OutcomeStep[] {
  const corrected = holm(steps.map(({ difference }) => difference?.p));
  return steps.filter((_, i) => (corrected[i] ?? 1) < LEVEL);
}

/** Whether the difference is on one side of 0 by its 95 % interval. */
const isClear = ({ difference }: OutcomeStep, side: 1 | -1): boolean =>
  difference?.ci95 !== undefined && difference.ci95.every((end) => side * end > 0);
