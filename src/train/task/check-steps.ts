/** Judges a response that writes one state after another; knows neither what a state is nor how one follows another. */
import { quote } from "./quote.ts";
import type { Verdict } from "./task.ts";

/** What a response must write. */
export interface ExpectedSteps {
  /** How many states. */
  readonly count: number;
  /** The state before the first step. */
  readonly start: string;
  /** The state after all steps. */
  readonly end: string;
  /** What a state looks like. */
  readonly form: RegExp;
  /** The same in words. */
  readonly formInWords: string;
  /** The state that step `index`, from 0, makes of a state of the right form. */
  readonly next: (state: string, index: number) => string;
  /** What step `index` does to a state, in words. */
  readonly describe: (state: string, index: number) => string;
}

/**
 * Judges states separated by `;`, each against the state written before it.
 *
 * **Details** Parts: `format` (0 or 1: as many states as steps, each of the right form), `steps` (share of the steps
 * that follow from the state before), `answer` (0 or 1: the last state). The reward is 1 if every step is right.
 */
export function checkSteps(response: string, expected: ExpectedSteps): Verdict {
  const states = response.split(";");
  const malformed = formFault(states, expected);
  if (malformed !== undefined) {
    return { reward: 0, parts: { format: 0, steps: 0, answer: 0 }, failure: malformed };
  }
  let before = expected.start;
  let right = 0;
  let failure: string | undefined;
  for (const [index, state] of states.entries()) {
    const truth = expected.next(before, index);
    if (state === truth) right += 1;
    else {
      failure ??= `step ${index + 1}: ${expected.describe(before, index)} is ${truth}, not ${state}`;
    }
    before = state;
  }
  const parts = {
    format: 1,
    steps: right / expected.count,
    answer: before === expected.end ? 1 : 0,
  };
  return { reward: failure === undefined ? 1 : 0, parts, failure };
}

function formFault(
  states: readonly string[],
  { count, form, formInWords }: ExpectedSteps,
): string | undefined {
  for (const [index, state] of states.entries()) {
    if (!form.test(state)) return `step ${index + 1}: must be ${formInWords}, got ${quote(state)}`;
  }
  return states.length === count
    ? undefined
    : `must show ${count} ${count === 1 ? "step" : "steps"}, got ${states.length}`;
}
