/** Experience: dynamic sampling keeps groups that teach, evaluations see the same problems, greedy answers are certain. */
import { beforeAll, describe, expect, test } from "vitest";
import { makeRng } from "../../../../src/base/random.ts";
import type { ExperimentInput } from "../../../../src/config/experiment-config.ts";
import { taskConfig } from "../../../../src/config/task-config.ts";
import { useEngine } from "../../../../src/engine/backend/use-engine.ts";
import { evaluate } from "../../../../src/train/run/evaluate.ts";
import { PassHistory } from "../../../../src/train/run/pass-history.ts";
import { joinResponses, takeGroups } from "../../../../src/train/run/join-responses.ts";
import {
  answer,
  drawProblems,
  equalGroups,
  sampleStep,
} from "../../../../src/train/run/sample-batch.ts";
import type { Split, Task } from "../../../../src/train/task/task.ts";
import { makeTask } from "../../../../src/train/task/tasks.ts";
import { smallConfig, smallLab } from "../../../support/small-lab.ts";

beforeAll(() => useEngine("graph", { threads: 1 }));

/** The one problem of a bandit. */
const PROBLEM = makeTask(taskConfig.parse({ kind: "bandit" })).sample(makeRng(1), "train");

const BANDIT: ExperimentInput = { task: { kind: "bandit", payoffs: [0, 1, 1] } };

describe("experience", () => {
  test("with dynamic sampling has as many groups, more of which differ, and tells what was left out", async () => {
    const lab = smallLab(smallConfig(BANDIT), 1, 1);
    const settings = { ...lab.config.rollout, prompts: 4, samples: 2 };
    const plain = await sampleStep(lab, settings, makeRng(1));
    const chosen = await sampleStep(
      lab,
      { ...settings, dynamicSampling: { enabled: true, maxRounds: 5 } },
      makeRng(1),
    );
    const useful = (one: typeof plain): number => equalGroups(one).filter((equal) => !equal).length;
    expect(plain.rounds).toBe(1);
    expect(useful(plain)).toBeLessThan(4); // otherwise there is nothing to leave out
    expect(chosen.rounds).toBeGreaterThan(1);
    expect(chosen.problems).toHaveLength(4);
    expect(useful(chosen)).toBeGreaterThan(useful(plain));
    expect(chosen.zeroVarianceShare).toBeGreaterThan(0);
    expect(chosen.responses.count).toBe(8);
  });

  test("without groups that do not differ is smaller, and tells what was left out", async () => {
    const lab = smallLab(smallConfig(BANDIT), 1, 1);
    const settings = { ...lab.config.rollout, prompts: 6, samples: 2 };
    const drop = { ...settings, zeroVariance: "drop" } as const;
    const all = await sampleStep(lab, settings, makeRng(1));
    const kept = await sampleStep(lab, drop, makeRng(1));
    const differing = equalGroups(all).flatMap((equal, group) => (equal ? [] : [group]));
    expect(differing.length).toBeGreaterThan(0);
    expect(differing.length).toBeLessThan(6);
    const { problems, responses, rewards, verdicts } = takeGroups(all, differing);
    expect(kept).toEqual({ ...all, problems, responses, rewards, verdicts });
    const resampled = { ...drop, dynamicSampling: { enabled: true, maxRounds: 1 } };
    expect((await sampleStep(lab, resampled, makeRng(1))).problems).toEqual(problems);
  });

  test("keeps all groups if none differs", async () => {
    const lab = smallLab(smallConfig({ task: { kind: "bandit", payoffs: [1, 1, 1] } }), 1, 1);
    const settings = { ...lab.config.rollout, zeroVariance: "drop", samples: 2 } as const;
    const same = { ...lab, task: { ...lab.task, check: () => lab.task.check(PROBLEM, "") } };
    const found = await sampleStep(same, settings, makeRng(1));
    expect(found.zeroVarianceShare).toBe(1);
    expect(found.problems).toHaveLength(settings.prompts);
  });

  test("of a step has no problem that is retired, and counts what problems earn", async () => {
    const lab = smallLab(smallConfig({ rollout: { prompts: 8, samples: 4, retireAt: 1 } }));
    const history = lab.passHistory!;
    const plain = await sampleStep(
      { ...lab, passHistory: undefined },
      lab.config.rollout,
      makeRng(1),
    );
    const [first] = plain.problems;
    history.record(first!.key, [1, 1]);
    const found = await sampleStep(lab, lab.config.rollout, makeRng(1));
    expect(found.problems.map(({ key }) => key)).not.toContain(first!.key);
    const others = plain.problems.filter(({ key }) => key !== first!.key);
    expect(found.problems.slice(0, others.length)).toEqual(others);
    expect(plain.retiredProblems).toBeNull();
    expect(found.retiredProblems).toBe(history.retired);
    const expected = new PassHistory(1);
    expected.record(first!.key, [1, 1]);
    for (const [p, { key }] of found.problems.entries())
      expected.record(key, [...found.rewards.subarray(4 * p, 4 * p + 4)]);
    expect(history.toJson()).toBe(expected.toJson());
  });

  test("of a step is refused where all problems are retired", async () => {
    const lab = smallLab(
      smallConfig({ ...BANDIT, rollout: { prompts: 8, samples: 2, retireAt: 0.5 } }),
    );
    lab.passHistory!.record(PROBLEM.key, [1, 0]);
    await expect(sampleStep(lab, lab.config.rollout, makeRng(1))).rejects.toThrow(
      /not retired, got 1000 draws of retired ones, 1 of them different/,
    );
  });

  test("taken group by group from joined rounds is each round's own", async () => {
    const lab = smallLab(smallConfig());
    const rounds = [];
    for (const seed of [1, 2]) {
      const problems = drawProblems(lab.task, "train", 3, makeRng(seed, "problems"));
      rounds.push(await answer(lab, problems, { samples: 2 }, makeRng(seed, "tokens")));
    }
    const all = joinResponses(rounds);
    expect(takeGroups(all, [3, 4, 5])).toEqual(rounds[1]);
    expect(takeGroups(all, [0, 1, 2])).toEqual(rounds[0]);
    expect(takeGroups(all, [4]).problems).toEqual([rounds[1]!.problems[1]]);
  });

  test("of a step is on training problems, of an evaluation on held-out ones", async () => {
    const lab = smallLab(smallConfig());
    const asked: Split[] = [];
    const sample: Task["sample"] = (rng, split) => {
      asked.push(split);
      return lab.task.sample(rng, split);
    };
    const watched = { ...lab, task: { ...lab.task, sample } };
    await sampleStep(watched, lab.config.rollout, makeRng(1));
    expect(new Set(asked.splice(0))).toEqual(new Set(["train"]));
    const streams = { problems: makeRng(1), tokens: makeRng(2) };
    await evaluate(watched, { prompts: 4, samples: 2 }, streams);
    expect(new Set(asked)).toEqual(new Set(["held-out"]));
  });

  test("of an evaluation is the same for the same streams", async () => {
    const lab = smallLab(smallConfig());
    const streams = () => ({ problems: makeRng(1, "held-out"), tokens: makeRng(1, "tokens") });
    const request = { prompts: 6, samples: 3 };
    const one = await evaluate(lab, request, streams());
    expect(await evaluate(lab, request, streams())).toEqual(one);
    const others = await evaluate(lab, request, { ...streams(), tokens: makeRng(2, "tokens") });
    expect(others.greedy).toBe(one.greedy); // no random numbers in it
    expect(one.pass).toBeGreaterThanOrEqual(one.validation);
    expect(one.entropy).toBeGreaterThan(0);
  });
});
