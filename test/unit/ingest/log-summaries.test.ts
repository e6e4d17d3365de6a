import { describe, expect, test } from "vitest";
import { ConfigError, DataError } from "../../../src/base/errors.ts";
import { closestName } from "../../../src/base/closest-name.ts";
import { describeDefinition } from "../../../src/ingest/describe-definition.ts";
import { describeFormats, formatNames, formats, parseFormat } from "../../../src/ingest/formats.ts";
import { inspection } from "../../../src/ingest/inspection.ts";
import { mixedDefinitionWarnings } from "../../../src/ingest/mixed-definitions.ts";
import { recogniseFile } from "../../../src/ingest/recognise-format.ts";
import { requireRoles } from "../../../src/ingest/require-roles.ts";
import { readTextLog } from "../../support/read-text-log.ts";

const verl = (...lines: string[]): string =>
  lines.map((line, i) => `step:${i} - ${line}\n`).join("");

describe("a log, inspected", () => {
  test("every field of the contract is there, and counts are of finite values alone", async () => {
    const log = await readTextLog(
      verl(
        "actor/entropy:0.5 - val/test_score/s:0.1",
        "actor/entropy:nan - critic/score/mean:0.2",
        "actor/entropy:0.25",
      ),
    );
    const found = inspection({ ...log, source: "the.log" });
    expect(found).toMatchObject({
      log: "the.log",
      format: "verl-console",
      steps: 3,
      firstStep: 0,
      lastStep: 2,
      entropy: { column: "actor/entropy", definition: { kind: "exact" } },
      reward: { column: "critic/score/mean" },
      validation: ["val/test_score/s"],
      gaps: [],
      repeatedSteps: [],
    });
    expect(found.warnings).toHaveLength(1);
    expect(found.columns).toContainEqual({
      name: "actor/entropy",
      count: 2,
      first: 0.5,
      last: 0.25,
      min: 0.25,
      max: 0.5,
    });
  });

  test("a log without entropy and reward is inspected all the same", async () => {
    const found = inspection(await readTextLog(verl("a:1", "a:nan", "b:nan")));
    expect(found).toMatchObject({ entropy: null, reward: null, validation: [] });
    expect(found.columns.at(-1)).toEqual({
      name: "b",
      count: 0,
      first: null,
      last: null,
      min: null,
      max: null,
    });
  });
});

describe("what a law needs", () => {
  test("a log with both columns passes, its roles now certain", async () => {
    const log = await readTextLog(
      verl("actor/entropy:0.5 - critic/score/mean:0", "actor/entropy:0.4 - critic/score/mean:1"),
    );
    expect(requireRoles(log).entropy.column).toBe("actor/entropy");
  });

  test("a missing role names the columns there are, likely ones first, the flag and the trainer's reason", async () => {
    const log = await readTextLog(verl("b:1 - my_ent:2 - critic/score/mean:1"));
    const error = (() => {
      try {
        return requireRoles(log);
      } catch (thrown) {
        return thrown;
      }
    })();
    expect(error).toBeInstanceOf(DataError);
    expect(error).toMatchObject({
      code: "no-entropy",
      message: expect.stringContaining("got my_ent, b, critic/score/mean"),
      fix: expect.stringMatching(/--entropy COL .*bypass mode/),
    });
    await expect(readTextLog(verl("actor/entropy:1")).then(requireRoles)).rejects.toMatchObject({
      code: "no-reward",
    });
  });

  test.each([
    ["one step", verl("actor/entropy:0.5 - critic/score/mean:0.2"), "got 1"],
    [
      "never at the same step",
      verl("actor/entropy:1", "critic/score/mean:1", "actor/entropy:1"),
      "got 0",
    ],
  ])("%s is too little", async (_, text, got) => {
    await expect(readTextLog(text).then(requireRoles)).rejects.toMatchObject({
      code: "too-few-steps",
      message: expect.stringContaining(got),
    });
  });
});

describe("logs side by side", () => {
  const verlLog = () => readTextLog(verl("actor/entropy:1"));
  const trlLog = () => readTextLog('{"log_history": [{"step": 1, "entropy": 2.5}]}');
  const csvLog = () => readTextLog("step,entropy\n1,0.5\n");

  test("equal definitions, or none, are silent", async () => {
    expect(
      mixedDefinitionWarnings([await verlLog(), await verlLog(), await readTextLog(verl("a:1"))]),
    ).toEqual([]);
  });

  test("different ones are named with the logs that have them", async () => {
    const [warning] = mixedDefinitionWarnings([await verlLog(), await trlLog()]);
    expect(warning).toMatch(
      /^the logs measure different entropies.*before the update.*during the update/s,
    );
  });

  test("where one does not say, the warning does not claim to know", async () => {
    expect(mixedDefinitionWarnings([await verlLog(), await csvLog()])[0]).toMatch(
      /^the logs may measure/,
    );
  });

  test("a definition in words", async () => {
    expect(describeDefinition((await verlLog()).entropy!.definition)).toBe(
      "full vocabulary, before the update, mean over tokens, at the rollout's temperature",
    );
    expect(describeDefinition((await csvLog()).entropy!.definition)).toBe("unknown");
  });
});

describe("the table of formats", () => {
  test.each(formatNames)("%s recognises its own example", (name) => {
    const format = formats[name];
    const example = name === "csv" ? `${format.example}\n1,2,3\n` : `${format.example}\n`;
    if (format.input === "file")
      expect(recogniseFile(Buffer.from(example), "log")?.name).toBe(name);
    else expect(format.recognise(["run.json", "steps.jsonl"], "run")).toBeDefined();
  });

  test("every format is described, under the name that --format takes", () => {
    expect(describeFormats().map(({ name }) => parseFormat(name))).toEqual(formatNames);
  });

  test("a name that does not exist is answered by the nearest", () => {
    expect(() => parseFormat("verl-jsonn")).toThrow(ConfigError);
    expect(() => parseFormat("verl-jsonn")).toThrow(
      expect.objectContaining({ fix: expect.stringContaining('"verl-jsonl"') }),
    );
  });

  test("the nearest name forgives a third of the letters, not more", () => {
    expect(closestName("crtic/score/maen", ["actor/entropy", "critic/score/mean"])).toBe(
      "critic/score/mean",
    );
    expect(closestName("reward", ["actor/entropy", "critic/score/mean"])).toBeUndefined();
    const start = performance.now();
    expect(closestName("x".repeat(1e5), ["y".repeat(1e5)])).toBeUndefined();
    expect(performance.now() - start).toBeLessThan(1000);
  });
});
