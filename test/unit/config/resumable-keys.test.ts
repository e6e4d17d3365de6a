import { describe, expect, test } from "vitest";
import { parseExperiment } from "../../../src/config/parse-experiment.ts";
import { resumableKeys } from "../../../src/config/resumable-keys.ts";

describe("a resumed run", () => {
  test("may go on for longer and be looked at otherwise", () => {
    expect(resumableKeys(parseExperiment())).toEqual(["steps", "evaluation", "log", "checkpoint"]);
  });

  test.each(["linear", "cosine"])(
    "must keep its steps under a %s schedule, whose learning rates depend on them",
    (schedule) => {
      const config = parseExperiment({ set: [`optimizer.schedule=${schedule}`] });
      expect(resumableKeys(config)).toEqual(["evaluation", "log", "checkpoint"]);
    },
  );
});
