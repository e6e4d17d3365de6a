import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { judgeExpectation } from "../../../../src/analyze/claim/expectation-outcome.ts";
import type { RunValue } from "../../../../src/analyze/compare/arm-difference.ts";
import type { Expectation } from "../../../../src/config/sweep-claims.ts";

type Arms = Readonly<Record<string, readonly number[]>>;

const judge = (expectation: Expectation, arms: Arms) =>
  judgeExpectation(expectation, (arm): RunValue[] =>
    (arms[arm] ?? []).map((value, seed) => ({ seed, stratum: "", value })),
  );
const outcomeOf = (expectation: Expectation, arms: Arms) => judge(expectation, arms).outcome;

const low = [0.1, 0.11, 0.12];
const middle = [0.2, 0.21, 0.22];
const high = [0.3, 0.31, 0.33];

describe("an order of arms", () => {
  const rises = { rises: ["a", "b", "c"], in: "entropy" } as const;

  test("is borne out by arms that rise clearly, contradicted by arms that fall", () => {
    const mutable = { ...rises, rises: [...rises.rises] };
    expect(outcomeOf(mutable, { a: low, b: middle, c: high })).toBe("borne-out");
    expect(outcomeOf(mutable, { a: high, b: middle, c: low })).toBe("contradicted");
  });

  test("is contradicted by an arm clearly below the one before it, though the ends rise", () => {
    const order = { ...rises, rises: [...rises.rises] };
    expect(outcomeOf(order, { a: low, b: high, c: middle })).toBe("contradicted");
  });

  test("is not told where the ends are not apart, where the means turn, or without runs", () => {
    const order = { ...rises, rises: [...rises.rises] };
    expect(outcomeOf(order, { a: [0.1, 0.3, 0.2], b: middle, c: [0.2, 0.2, 0.25] })).toBe("open");
    expect(outcomeOf(order, { a: low, b: [0.08, 0.12, 0.11], c: high })).toBe("open");
    expect(outcomeOf(order, { a: low, b: [0.12, 0.1, 0.12], c: high })).toBe("borne-out");
    expect(outcomeOf(order, { a: low, c: high })).toBe("open");
    expect(outcomeOf(order, { a: low, b: middle })).toBe("open");
    expect(outcomeOf(order, { a: [0.1], b: [0.2], c: [0.3] })).toBe("open"); // one seed has no interval
  });

  test("is judged by pairs of a seed: what seeds share does not count", () => {
    const order = { rises: ["a", "b"], in: "entropy" };
    const spread = [0, 1, 5];
    const lifted = spread.map((value, seed) => value + 0.1 + 0.001 * seed);
    const found = judge(order, { a: spread, b: lifted });
    expect(found.outcome).toBe("borne-out");
    expect(found.steps[0]!.difference).toMatchObject({ paired: true, n: 3 });
    expect(found.steps[0]!.difference!.value).toBeCloseTo(0.101, 12);
  });

  test("turned round is contradicted where it was borne out, whatever the numbers", () => {
    const number = fc.double({ min: -1, max: 1, noNaN: true });
    const three = fc.array(number, { minLength: 3, maxLength: 3 });
    fc.assert(
      fc.property(three, three, (a, b) => {
        const there = outcomeOf({ rises: ["a", "b"], in: "x" }, { a, b });
        const back = outcomeOf({ rises: ["b", "a"], in: "x" }, { a, b });
        const turned = { "borne-out": "contradicted", contradicted: "borne-out", open: "open" };
        expect(back).toBe(turned[there]);
      }),
    );
  });
});

describe("arms said to be alike", () => {
  test("are contradicted by one that differs, and never borne out", () => {
    const alike = { alike: ["a", "b", "c"], in: "reward" };
    expect(outcomeOf(alike, { a: low, b: low.toReversed(), c: [0.1, 0.12, 0.11] })).toBe("open");
    expect(outcomeOf(alike, { a: low, b: low, c: high })).toBe("contradicted");
    expect(outcomeOf({ differ: ["a", "b", "c"], in: "reward" }, { a: low, b: low, c: high })).toBe(
      "borne-out",
    );
  });

  test("are corrected for their number: a p of .03 of one among four is no difference", () => {
    const noise = [0, 0.01, 0.03];
    const apart = [0.02, 0.044, 0.066];
    const two = { alike: ["a", "e"], in: "reward" };
    const found = judge(two, { a: noise, e: apart });
    expect(found.steps[0]!.difference!.p).toBeGreaterThan(0.0125);
    expect(found.outcome).toBe("contradicted");
    const five = { alike: ["a", "b", "c", "d", "e"], in: "reward" };
    const same = noise.toReversed();
    expect(outcomeOf(five, { a: noise, b: same, c: same, d: same, e: apart })).toBe("open");
  });
});
