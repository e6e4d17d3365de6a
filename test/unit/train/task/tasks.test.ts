import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { makeRng } from "../../../../src/base/random.ts";
import type { TaskKind } from "../../../../src/config/task-config.ts";
import { splitOf } from "../../../../src/train/task/split.ts";
import type { Problem, Split, Task } from "../../../../src/train/task/task.ts";
import { makeTask } from "../../../../src/train/task/tasks.ts";
import { makeTokenizer } from "../../../../src/train/task/tokenizer.ts";
import { taskCases } from "./task-cases.ts";

const SPLITS: readonly Split[] = ["train", "validation", "held-out"];
const MANY = 2000;

const sample = (task: Task, split: Split, count: number, seed = 1): Problem[] => {
  const rng = makeRng(seed);
  return Array.from({ length: count }, () => task.sample(rng, split));
};

const keysOf = (problems: readonly Problem[]): Set<string> => new Set(problems.map((p) => p.key));
const isMadeOf = (text: string, alphabet: string): boolean =>
  Array.from(text).every((character) => alphabet.includes(character));

const cases = taskCases.map(([name, config]) => [name, makeTask(config)] as const);
const manyStates = cases.filter(([, task]) => task.kind !== "bandit");

describe("the cases", () => {
  test("cover every kind of task", () => {
    const kinds: { readonly [K in TaskKind]: true } = {
      countdown: true,
      chain: true,
      transform: true,
      bandit: true,
    };
    expect(new Set(cases.map(([, task]) => task.kind))).toEqual(new Set(Object.keys(kinds)));
  });
});

describe.each(cases)("the task %s", (_, task) => {
  test("poses the same problems and solves them alike under the same seed", () => {
    const pose = (seed: number): unknown[] => {
      const rng = makeRng(seed);
      return Array.from({ length: 50 }, () => {
        const problem = task.sample(rng, "train");
        return [problem, task.solve(problem, rng)];
      });
    };
    expect(pose(7)).toEqual(pose(7));
  });

  test.each(SPLITS)("solves what it poses, within its lengths and its alphabet (%s)", (split) => {
    const rng = makeRng(3, "solver");
    const lengths = { prompt: 0, response: 0 };
    for (const problem of sample(task, split, 300)) {
      const response = task.solve(problem, rng);
      const verdict = task.check(problem, response);
      expect(verdict, `${problem.prompt}${response}`).toMatchObject({ reward: 1 });
      expect(verdict.failure).toBeUndefined();
      expect(Object.values(verdict.parts).every((part) => part === 1)).toBe(true);
      expect(isMadeOf(problem.prompt + response, task.alphabet)).toBe(true);
      lengths.prompt = Math.max(lengths.prompt, problem.prompt.length);
      lengths.response = Math.max(lengths.response, response.length);
    }
    expect(lengths.prompt).toBeLessThanOrEqual(task.promptLength);
    expect(lengths.response).toBeLessThanOrEqual(task.responseLength);
  });

  test("gives every string a verdict, with a reason where it is not right", () => {
    const [problem] = sample(task, "train", 1) as [Problem];
    const parts = Object.keys(task.check(problem, "").parts);
    const own = fc.string({
      unit: fc.constantFrom(...task.alphabet.split("")),
      maxLength: task.responseLength,
    });
    fc.assert(
      fc.property(fc.oneof(own, fc.string(), fc.string({ unit: "binary" })), (response) => {
        const verdict = task.check(problem, response);
        expect(Object.keys(verdict.parts)).toEqual(parts);
        expect(Object.values(verdict.parts).every((part) => part >= 0 && part <= 1)).toBe(true);
        expect(verdict.reward >= 0 && verdict.reward <= 1).toBe(true);
        expect(verdict.failure === undefined).toBe(verdict.reward === 1);
        expect(verdict.failure).not.toBe("");
      }),
    );
  });

  test("judges the longest strings at once", () => {
    const [problem] = sample(task, "train", 1) as [Problem];
    for (const piece of ["1", ";", "1+1=2;", "9", "-", "=", "a"]) {
      expect(task.check(problem, piece.repeat(20_000)).reward).toBe(0);
    }
  });

  test("has an alphabet that a tokenizer takes there and back", () => {
    const tokenizer = makeTokenizer(task.alphabet);
    for (const { prompt } of sample(task, "train", 20)) {
      expect(tokenizer.decode(tokenizer.encode(prompt))).toBe(prompt);
    }
    expect(tokenizer.size).toBe(task.alphabet.length + 1);
  });
});

describe.each(manyStates)("the problems of %s", (_, task) => {
  test("are in one split each", () => {
    const keys = SPLITS.map((split) => keysOf(sample(task, split, MANY)));
    const all = new Set(keys.flatMap((one) => [...one]));
    expect(all.size).toBe(keys.reduce((sum, one) => sum + one.size, 0));
    for (const [index, split] of SPLITS.entries()) {
      expect(keys[index]!.size).toBeGreaterThan(1);
      for (const key of keys[index]!) expect(splitOf(key)).toBe(split);
    }
  });

  test("are others under another seed", () => {
    expect(sample(task, "train", 20, 1)).not.toEqual(sample(task, "train", 20, 2));
  });
});

describe("difficulty", () => {
  const [countdown, chain, transform] = ["countdown", "chain", "transform"].map((kind) =>
    taskCases.filter(([, config]) => config.kind === kind).map(([, config]) => makeTask(config)),
  ) as [Task[], Task[], Task[]];
  const mean = (values: readonly number[]): number =>
    values.reduce((sum, value) => sum + value, 0) / values.length;
  const meanLength = (task: Task): number => {
    const rng = makeRng(1);
    return mean(sample(task, "train", 300).map((problem) => task.solve(problem, rng).length));
  };

  test.each([
    ["countdown", countdown[1]!, countdown[0]!, countdown[3]!, countdown[4]!],
    ["chain", chain[1]!, chain[0]!, chain[2]!],
    ["transform", transform[1]!, transform[0]!, transform[2]!],
  ])("of %s asks for longer responses and poses more problems", (_, ...easierFirst) => {
    const tasks = easierFirst as Task[];
    const lengths = tasks.map(meanLength);
    expect(lengths).toEqual(lengths.toSorted((a, b) => a - b));
    const [easiest, hardest] = [tasks[0]!, tasks.at(-1)!];
    expect(keysOf(sample(hardest, "train", MANY)).size).toBeGreaterThan(
      keysOf(sample(easiest, "train", MANY)).size,
    );
  });

  test("of transform is graded: problems of every length are posed about equally often", () => {
    const counts = new Map<number, number>();
    for (const problem of sample(transform[0]!, "train", 4000)) {
      const operations = problem.prompt.length - 6; // five digits and the colon
      counts.set(operations, (counts.get(operations) ?? 0) + 1);
    }
    expect([...counts.keys()].toSorted((a, b) => a - b)).toEqual([1, 2, 3, 4]);
    // 1,000 each expected, standard deviation 27; few-operation problems split unevenly by up to 1 %
    for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(160);
  });
});
