/** Where a run starts: the shipped warm start, one's own checkpoint, or nothing learnt; and what does not fit. */
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { DataError } from "../../../../src/base/errors.ts";
import { disk } from "../../../../src/base/file-system.ts";
import { makeRng } from "../../../../src/base/random.ts";
import { useEngine } from "../../../../src/engine/backend/use-engine.ts";
import { experimentConfig } from "../../../../src/config/experiment-config.ts";
import { makePolicy, parameterValues, restorePolicy } from "../../../../src/train/policy/policy.ts";
import { parameterCount } from "../../../../src/train/policy/policy-shape.ts";
import { makeExam, makeRoller } from "../../../../src/train/run/lab.ts";
import { decodePolicy, encodePolicy } from "../../../../src/train/run/policy-file.ts";
import { answer, drawProblems } from "../../../../src/train/run/sample-batch.ts";
import { startPolicy } from "../../../../src/train/run/start-policy.ts";
import { mean } from "../../../../src/train/run/statistics.ts";
import { smallConfig, smallShape } from "../../../support/small-lab.ts";

beforeAll(() => useEngine("graph", { threads: 1 }));

describe("the start of a run", () => {
  test("of the default configuration ships, and solves about the promised share of problems", async () => {
    const config = experimentConfig.parse({});
    const exam = makeExam(config);
    const { values, source } = await startPolicy(disk, config, exam);
    expect(source).toContain(join("data", "warm-start"));
    const policy = restorePolicy(exam.shape, values);
    const examiner = { ...exam, roller: makeRoller(policy, exam, config) };
    const problems = drawProblems(exam.task, "validation", 256, makeRng(1));
    const { rewards } = await answer(examiner, problems, { samples: 1 }, makeRng(2));
    const deviation = Math.sqrt((0.2 * 0.8) / 256);
    expect(mean(rewards)).toBeGreaterThan(config.warmStart.passRate - 3 * deviation);
    expect(mean(rewards)).toBeLessThan(config.warmStart.passRate + 5 * deviation);
  });

  test("is random without a warm start, and the seed's own", async () => {
    const start = async (seed: number) => {
      const config = smallConfig({ warmStart: { passRate: 0, seed } });
      return (await startPolicy(disk, config, makeExam(config))).values;
    };
    expect(await start(1)).toEqual(await start(1));
    expect(await start(2)).not.toEqual(await start(1));
  });

  test("may be a policy file, and must fit", async () => {
    const config = smallConfig();
    const exam = makeExam(config);
    const policy = makePolicy(exam.shape, makeRng(3));
    const from = join(mkdtempSync(join(tmpdir(), "entlaw-start-")), "policy.safetensors");
    writeFileSync(from, encodePolicy(parameterValues(policy), {}, policy.shape));
    const settings = smallConfig({ warmStart: { from } });
    const { values } = await startPolicy(disk, settings, exam);
    expect(values).toEqual(parameterValues(policy));
    expect(() => restorePolicy({ ...exam.shape, width: 128 }, values)).toThrow(DataError);
    expect(() => restorePolicy({ ...exam.shape, layers: 3 }, values)).toThrow(/blocks.2/);
    writeFileSync(from, "no safetensors");
    await expect(startPolicy(disk, settings, exam)).rejects.toThrow(DataError);
  });
});

describe("a policy's file", () => {
  test("gives back every parameter bit for bit, in either positions and with a value head", () => {
    for (const changes of [{}, { positions: "rotary" }, { valueHead: true }] as const) {
      const policy = makePolicy(smallShape(changes), makeRng(5));
      const values = parameterValues(policy);
      const back = decodePolicy(encodePolicy(values, { step: "3" }, policy.shape), "here");
      expect(back.size).toBe(values.size);
      for (const [name, parameter] of values) expect(back.get(name), name).toEqual(parameter);
      const count = [...values.values()].reduce((sum, { length }) => sum + length, 0);
      expect(parameterCount(policy.shape)).toBe(count);
    }
  });
});
