import { describe, expect, test } from "vitest";
import { ConfigError } from "../../../../src/base/errors.ts";
import { makeRng } from "../../../../src/base/random.ts";
import { taskConfig } from "../../../../src/config/task-config.ts";
import { sampleSplit, splitOf } from "../../../../src/train/task/split.ts";
import { makeTask } from "../../../../src/train/task/tasks.ts";

const keys = Array.from({ length: 20_000 }, (_, i) => `${i % 7},${i}=${i % 11}`);

describe("the split of a key", () => {
  test("is train for 80 %, validation and held-out for 10 % each", () => {
    const share = (split: string): number =>
      keys.filter((key) => splitOf(key) === split).length / keys.length;
    // three standard deviations of 20,000 draws
    expect(Math.abs(share("train") - 0.8)).toBeLessThan(0.0085);
    expect(Math.abs(share("validation") - 0.1)).toBeLessThan(0.0064);
    expect(Math.abs(share("held-out") - 0.1)).toBeLessThan(0.0064);
  });

  test("is this on every machine and for ever, since policies have seen the rest", () => {
    expect(["3,5,7=26", "7+8*3-5%50:", "40213rsi:", "a", "ab"].map(splitOf)).toEqual([
      "held-out",
      "train",
      "train",
      "train",
      "validation",
    ]);
  });

  test("neighbouring keys fall apart as if by chance", () => {
    const pairs = keys.slice(1).map((key, i) => splitOf(key) === splitOf(keys[i]!));
    const share = pairs.filter(Boolean).length / pairs.length;
    expect(Math.abs(share - 0.66)).toBeLessThan(0.012); // .8² + .1² + .1²
  });
});

describe("sampling from a split", () => {
  test("without problems ends with an error that says what to change", () => {
    const draw = (): { key: string } => ({ key: keys.find((key) => splitOf(key) === "train")! });
    expect(() => sampleSplit(draw, "held-out", "chain")).toThrow(ConfigError);
    expect(() => sampleSplit(() => undefined, "train", "chain")).toThrow(
      "the task chain must have train problems, got none in 100,000 draws",
    );
  });

  test("ends with that error for knobs that leave one problem", () => {
    const task = makeTask(taskConfig.parse({ kind: "transform", digits: 3, base: 2, most: 1 }));
    const seen = new Set<string>();
    const rng = makeRng(1);
    for (let i = 0; i < 500; i += 1) seen.add(task.sample(rng, "train").key);
    expect(seen.size).toBeLessThan(32); // 8 rows x 4 operations, less the other splits
  });
});
