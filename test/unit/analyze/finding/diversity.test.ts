import { describe, expect, test } from "vitest";
import { findDiversity } from "../../../../src/analyze/finding/diversity.ts";
import { diversityToJson } from "../../../../src/analyze/finding/diversity-to-json.ts";
import {
  DIVERSITY_COLUMNS,
  type RolloutAggregate,
} from "../../../../src/log/aggregate-rollouts.ts";
import { makeTable } from "../../../../src/log/table.ts";
import { rowNumbers, whiteNoise } from "../../../support/series.ts";

/** A run whose every quantity falls by `slope` a step from 2 on, with noise. */
function aggregateOf(n: number, slope: number, without: readonly string[] = []): RolloutAggregate {
  const columns = DIVERSITY_COLUMNS.map((name) => {
    const noise = whiteNoise(n, 0.01, name);
    const special: Readonly<Record<string, Float64Array>> = {
      step: rowNumbers(n),
      groups: new Float64Array(n).fill(16),
      responses: new Float64Array(n).fill(128),
    };
    const values = rowNumbers(n).map((i) => 2 - slope * i + noise[i]!);
    const made = without.includes(name) ? new Float64Array(n).fill(Number.NaN) : values;
    return [name, special[name] ?? made] as const;
  });
  return { table: makeTable(columns), correctFrom: 1, withoutTokens: without.length > 0 ? n : 0 };
}

describe("diversity over a run", () => {
  test("has the change of every quantity between the ends, with an interval that holds it", () => {
    const { trends, groupSize, meansOver, notes } = findDiversity("run", aggregateOf(200, 0.005));
    expect({ groupSize, meansOver, notes }).toEqual({ groupSize: 8, meansOver: 11, notes: [] });
    expect(trends).toHaveLength(9);
    for (const { first, last, change } of trends) {
      // Centres of the first and the last 11 of 200 rows are 189 apart.
      expect(change!.value).toBeCloseTo(last! - first!, 12);
      expect(change!.value).toBeCloseTo(-0.005 * 189, 1);
      expect(change!.ci95![0]).toBeLessThan(-0.005 * 189 + 0.01);
      expect(change!.ci95![1]).toBeGreaterThan(-0.005 * 189 - 0.01);
      expect(change!.ci95![1]).toBeLessThan(0);
    }
  });

  test("of a short run is without interval, of a single step without change", () => {
    const changeOf = (n: number) => findDiversity("run", aggregateOf(n, 0)).trends[0]!.change;
    expect(changeOf(3)).toMatchObject({ value: expect.any(Number), ci95: undefined });
    expect(changeOf(1)).toBeUndefined();
  });

  test("without token tables has no q, and says so", () => {
    const aggregate = aggregateOf(40, 0, ["q_entropy", "kl", "mse"]);
    const finding = findDiversity("run", aggregate);
    const missing = finding.trends.filter(({ first }) => first === undefined);
    expect(missing.map(({ column }) => column)).toEqual(["q_entropy", "kl", "mse"]);
    expect(finding.notes.join()).toMatch(/40 of 40 steps have no token table/);
    expect(diversityToJson(finding)).toMatchObject({
      run: "run",
      correct_from: 1,
      trends: expect.arrayContaining([
        { quantity: "q_entropy", first: null, last: null, change: null },
      ]),
      steps: expect.arrayContaining([expect.objectContaining({ step: 39, q_entropy: null })]),
    });
  });
});
