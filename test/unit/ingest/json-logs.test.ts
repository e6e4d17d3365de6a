import { describe, expect, test } from "vitest";
import { columnOf, readTextLog } from "../../support/read-text-log.ts";

const lines = (...rows: unknown[]): string =>
  rows.map((row) => `${JSON.stringify(row)}\n`).join("");

describe("JSON logs", () => {
  test("verl's nested and flat lines give equal tables", async () => {
    const metrics = [
      { "val-core/s/acc/mean@1": 0.1 },
      { "actor/entropy": 0.5, "critic/score/mean": 0.2 },
    ];
    const nested = await readTextLog(lines(...metrics.map((data, step) => ({ step, data }))));
    const flat = await readTextLog(lines(...metrics.map((data, step) => ({ step, ...data }))));
    expect([nested.format, flat.format]).toEqual(["verl-jsonl", "verl-jsonl"]);
    expect(nested.table).toEqual(flat.table);
    expect(columnOf(nested, "critic/score/mean")).toEqual([Number.NaN, 0.2]);
  });

  test("rows of one step are joined, a restarted run replaces whole steps", async () => {
    const log = await readTextLog(
      lines(
        { step: 0, "perf/tokens": 10, time: 1 },
        { step: 0, "entropy/all/mean": 0.5, time: 2 },
        { step: 0, "reward/all/mean": 0.1 },
        { step: 1, "entropy/all/mean": 0.4, "perf/tokens": 12 },
        { step: 1, "reward/all/mean": 0.2 },
        { step: 1, "entropy/all/mean": 0.45 },
        { step: 2, "entropy/all/mean": 0.3 },
        { step: 2, "reward/all/mean": 0.3 },
      ),
    );
    expect(log.format).toBe("jsonl");
    expect(columnOf(log, "entropy/all/mean")).toEqual([0.5, 0.45, 0.3]);
    expect(columnOf(log, "reward/all/mean")).toEqual([0.1, 0.2, 0.3]);
    expect(log.repeatedSteps).toEqual([]);
    expect(log.warnings.join()).toContain("1 value(s) were overwritten");

    const restarted = await readTextLog(
      lines(
        { step: 1, "perf/tokens": 10, reward: 0.1 },
        { step: 2, "perf/tokens": 10, reward: 0.2, entropy: 9 },
        { step: 3, "perf/tokens": 10, reward: 0.3 },
        { step: 2, "perf/tokens": 20 },
        { step: 2, reward: 0.25 },
        { step: 3, "perf/tokens": 20, reward: 0.35 },
      ),
    );
    expect(columnOf(restarted, "reward")).toEqual([0.1, 0.25, 0.35]);
    expect(columnOf(restarted, "perf/tokens")).toEqual([10, 20, 20]);
    // The row of the first attempt is gone whole: its entropy does not live on beside the second's reward.
    expect(columnOf(restarted, "entropy").every(Number.isNaN)).toBe(true);
    expect(restarted.repeatedSteps).toEqual([2, 3]);
    expect(restarted.warnings.join()).toContain("from 3 to 2");
  });

  test("an evaluation that arrives late joins its step and restarts nothing", async () => {
    const log = await readTextLog(
      lines(
        { step: 1, reward: 0.1 },
        { step: 2, reward: 0.2 },
        { step: 1, "eval/reward": 0.5 },
        { step: 3, reward: 0.3 },
      ),
    );
    expect(columnOf(log, "reward")).toEqual([0.1, 0.2, 0.3]);
    expect(columnOf(log, "eval/reward")).toEqual([0.5, Number.NaN, Number.NaN]);
    expect(log.warnings).toEqual([]);
  });

  test("a value that is not finite never replaces one that is, nor a missing one", async () => {
    const log = await readTextLog(
      '{"step":1,"reward":0.5,"entropy":1}\n{"step":1,"reward":NaN}\n{"step":2,"reward":0.25}\n{"step":2,"entropy":null}\n',
    );
    expect(columnOf(log, "reward")).toEqual([0.5, 0.25]);
    expect(columnOf(log, "entropy")).toEqual([1, Number.NaN]);
  });

  test("nested objects become paths; foreign keys change nobody's prototype", async () => {
    const log = await readTextLog(
      '{"step":1,"train":{"reward":0.5,"names":["x"]},"__proto__":{"polluted":1},"constructor":2}\n',
    );
    expect(columnOf(log, "train/reward")).toEqual([0.5]);
    expect(columnOf(log, "__proto__/polluted")).toEqual([1]);
    expect(log.reward?.column).toBe("train/reward");
    expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
  });

  test("a torn last line is dropped, broken ones are skipped, and both are counted", async () => {
    const log = await readTextLog(
      'not json\n{"step":1,"reward":0.1}\n{"step":2,"reward":0.2}\n{"step":3,"rew',
    );
    expect(columnOf(log, "reward")).toEqual([0.1, 0.2]);
    expect(log.warnings[0]).toMatch(/^1 line\(s\) hold no JSON object .* line 1;/);
    expect(log.warnings[1]).toContain("last line (4) is cut off");
  });

  test("bare NaN and Infinity, as Python writes them, count as missing", async () => {
    const log = await readTextLog(
      '{"step":1,"reward":NaN,"entropy":0.5}\n{"step":2,"reward":-Infinity,"entropy":"NaN"}\n',
    );
    expect(columnOf(log, "reward").every(Number.isNaN)).toBe(true);
    expect(columnOf(log, "entropy")).toEqual([0.5, Number.NaN]);
    expect(log.reward).toBeUndefined();
    expect(log.warnings.join()).toContain("3 value(s) are NaN or infinite");
  });

  test("a list of rows is read like lines of them", async () => {
    const rows = [
      { step: 1, reward: 0.1 },
      { step: 2, reward: 0.2 },
    ];
    const list = await readTextLog(JSON.stringify(rows, null, 2));
    expect(list.table).toEqual((await readTextLog(lines(...rows))).table);
  });

  test("a trainer state joins evaluation rows and leaves out the summary", async () => {
    const log = await readTextLog(
      '{"log_history": [{"step": 1, "epoch": 0.1, "entropy": 2.5, "reward": NaN}, {"step": 2, "epoch": 0.2, "entropy": 2.4, "reward": 0.5},' +
        '{"step": 2, "epoch": 0.2, "eval_reward": 0.6}, {"step": 2, "epoch": 0.2, "train_runtime": 99, "train_loss": 1}]}',
    );
    expect(log.format).toBe("trl");
    expect(columnOf(log, "entropy")).toEqual([2.5, 2.4]);
    expect(columnOf(log, "reward")).toEqual([Number.NaN, 0.5]);
    expect(columnOf(log, "eval_reward")).toEqual([Number.NaN, 0.6]);
    expect(log.table.columns.has("train_loss")).toBe(false);
    expect(log.validation).toEqual(["eval_reward"]);
    expect(log.repeatedSteps).toEqual([]);
  });
});
