/** The estimate of log Z against closed forms: its mean, its bias, and what its diagnostics say at the extremes. */
import { describe, expect, test } from "vitest";
import { makeRng } from "../../../../src/base/random.ts";
import { logPartition } from "../../../../src/train/intervention/log-partition.ts";

/** A proposal policy over four responses, a reference policy, and rewards. */
const PROPOSAL = [0.4, 0.3, 0.2, 0.1];
const REFERENCE = [0.55, 0.25, 0.15, 0.05];
const REWARD = [0, 0, 1, 1];
const BETA = 1.5;

const LOG_WEIGHTS = PROPOSAL.map((q, k) => BETA * REWARD[k]! + Math.log(REFERENCE[k]! / q));
const moment = (power: number): number =>
  PROPOSAL.reduce((sum, q, k) => sum + q * Math.exp(power * LOG_WEIGHTS[k]!), 0);
const Z = REFERENCE.reduce((sum, p, k) => sum + p * Math.exp(BETA * REWARD[k]!), 0);

function draw(uniform: number): number {
  let at = 0;
  let below = PROPOSAL[0]!;
  while (uniform >= below && at < PROPOSAL.length - 1) below += PROPOSAL[++at]!;
  return at;
}

describe("log Z from proposals", () => {
  const K = 24;
  const REPLICATES = 20_000;
  const rng = makeRng(1, "proposals");
  const found = Array.from({ length: REPLICATES }, () =>
    logPartition(Array.from({ length: K }, () => LOG_WEIGHTS[draw(rng.uniform())]!)),
  );
  const mean = (of: (one: (typeof found)[number]) => number): number =>
    found.reduce((sum, one) => sum + of(one), 0) / REPLICATES;
  const variance = moment(2) - Z ** 2;

  test("has an unbiased Z, the sum over all responses of π_ref exp(β r)", () => {
    expect(moment(1)).toBeCloseTo(Z, 12);
    const error = Math.sqrt(variance / K / REPLICATES);
    expect(Math.abs(mean(({ logZ }) => Math.exp(logZ)) - Z)).toBeLessThan(4 * error);
  });

  test("has a logarithm that is too small by Var(w) / (2 K Z²), as it says itself", () => {
    const exact = -variance / (2 * K * Z ** 2);
    const error = Math.sqrt(variance / K / REPLICATES) / Z;
    const bias = mean(({ logZ }) => logZ) - Math.log(Z);
    expect(Math.abs(exact)).toBeGreaterThan(6 * error); // there is something to see
    expect(Math.abs(bias - exact)).toBeLessThan(4 * error + Math.abs(exact) / 5);
    expect(mean((one) => one.bias) / exact).toBeCloseTo(1, 1);
  });

  test("has an effective share of (E w)² / E w²", () => {
    expect(mean(({ effectiveShare }) => effectiveShare)).toBeCloseTo(Z ** 2 / moment(2), 1);
  });

  test("is exact for equal weights, of any size", () => {
    for (const size of [-2000, 0, 2000]) {
      const one = logPartition([size, size, size, size]);
      expect(one.logZ).toBe(size);
      expect(one.effectiveShare).toBe(1);
      expect(one.largestShare).toBe(0.25);
      expect(Math.abs(one.bias)).toBe(0);
    }
  });

  test("rests on one proposal where one weight dwarfs the others", () => {
    const one = logPartition([50, 0, 0, 0]);
    expect(one.logZ).toBeCloseTo(50 - Math.log(4), 12);
    expect(one.effectiveShare).toBeCloseTo(1 / 4, 12);
    expect(one.largestShare).toBeCloseTo(1, 12);
    expect(one.bias).toBeCloseTo(-1 / 2, 12); // Var(w) = 4 Z² of weights (4 Z, 0, 0, 0)
  });
});
