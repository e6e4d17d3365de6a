/** Which tokens interventions choose: covariance, counts, the random draw, quadrants. */
import { describe, expect, test } from "vitest";
import { makeRng, type Rng } from "../../../../src/base/random.ts";
import {
  type InterventionConfig,
  interventionConfig,
} from "../../../../src/config/intervention-config.ts";
import {
  chooseAmong,
  chooseLargest,
  shareOf,
} from "../../../../src/train/intervention/choose-tokens.ts";
import {
  interventions,
  needsReference,
  selectsTokens,
  selectTokens,
  surrogateUnder,
} from "../../../../src/train/intervention/interventions.ts";
import type { ScopeTokens } from "../../../../src/train/intervention/intervention.ts";
import { countQuadrants } from "../../../../src/train/intervention/quadrants.ts";
import { tokenCovariance } from "../../../../src/train/intervention/token-covariance.ts";
import { apart } from "../../../support/token-batch.ts";

/** Random tokens of a scope; none clipped. */
function scope(seed: number, n: number): ScopeTokens & { readonly clipped: Int8Array } {
  const rng = makeRng(seed, "scope");
  return {
    logProb: Float64Array.from({ length: n }, () => Math.log(0.01 + 0.99 * rng.uniform())),
    advantage: Float64Array.from({ length: n }, () => rng.normal()),
    clipped: new Int8Array(n),
  };
}

const clipCov = (share: number, low: number, high: number): InterventionConfig => ({
  kind: "clip-cov",
  scope: "mini",
  share,
  low,
  high,
});
const klCov = (share: number): InterventionConfig => ({
  kind: "kl-cov",
  scope: "mini",
  coefficient: 1,
  share,
});
const stream = (seed: number): Rng => makeRng(seed, "intervention");
const placesOf = (chosen: Uint8Array): number[] => [...chosen.keys()].filter((at) => chosen[at]);

describe("token covariance", () => {
  test("is the product of what is left of each mean", () => {
    const covariance = tokenCovariance(Float64Array.of(-1, -2, -6), Float64Array.of(1, 0, -4));
    expect([...covariance]).toEqual([2 * 2, 1 * 1, -3 * -3]); // means -3 and -1
  });

  test.each([1, 2, 3])("has the covariance as its mean (seed %i)", (seed) => {
    const { logProb, advantage } = scope(seed, 200);
    const mean = (values: Float64Array): number =>
      values.reduce((s, v) => s + v, 0) / values.length;
    const products = logProb.map((value, at) => value * advantage[at]!);
    const covariance = mean(products) - mean(logProb) * mean(advantage);
    expect(mean(tokenCovariance(logProb, advantage))).toBeCloseTo(covariance, 12);
  });

  test("does not change with a shift of either quantity", () => {
    const { logProb, advantage } = scope(4, 50);
    const moved = tokenCovariance(
      logProb.map((value) => value - 3),
      advantage.map((value) => value + 8),
    );
    expect(apart(moved, tokenCovariance(logProb, advantage))).toBeLessThan(1e-12);
  });

  test("of different tokens is refused", () => {
    expect(() => tokenCovariance(new Float64Array(2), new Float64Array(3))).toThrow(/2 and 3/);
  });
});

describe("choices", () => {
  test.each([
    [0.0002, 9999, 1],
    [0.0002, 16000, 3],
    [0.0002, 10, 1],
    [0.29, 100, 28], // 0.29 · 100 is below 29 in float64, in Python's too
    [1, 7, 7],
  ])("a share of %d of %i tokens is %i of them", (share, count, expected) => {
    expect(shareOf(share, count)).toBe(expected);
  });

  test("the same stream chooses the same, another seed something else", () => {
    const draw = (seed: number): string =>
      placesOf(chooseAmong(100, () => true, 10, stream(seed))).join();
    expect(draw(1)).toBe(draw(1));
    expect(new Set(Array.from({ length: 20 }, (_, seed) => draw(seed))).size).toBe(20);
  });

  test("every set of 2 of 5 candidates is as likely as any other (chi-square over 5000 seeds)", () => {
    const draws = 5000;
    const counts = new Map<string, number>();
    const isCandidate = (place: number): boolean => place % 2 === 1; // 1, 3, 5, 7, 9 of 11
    for (let seed = 0; seed < draws; seed += 1) {
      const set = placesOf(chooseAmong(11, isCandidate, 2, stream(seed))).join();
      counts.set(set, (counts.get(set) ?? 0) + 1);
    }
    expect(counts.size).toBe(10);
    const expected = draws / 10;
    const chiSquare = [...counts.values()].reduce((s, n) => s + (n - expected) ** 2 / expected, 0);
    expect(chiSquare).toBeLessThan(27.88); // 9 degrees of freedom, p = 0.001
  });

  test("draws of one stream are independent: each token of ten is drawn alike, draw after draw", () => {
    const rng = stream(3);
    const counts = new Float64Array(10);
    const draws = 4000;
    for (let k = 0; k < draws; k += 1)
      chooseAmong(10, () => true, 3, rng).forEach((mark, at) => (counts[at]! += mark));
    const expected = draws * 0.3;
    const chiSquare = counts.reduce((s, n) => s + (n - expected) ** 2 / (expected * 0.7), 0) * 0.9;
    expect(chiSquare).toBeLessThan(27.88); // 9 degrees of freedom, p = 0.001
  });

  test("the first in order are taken where that is asked for", () => {
    expect(placesOf(chooseAmong(9, (place) => place > 3, 2, "first"))).toEqual([4, 5]);
  });

  test("fewer candidates than wanted are taken all", () => {
    expect(placesOf(chooseAmong(9, (place) => place > 6, 5, stream(1)))).toEqual([7, 8]);
    expect(placesOf(chooseAmong(9, () => false, 5, stream(1)))).toEqual([]);
  });

  test("the largest are taken, the earlier one of equals", () => {
    expect(placesOf(chooseLargest(Float64Array.of(1, 5, 3, 5, 3), 3))).toEqual([1, 2, 3]);
    expect(placesOf(chooseLargest(Float64Array.of(2, 1), 5))).toEqual([0, 1]);
  });
});

describe("Clip-Cov", () => {
  test.each([1, 2, 3])(
    "chooses inside the open band only, as many as its share (seed %i)",
    (seed) => {
      const tokens = scope(seed, 400);
      const covariance = tokenCovariance(tokens.logProb, tokens.advantage);
      const chosen = placesOf(selectTokens(tokens, clipCov(0.05, 0.3, 1), stream(seed)));
      expect(chosen).toHaveLength(20);
      expect(chosen.every((at) => covariance[at]! > 0.3 && covariance[at]! < 1)).toBe(true);
    },
  );

  test("a token on a bound of the band is none of it", () => {
    const tokens = {
      logProb: Float64Array.of(-1, -3, -2, -2),
      advantage: Float64Array.of(1, -1, 0, 0),
      clipped: [0, 0, 0, 0],
    }; // covariances 1, 1, 0, 0
    expect(placesOf(selectTokens(tokens, clipCov(1, 0, 1), "first"))).toEqual([]);
    expect(placesOf(selectTokens(tokens, clipCov(1, 0, 1.01), "first"))).toEqual([0, 1]);
  });

  test("what the surrogate has clipped is no candidate, but counts in the share", () => {
    const tokens = scope(5, 100);
    const free = placesOf(selectTokens(tokens, clipCov(0.1, -10, 10), "first"));
    expect(free).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    tokens.clipped.fill(1, 0, 30);
    tokens.clipped.fill(-1, 30, 60);
    const rest = placesOf(selectTokens(tokens, clipCov(0.1, -10, 10), "first"));
    expect(rest).toEqual([60, 61, 62, 63, 64, 65, 66, 67, 68, 69]);
  });

  test("an empty band chooses nothing", () => {
    expect(placesOf(selectTokens(scope(6, 50), clipCov(0.5, 50, 60), stream(1)))).toEqual([]);
  });
});

describe("KL-Cov", () => {
  test.each([1, 2, 3])("chooses the tokens of highest covariance (seed %i)", (seed) => {
    const tokens = scope(seed, 300);
    const covariance = tokenCovariance(tokens.logProb, tokens.advantage);
    const chosen = selectTokens(tokens, klCov(0.02), stream(seed));
    expect(placesOf(chosen)).toHaveLength(6);
    const lowest = Math.min(...placesOf(chosen).map((at) => covariance[at]!));
    const others = covariance.filter((_, at) => chosen[at] === 0);
    expect(Math.max(...others)).toBeLessThan(lowest);
  });

  test("chooses one token at least, clipped or not", () => {
    const tokens = scope(7, 10);
    tokens.clipped.fill(1);
    expect(placesOf(selectTokens(tokens, klCov(0.0002), stream(1)))).toHaveLength(1);
  });
});

describe("the table", () => {
  const loss = { kind: "ppo-clip", clipLow: 0.2, clipHigh: 0.2, dualClip: 3 } as const;
  const kinds = Object.keys(interventions);
  const all: readonly InterventionConfig[] = kinds.map((kind) =>
    interventionConfig.parse({ kind }),
  );
  const kindsWhere = (holds: (config: InterventionConfig) => boolean): string[] =>
    all.filter(holds).map(({ kind }) => kind);

  test("has a row for each of them", () => {
    const known = interventionConfig.options.map((option) => option.shape.kind.value);
    expect(kinds.toSorted()).toEqual(known.toSorted());
  });
  test("KL-Cov alone replaces the surrogate, by the one without a clip", () => {
    expect(kindsWhere((config) => surrogateUnder(config, loss) !== loss)).toEqual(["kl-cov"]);
    expect(surrogateUnder(klCov(1), loss)).toEqual({ kind: "policy-gradient" });
  });
  test("covariance interventions and EntroPIC choose tokens; of the others none does", () => {
    const choosing = kindsWhere(selectsTokens);
    expect(choosing).toEqual(["clip-cov", "kl-cov", "entropic"]);
    const chosen = (config: InterventionConfig): number =>
      placesOf(selectTokens(scope(1, 99), config, stream(1))).length;
    expect(kindsWhere((config) => chosen(config) > 0)).toEqual(choosing);
  });
  test("the reference KL and trajectory balances alone need a reference", () => {
    expect(kindsWhere(needsReference)).toEqual(["reference-kl", "flowrl", "disa"]);
  });
});

describe("quadrants", () => {
  test("split by the sign of the advantage and by the mean log-probability", () => {
    const tokens = {
      logProb: Float64Array.of(-1, -1, -3, -3, -2, -1),
      advantage: Float64Array.of(1, -1, 1, -1, 2, 0),
    }; // mean -11/6: the fifth is low
    expect(countQuadrants(tokens, [1, 1, 1, 1, 1, 1])).toEqual({
      positiveHigh: 1,
      positiveLow: 2,
      negativeHigh: 1,
      negativeLow: 1,
      zero: 1,
    });
    expect(countQuadrants(tokens, [0, 1, 0, 0, 0, 0])).toEqual({
      positiveHigh: 0,
      positiveLow: 0,
      negativeHigh: 1,
      negativeLow: 0,
      zero: 0,
    });
  });

  test.each([1, 2, 3])("add up to what was chosen (seed %i)", (seed) => {
    const tokens = scope(seed, 500);
    const chosen = selectTokens(tokens, klCov(0.1), stream(seed));
    const counts = Object.values(countQuadrants(tokens, chosen)) as number[];
    expect(counts.reduce((sum, n) => sum + n, 0)).toBe(50);
  });
});
