/** The law of total covariance on batches of states, and which part of it moves entropy. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { covarianceUnder, meanUnder } from "../../../../src/analyze/theory/covariance-under.ts";
import { FIRST_ORDER_FORMS } from "../../../../src/analyze/theory/first-order-forms.ts";
import { type BanditProblem, LOGIT_STEPS } from "../../../../src/analyze/theory/logit-steps.ts";
import { exactChange } from "../../../../src/analyze/theory/softmax-state.ts";
import { totalCovariance } from "../../../../src/analyze/theory/total-covariance.ts";
import { makeRng } from "../../../../src/base/random.ts";
import { randomProblem } from "./random-problem.ts";

const value = fc.double({ min: -5, max: 5, noNaN: true });
const batch = fc.array(fc.tuple(value, value, fc.integer({ min: 0, max: 4 })), {
  minLength: 1,
  maxLength: 40,
});

/** Cov(x, y) as E[x y] − E[x] E[y], another formula than the one under test. */
function productForm(rows: readonly (readonly [number, number, number])[]): number {
  const mean = (of: (row: readonly [number, number, number]) => number): number =>
    rows.reduce((sum, row) => sum + of(row), 0) / rows.length;
  return mean(([x, y]) => x * y) - mean(([x]) => x) * mean(([, y]) => y);
}

const split = (rows: readonly (readonly [number, number, number])[]) =>
  totalCovariance(
    Float64Array.from(rows, ([x]) => x),
    Float64Array.from(rows, ([, y]) => y),
    rows.map(([, , group]) => group),
  );

describe("the covariance of a batch", () => {
  test("is the sum of its parts, which are the covariances inside groups and of their means", () => {
    fc.assert(
      fc.property(batch, (rows) => {
        const { total, within, between } = split(rows);
        const groups = [...Map.groupBy(rows, ([, , group]) => group).values()];
        const inside = groups.reduce(
          (sum, own) => sum + (own.length / rows.length) * productForm(own),
          0,
        );
        expect(total).toBeCloseTo(productForm(rows), 9);
        expect(within).toBeCloseTo(inside, 9);
        expect(within + between).toBeCloseTo(total, 9);
      }),
    );
  });

  test("is all within for one group and all between for groups of one", () => {
    const rows = [
      [1, 2, 0],
      [3, 5, 0],
      [4, 1, 0],
    ] as const;
    expect(split(rows).between).toBeCloseTo(0, 14);
    expect(split(rows.map(([x, y], at) => [x, y, at] as const)).within).toBeCloseTo(0, 14);
  });

  test("refuses columns of different lengths", () => {
    expect(() => totalCovariance(new Float64Array(2), new Float64Array(2), [1])).toThrow(
      "got 2, 2 and 1",
    );
  });
});

/** States visited equally often, each action as often as the policy takes it: sums over the exact distribution. */
interface Visits {
  readonly problems: readonly BanditProblem[];
  readonly within: number;
  readonly between: number;
}

/** Exact parts of the batch covariance of log p and A over states and actions. */
function exactParts(problems: readonly BanditProblem[]): Visits {
  const mean = (values: readonly number[]): number =>
    values.reduce((sum, one) => sum + one, 0) / values.length;
  const within = mean(
    problems.map(({ state, advantage }) => covarianceUnder(state.p, state.logP, advantage)),
  );
  const centres = problems.map(({ state, advantage }) => ({
    logP: -state.entropy,
    advantage: meanUnder(state.p, advantage),
  }));
  const [meanLogP, meanA] = [
    mean(centres.map((one) => one.logP)),
    mean(centres.map((one) => one.advantage)),
  ];
  const between = mean(centres.map((one) => (one.logP - meanLogP) * (one.advantage - meanA)));
  return { problems, within, between };
}

/** Exact change of the mean entropy over states, per unit of η, when each takes its natural-gradient step. */
function naturalChange(problems: readonly BanditProblem[], length: number): number {
  const changes = problems.map((problem) =>
    exactChange(problem.state, LOGIT_STEPS["natural-gradient"](problem), length),
  );
  return changes.reduce((sum, one) => sum + one, 0) / changes.length / length;
}

describe("over many states", () => {
  const rng = makeRng(11, "states");
  const problems = Array.from({ length: 40 }, () => randomProblem(16, rng));
  // Confident states earn more: advantages whose mean goes with −H, as where easy prompts are solved.
  const tilted = problems.map((problem) => ({
    ...problem,
    advantage: problem.advantage.map((a) => a - 3 * problem.state.entropy),
  }));

  test("a sample's covariance tends to the parts under the policy", () => {
    const draws = makeRng(12, "draws");
    const rows = Array.from({ length: 400_000 }, () => {
      const group = draws.below(tilted.length);
      const { state, advantage } = tilted[group]!;
      let left = draws.uniform();
      const action = Math.max(
        state.p.findIndex((p) => (left -= p) < 0),
        0,
      );
      return [state.logP[action]!, advantage[action]!, group] as const;
    });
    const found = split(rows);
    const exact = exactParts(tilted);
    expect(Math.abs(found.within - exact.within)).toBeLessThan(0.03);
    expect(Math.abs(found.between - exact.between)).toBeLessThan(0.03);
    expect(exact.between).toBeGreaterThan(0.5); // the parts are far apart
  });

  test("the part within is what drives entropy: it alone is the rate of the natural step", () => {
    for (const states of [problems, tilted]) {
      const { within } = exactParts(states);
      const errors = [2e-3, 1e-3].map((length) => naturalChange(states, length) + within);
      expect(errors[0]! / errors[1]!).toBeCloseTo(2, 1);
    }
  });

  test("the part between moves nothing: advantages shifted state by state change it and no logit", () => {
    const [plain, shifted] = [exactParts(problems), exactParts(tilted)];
    expect(shifted.within).toBeCloseTo(plain.within, 10);
    expect(Math.abs(shifted.between - plain.between)).toBeGreaterThan(0.5);
    expect(naturalChange(tilted, 0.01)).toBeCloseTo(naturalChange(problems, 0.01), 10);
  });

  test("so the covariance of a batch can have the wrong sign", () => {
    const reversed = problems.map((problem) => {
      const { p } = problem.state;
      const centre = meanUnder(p, problem.advantage);
      const rate = FIRST_ORDER_FORMS.npg.rate(problem);
      // Every state gains confidence, and confident states earn less.
      const sign = rate < 0 ? 1 : -1;
      const advantage = problem.advantage.map(
        (a) => sign * (a - centre) + 3 * problem.state.entropy,
      );
      return { ...problem, advantage };
    });
    const { within, between } = exactParts(reversed);
    expect(within).toBeGreaterThan(0);
    expect(within + between).toBeLessThan(0);
    expect(naturalChange(reversed, 1e-3)).toBeLessThan(0);
  });
});
