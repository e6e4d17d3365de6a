import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { WORLDS } from "../../../../scripts/simulation/worlds.ts";
import {
  analyzeEntropyLaw,
  type EntropyLawAnalysis,
} from "../../../../src/analyze/fit/analyze-entropy-law.ts";
import { makeRng } from "../../../../src/base/random.ts";
import { fallingEntropy, rewardOf, rowNumbers, whiteNoise } from "../../../support/series.ts";

const N = 250;

/** The first run of a world, by the start of its name. */
function runOf(name: string, n = N, seed = 1): EntropyLawAnalysis {
  const world = WORLDS.find((one) => one.name.startsWith(`${name} `))!;
  const { entropy, reward } = world.make(n, makeRng(seed, name));
  return analyzeEntropyLaw(rowNumbers(n), entropy, reward);
}

const failedGates = ({ verdict }: EntropyLawAnalysis): string[] =>
  verdict.gates.filter(({ passed }) => !passed).map(({ name }) => name);

/** A law with strong movements of entropy about its trend: the one kind of single run that can reach `yes`. */
function livelyRun(): { entropy: Float64Array; reward: Float64Array } {
  const rng = makeRng(2, "lively");
  let wiggle = 0;
  const truth = fallingEntropy(400).map((value) => {
    wiggle = 0.9 * wiggle + 0.02 * rng.normal();
    return value + wiggle;
  });
  const reward = rewardOf(truth).map((value) => value + 0.005 * rng.normal());
  return { entropy: truth.map((value) => value + 0.01 * rng.normal()), reward };
}

describe("the verdict on runs whose truth is known", () => {
  test("a law whose movements carry to reward all along the run is supported", () => {
    const { entropy, reward } = livelyRun();
    const { verdict } = analyzeEntropyLaw(rowNumbers(400), entropy, reward);
    expect(verdict).toMatchObject({ holds: "yes", kind: "supported" });
    expect(verdict.gates).toHaveLength(8);
  });

  test("the same run with a known intervention may not be yes", () => {
    const { entropy, reward } = livelyRun();
    const { verdict } = analyzeEntropyLaw(rowNumbers(400), entropy, reward, {
      knownIntervention: true,
    });
    expect(verdict).toMatchObject({ holds: "weak", kind: "consistent" });
    expect(verdict.sentence).toContain("intervention");
  });

  test("a law without movements beyond its trend is consistent, no more", () => {
    expect(runOf("L5").verdict).toMatchObject({ holds: "weak", kind: "consistent" });
  });

  test("reward on the clock of entropy is at most consistent", () => {
    for (let seed = 1; seed <= 5; seed += 1)
      expect(runOf("N2", N, seed).verdict.holds).toBe("weak");
  });

  test("a rebound of entropy that reward does not follow contradicts the law", () => {
    const { verdict } = runOf("N4");
    expect(verdict).toMatchObject({ holds: "no", kind: "contradicted" });
    expect(verdict.sentence).toContain("slowly and by more than its noise");
  });

  test("a flat reward under falling entropy contradicts the law", () => {
    const { verdict } = runOf("N7", 400);
    expect(verdict).toMatchObject({ holds: "no", kind: "contradicted" });
    expect(verdict.sentence).toContain("less than the noise of one batch");
  });

  test("constant entropy and spikes are not identified, which is not evidence against the law", () => {
    for (const name of ["N3", "N8"]) {
      const { verdict } = runOf(name);
      expect(verdict).toMatchObject({ holds: "no", kind: "not-identified" });
      expect(verdict.sentence).toContain("not evidence against the law");
    }
  });

  test("reward that falls as entropy falls is contradicted by its sign", () => {
    const entropy = fallingEntropy(N).map((value, i) => value + whiteNoise(N, 0.01, "H")[i]!);
    const reward = rewardOf(fallingEntropy(N), -0.5).map(
      (value, i) => value + whiteNoise(N, 0.01, "R")[i]!,
    );
    const { verdict } = analyzeEntropyLaw(rowNumbers(N), entropy, reward);
    expect(verdict.kind).toBe("contradicted");
    expect(verdict.sentence).toContain("against the sign of the law");
  });

  test("an entropy explosion with a reward that follows it is outside the regime", () => {
    const truth = rowNumbers(N).map((i) => 0.3 + 3 / (1 + Math.exp((150 - i) / 10)));
    const reward = rewardOf(truth, 0.02, 0.8).map(
      (value, i) => value + whiteNoise(N, 0.01, "R")[i]!,
    );
    const analysis = analyzeEntropyLaw(rowNumbers(N), truth, reward);
    expect(analysis.verdict).toMatchObject({ holds: "no", kind: "outside-regime" });
    expect(failedGates(analysis)).toContain("regime");
  });

  test("fewer than 50 steps are not identified, though numbers are given", () => {
    const entropy = fallingEntropy(49);
    const { verdict, fit } = analyzeEntropyLaw(rowNumbers(49), entropy, rewardOf(entropy));
    expect(verdict).toMatchObject({ holds: "no", kind: "not-identified" });
    expect(fit.status).toBe("converged");
  });
});

describe("the analysis", () => {
  test("every reason a reader can check is there with its numbers", () => {
    const reasons = runOf("L1").verdict.reasons.join("\n");
    for (const words of [
      /entropy covers [\d.]+ to [\d.]+ nats/,
      /reward rises as entropy falls, the sign of the law/,
      /R2 of single steps = [\d.]+, R2 of the trend = [\d.]+/,
      /AICc of the law.*a constant by [\d.]+.*a line in H by [\d.]+.*a line in log step by [\d.]+/,
      /over all forms this run cannot tell apart \(.*exp\(H\).*quadratic in H\) the reward at H = 0 would be/,
      /Durbin–Watson [\d.]+/,
      /fitted on the first 90 steps.*a constant [\d.]+, a line in log step [\d.]+/,
    ]) {
      expect(reasons).toMatch(words);
    }
  });

  test("reward → c · reward + d leaves the verdict", () => {
    const world = WORLDS.find(({ name }) => name.startsWith("L1 "))!;
    const { entropy, reward } = world.make(N, makeRng(1, "equivariance"));
    const base = analyzeEntropyLaw(rowNumbers(N), entropy, reward);
    const moved = analyzeEntropyLaw(
      rowNumbers(N),
      entropy,
      reward.map((value) => 40 * value - 3),
    );
    expect(moved.verdict.holds).toBe(base.verdict.holds);
    expect(failedGates(moved)).toEqual(failedGates(base));
  });

  test("the order of the rows does not matter", () => {
    const world = WORLDS.find(({ name }) => name.startsWith("L1 "))!;
    const { entropy, reward } = world.make(N, makeRng(1, "order"));
    const forwards = analyzeEntropyLaw(rowNumbers(N), entropy, reward);
    const backwards = analyzeEntropyLaw(
      rowNumbers(N).reverse(),
      entropy.toReversed(),
      reward.toReversed(),
    );
    expect(backwards).toEqual(forwards);
  });

  test("an empty, a constant and a hopeless run have a verdict, not an exception", () => {
    const empty = new Float64Array();
    const constant = new Float64Array(60).fill(0.5);
    const none = new Float64Array(60).fill(Number.NaN);
    for (const values of [empty, constant, none]) {
      const { verdict, fit } = analyzeEntropyLaw(rowNumbers(values.length), values, values);
      expect(fit.status).toBe("degenerate");
      expect(verdict).toMatchObject({ holds: "no", kind: "not-identified" });
    }
  });

  test("a law without noise has finite numbers everywhere and is not refuted", () => {
    const entropy = fallingEntropy(N);
    const { fit, verdict, prefix } = analyzeEntropyLaw(rowNumbers(N), entropy, rewardOf(entropy));
    if (fit.status === "degenerate") throw new Error(fit.explanation);
    expect(Number.isFinite(fit.firstStageF)).toBe(true);
    expect(Number.isFinite(fit.goodness.durbinWatson)).toBe(true);
    expect(verdict.holds).not.toBe("no");
    expect(prefix?.status).toBe("predicted");
  });
});

const REAL_LOGS = "../shared/data/real-logs";

/** Expected by what is known of each run: see docs/experiments.md. */
const EXPECTED = [
  ["verl-ppo-gsm8k-qwen2.5-0.5b-resp512.csv", "weak", "consistent"],
  ["gsm8k_dapo-lr1e5.csv", "weak", "consistent"],
  ["gsm8k_dapo-lr5e6.csv", "weak", "consistent"],
  ["gsm8k_dapo-stale4.csv", "weak", "consistent"],
  ["gsm8k_grpo-sft-lr1e5.csv", "weak", "consistent"],
  ["gsm8k_grpo-stale1.csv", "weak", "consistent"],
  ["ifeval_dapo-sft.csv", "no", "not-identified"],
  ["ifeval_grpo.csv", "no", "not-identified"],
  ["ifeval_sm-lr1e5-beta1e3.csv", "no", "not-identified"],
  ["code_truncated.csv", "no", "contradicted"],
  ["rasbt_7_3_plus_tracking.csv", "no", "contradicted"],
  ["rasbt_7_5_plus_kl.csv", "no", "outside-regime"],
] as const;

describe.skipIf(!existsSync(REAL_LOGS))(
  "public logs (skipped where ../shared/data/real-logs is not at hand)",
  () => {
    test.each(EXPECTED)("%s is %s, %s", (file, holds, kind) => {
      const [head = "", ...lines] = readFileSync(`${REAL_LOGS}/${file}`, "utf8")
        .trim()
        .split(/\r?\n/);
      const column = (...names: string[]): Float64Array => {
        const k = head.split(",").findIndex((name) => names.includes(name));
        return Float64Array.from(lines, (line) => Number(line.split(",")[k]));
      };
      const { verdict } = analyzeEntropyLaw(
        column("step"),
        column("entropy", "entropy_avg"),
        column("reward", "reward_avg"),
      );
      expect(verdict).toMatchObject({ holds, kind });
    });
  },
);
