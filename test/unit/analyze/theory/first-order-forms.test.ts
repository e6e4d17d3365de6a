/** What every first-order formula must obey on exact softmax states, and how the formulas hang together. */
import { describe, expect, test } from "vitest";
import { covarianceUnder, meanUnder } from "../../../../src/analyze/theory/covariance-under.ts";
import {
  discriminators,
  firstOrderChange,
} from "../../../../src/analyze/theory/first-order-change.ts";
import {
  FIRST_ORDER_FORMS,
  type FirstOrderForm,
  type FirstOrderKind,
} from "../../../../src/analyze/theory/first-order-forms.ts";
import { type BanditProblem, LOGIT_STEPS } from "../../../../src/analyze/theory/logit-steps.ts";
import { exactChange, softmaxState } from "../../../../src/analyze/theory/softmax-state.ts";
import { makeRng } from "../../../../src/base/random.ts";
import { ACTION_COUNTS, randomProblem } from "./random-problem.ts";

const forms = Object.entries(FIRST_ORDER_FORMS) as [FirstOrderKind, FirstOrderForm][];
const cases = forms.flatMap(([kind, form]) =>
  ACTION_COUNTS.map((actions) => ({ kind, form, actions })),
);
/** The formulas that are theorems. The others are expected to lack something. */
const THEOREMS: readonly FirstOrderKind[] = ["pg", "npg", "polarity"];

function problemsOf(actions: number, count = 200): BanditProblem[] {
  const rng = makeRng(actions, "problems");
  return Array.from({ length: count }, () => randomProblem(actions, rng));
}

const rms = (values: readonly number[]): number =>
  Math.sqrt(values.reduce((sum, value) => sum + value ** 2, 0) / values.length);

/** Error of the prediction at length η, divided by η. */
function error(form: FirstOrderForm, problem: BanditProblem, length: number): number {
  const step = LOGIT_STEPS[form.step](problem);
  return exactChange(problem.state, step, length) / length - form.rate(problem);
}

describe.each(cases)("$kind with $actions actions", ({ kind, form, actions }) => {
  const problems = problemsOf(actions);

  test("is, with what it lacks, Lemma 1 on its own step", () => {
    for (const problem of problems) {
      const { state } = problem;
      const lemma = firstOrderChange(state, LOGIT_STEPS[form.step](problem));
      expect(form.rate(problem) + form.missing(problem)).toBeCloseTo(lemma, 12);
    }
  });

  test("has an error over η, beyond what it lacks, that halves when η does", () => {
    const left = (length: number): number =>
      rms(problems.map((problem) => error(form, problem, length) - form.missing(problem)));
    for (const length of [4e-3, 2e-3]) {
      const order = Math.log2(left(length) / left(length / 2));
      expect(order).toBeGreaterThan(0.9);
      expect(order).toBeLessThan(1.1);
    }
  });

  test(`${THEOREMS.includes(kind) ? "needs nothing more: its own error vanishes with η" : "keeps an error that no small step takes away"}`, () => {
    const errors = [2e-3, 1e-3, 5e-4].map((length) =>
      rms(problems.map((problem) => error(form, problem, length))),
    );
    const orders = [Math.log2(errors[0]! / errors[1]!), Math.log2(errors[1]! / errors[2]!)];
    for (const order of orders) {
      if (THEOREMS.includes(kind)) expect(Math.abs(order - 1)).toBeLessThan(0.1);
      else expect(Math.abs(order)).toBeLessThan(0.1);
    }
  });
});

describe.each(ACTION_COUNTS)("with %i actions", (actions) => {
  const problems = problemsOf(actions, 50);
  const { pg, "pg-uncentred": uncentred, npg, polarity, discriminator } = FIRST_ORDER_FORMS;
  const overActions = (problem: BanditProblem, form: FirstOrderForm): number =>
    meanUnder(
      problem.state.p,
      problem.state.p.map((_, action) => form.rate({ ...problem, action })),
    );
  const centred = (problem: BanditProblem): BanditProblem => {
    const centre = meanUnder(problem.state.p, problem.advantage);
    return { ...problem, advantage: problem.advantage.map((a) => a - centre) };
  };

  test("polarity averaged over sampled actions is the policy-gradient form, whatever the mean of A", () => {
    for (const problem of problems) {
      expect(overActions(problem, polarity)).toBeCloseTo(pg.rate(problem), 12);
    }
  });

  test("the discriminator averages to it only for A centred under p", () => {
    for (const problem of problems) {
      const balanced = centred(problem);
      expect(overActions(balanced, discriminator)).toBeCloseTo(pg.rate(balanced), 12);
      const { state, advantage } = problem;
      const lacks = meanUnder(state.p, advantage) * meanUnder(state.p, discriminators(state));
      expect(pg.rate(problem) - overActions(problem, discriminator)).toBeCloseTo(lacks, 12);
    }
  });

  test("the discriminator lacks exactly A_a E_p S for every sampled action", () => {
    for (const problem of problems) {
      const { state, advantage, action } = problem;
      const lacks = advantage[action]! * meanUnder(state.p, discriminators(state));
      expect(polarity.rate(problem) - discriminator.rate(problem)).toBeCloseTo(lacks, 12);
    }
  });

  test("a constant added to A changes neither theorem, and does change the uncentred form", () => {
    for (const problem of problems) {
      const shifted = { ...problem, advantage: problem.advantage.map((a) => a + 5) };
      expect(pg.rate(shifted)).toBeCloseTo(pg.rate(problem), 10);
      expect(npg.rate(shifted)).toBeCloseTo(npg.rate(problem), 10);
      const { p, logP } = problem.state;
      expect(uncentred.rate(shifted) - uncentred.rate(problem)).toBeCloseTo(
        -5 * covarianceUnder(p, logP, p),
        10,
      );
    }
  });

  test("the plain step is the Fisher matrix times the natural one", () => {
    for (const problem of problems) {
      const natural = LOGIT_STEPS["natural-gradient"](problem);
      const { p } = problem.state;
      const centre = meanUnder(p, natural); // (diag p − p pᵀ) x = p (x − E_p x)
      LOGIT_STEPS["policy-gradient"](problem).forEach((value, k) =>
        expect(value).toBeCloseTo(p[k]! * (natural[k]! - centre), 13),
      );
    }
  });

  test("the plain step is the gradient of E_p A, by central differences", () => {
    const h = 1e-5;
    for (const { state, advantage, action } of problems.slice(0, 5)) {
      const worth = (logits: Float64Array): number => {
        const weights = logits.map(Math.exp);
        const total = weights.reduce((sum, w) => sum + w, 0);
        return weights.reduce((sum, w, k) => sum + (w / total) * advantage[k]!, 0);
      };
      const step = LOGIT_STEPS["policy-gradient"]({ state, advantage, action });
      step.forEach((value, k) => {
        const moved = (by: number): Float64Array =>
          state.logits.map((z, j) => (j === k ? z + by : z));
        const slope = (worth(moved(h)) - worth(moved(-h))) / (2 * h);
        expect(value).toBeCloseTo(slope, 8);
      });
    }
  });

  test("the plain step is the mean of the sampled one over actions", () => {
    for (const problem of problems.slice(0, 5)) {
      const expected = LOGIT_STEPS["policy-gradient"](problem);
      const mean = new Float64Array(actions);
      problem.state.p.forEach((p, action) => {
        LOGIT_STEPS["sampled-token"]({ ...problem, action }).forEach((value, k) => {
          mean[k]! += p * value;
        });
      });
      mean.forEach((value, k) => expect(value).toBeCloseTo(expected[k]!, 13));
    }
  });

  test("natural and plain form agree in a uniform policy up to a factor K", () => {
    for (const { advantage, action } of problems) {
      const logits = new Float64Array(actions);
      logits[0] = 1e-6; // beside the uniform one, where both are 0
      const problem = { state: softmaxState(logits), advantage, action };
      expect(npg.rate(problem) / pg.rate(problem)).toBeCloseTo(actions, 2);
    }
  });
});
