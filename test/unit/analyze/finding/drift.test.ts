import { describe, expect, test } from "vitest";
import { findDrift } from "../../../../src/analyze/finding/drift.ts";
import { driftInputOf } from "../../../../src/analyze/finding/drift-input.ts";
import { driftToJson, plasticityToJson } from "../../../../src/analyze/finding/drift-to-json.ts";
import { findPlasticity } from "../../../../src/analyze/finding/plasticity.ts";
import { probeOf } from "../../../../src/analyze/finding/probe-run.ts";
import type { StepLog } from "../../../../src/log/step-log.ts";
import { makeTable } from "../../../../src/log/table.ts";
import { rowNumbers, whiteNoise } from "../../../support/series.ts";

interface MadeUpLog {
  readonly source?: string;
  readonly reward: Float64Array;
  readonly columns?: ReadonlyArray<readonly [string, Float64Array]>;
  readonly validation?: readonly string[];
}

function logOf({ source = "run", reward, columns = [], validation = [] }: MadeUpLog): StepLog {
  return {
    source,
    format: "csv",
    table: makeTable([
      ["step", rowNumbers(reward.length).map((i) => i + 5)],
      ["reward", reward],
      ...columns,
    ]),
    entropy: undefined,
    reward: { column: "reward", reason: "named reward" },
    validation,
    repeatedSteps: [],
    gaps: [],
    warnings: [],
  };
}

const N = 200;
/** A straight rise by this much a step, with means over 9 steps. */
const line = (slope: number, n = N): Float64Array => rowNumbers(n).map((i) => slope * i);

describe("the pace of two runs", () => {
  test("of which one rises three times as fast is three, and a third the other way round", () => {
    const { runs } = findDrift(
      driftInputOf(logOf({ reward: line(0.003) })),
      driftInputOf(logOf({ reward: line(0.001) })),
    );
    const [fast, slow] = runs;
    // The slow run's last mean over 9 is at row 195: steps are counted from 1.
    expect(slow).toMatchObject({ peakSteps: 196, stepsToOther: { value: undefined } });
    expect(slow!.peak).toBeCloseTo(0.195, 12);
    expect(fast!.stepsToOther.value).toBe(66);
    expect(fast!.speedUp.value).toBeCloseTo(196 / 66, 12);
    expect(slow!.speedUp.value).toBeUndefined();
  });

  test("has a range that widens with the noise, the slower end last for steps and first for pace", () => {
    const noisy = (sd: number, name: string): Float64Array => {
      const noise = whiteNoise(N, sd, name);
      return line(0.003).map((value, i) => value + noise[i]!);
    };
    const widthOf = (sd: number): number => {
      const { runs } = findDrift(
        driftInputOf(logOf({ reward: noisy(sd, "fast") })),
        driftInputOf(logOf({ reward: line(0.001) })),
      );
      const [low, high] = runs[0].stepsToOther.range!;
      expect(runs[0].speedUp.range).toEqual([196 / high!, 196 / low!]);
      return high! - low!;
    };
    expect(widthOf(0.1)).toBeGreaterThan(widthOf(0.02));
    // A row either way is what rounding does to a level that is met exactly.
    expect(widthOf(0)).toBeLessThanOrEqual(1);
  });
});

describe("KL at matched reward", () => {
  const logWith = (slope: number, kl: number, column = "kl"): StepLog =>
    logOf({ reward: line(slope), columns: [[column, new Float64Array(N).fill(kl)]] });

  test("is the divergence where each run first reaches the reward", () => {
    const distance = (slope: number, perReward: number): StepLog =>
      logOf({ reward: line(slope), columns: [["kl", line(slope * perReward)]] });
    const { matched, klRatio, klKind } = findDrift(
      driftInputOf(distance(0.003, 0.3)),
      driftInputOf(distance(0.001, 1)),
    );
    expect(klKind).toBe("to-start");
    for (const { reward, kl } of matched) {
      // Reached at the first row at or above it, so late by a step at most.
      expect(kl![0] - 0.3 * reward).toBeGreaterThanOrEqual(-1e-12);
      expect(kl![0] - 0.3 * reward).toBeLessThan(0.3 * 0.003);
      expect(kl![1] - reward).toBeLessThan(0.001);
    }
    expect(klRatio).toBeCloseTo(0.3, 1);
  });

  test("sums the KL within steps where that is all there is, and says what it is", () => {
    const { runs, klKind } = findDrift(
      driftInputOf(logWith(0.001, 0.01, "approx_kl")),
      driftInputOf(logWith(0.001, 0.02, "actor/ppo_kl")),
    );
    expect(klKind).toBe("summed");
    expect(runs[0].peakKl).toBeCloseTo(0.01 * 196, 10);
    expect(runs[1].peakKl).toBeCloseTo(0.02 * 196, 10);
  });

  test.each([
    ["one log has none", logOf({ reward: line(0.001) }), /no column of a KL/],
    ["they measure different things", logWith(0.001, 0.01, "approx_kl"), /different things/],
  ])("is not given where %s", (_, log, message) => {
    const finding = findDrift(driftInputOf(logWith(0.001, 0.01)), driftInputOf(log));
    expect(finding.klRatio).toBeUndefined();
    expect(finding.matched.every(({ kl }) => kl === undefined)).toBe(true);
    expect(finding.missing.join()).toMatch(message);
  });

  test("is not given where the runs share no reward", () => {
    const high = line(0.001).map((value) => value + 5);
    const finding = findDrift(
      driftInputOf(logOf({ reward: high })),
      driftInputOf(logWith(0.001, 1)),
    );
    expect(finding.matched).toEqual([]);
    expect(finding.missing.join()).toMatch(/no reward that both/);
  });

  test("takes the column that is named, and refuses one that is not there", () => {
    const log = logWith(0.001, 0.5, "strange");
    expect(driftInputOf(log).kl).toBeUndefined();
    expect(driftInputOf(log, "strange").kl).toMatchObject({ column: "strange", kind: "to-start" });
    expect(() => driftInputOf(log, "none")).toThrow(
      expect.objectContaining({ code: "unknown-column" }),
    );
  });
});

test("the JSON of drift has null where a run never gets there", () => {
  const json = driftToJson(
    findDrift(
      driftInputOf(logOf({ reward: line(0.003) })),
      driftInputOf(logOf({ reward: line(0.001) })),
    ),
  );
  expect(json).toMatchObject({
    kl_kind: null,
    kl_ratio: null,
    runs: [
      { speed_up: { value: expect.closeTo(196 / 66, 10) } },
      { steps_to_other_peak: { value: null, range: [null, null] } },
    ],
    missing: [expect.any(String)],
  });
});

describe("plasticity", () => {
  const probe = (from: string | null, final: number, columns = true) =>
    probeOf(
      logOf({
        source: `probe-${final}`,
        reward: line(0.001, 40),
        ...(columns
          ? {
              columns: [["val", rowNumbers(40).map((i) => (i === 39 ? final : 0.1))]],
              validation: ["val"],
            }
          : {}),
      }),
      { config: { warmStart: { from, passRate: 0.2 } } },
    );

  test("is the final score by checkpoint, the base first, then in order of step", () => {
    const { starts, notes } = findPlasticity([
      probe("runs/grpo/checkpoints/step-000200", 0.4),
      probe("runs/grpo/checkpoints/step-000050/policy.safetensors", 0.5),
      probe(null, 0.58),
      probe(null, 0.62),
      probe("runs/grpo/checkpoints/step-000200", 0.44),
    ]);
    expect(starts.map(({ fromStep, runs }) => [fromStep, runs])).toEqual([
      [undefined, 2],
      [50, 1],
      [200, 2],
    ]);
    expect(starts.map(({ final }) => final)).toEqual([
      expect.closeTo(0.6, 12),
      0.5,
      expect.closeTo(0.42, 12),
    ]);
    expect(starts.map(({ lost }) => lost)).toEqual([
      undefined,
      expect.closeTo(0.1, 12),
      expect.closeTo(0.18, 12),
    ]);
    // Two values .04 apart: sd .0283, over √2.
    expect(starts[0]!.finalSe).toBeCloseTo(0.02, 12);
    expect(starts[1]!.finalSe).toBeUndefined();
    expect(notes).toEqual([]);
  });

  test("takes means of the ends of training where nothing was held out, and says that columns differ", () => {
    const plain = probe(null, 0, false);
    expect(plain.scoreColumn).toBe("reward");
    // Rows 36 to 39 of .001 i.
    expect(plain.final).toBeCloseTo(0.0375, 12);
    const { notes } = findPlasticity([plain, probe("x/step-000001", 0.3)]);
    expect(notes.join()).toMatch(/different columns: reward, val/);
  });

  test("refuses a run that does not say what it started from", () => {
    expect(() => probeOf(logOf({ reward: line(1) }), {})).toThrow(
      expect.objectContaining({ code: "no-config" }),
    );
  });

  test("without a base says so, and its JSON has null in place of what is lost", () => {
    const finding = findPlasticity([probe("elsewhere/policy.safetensors", 0.3)]);
    expect(finding.notes.join()).toMatch(/no probe started from the base/);
    expect(plasticityToJson(finding)).toMatchObject({
      starts: [{ from_step: null, final: 0.3, lost: null, final_se: null }],
      probes: [{ from: "elsewhere/policy.safetensors", from_step: null }],
    });
  });
});
