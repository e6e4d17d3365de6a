/** What `entlaw train` takes its settings from: flags over a file, or over those of the run that is resumed. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { readExperiment } from "../../../src/cli/read-experiment.ts";
import { parseExperiment } from "../../../src/config/parse-experiment.ts";

const run = mkdtempSync(join(tmpdir(), "entlaw-experiment-"));
afterAll(() => rmSync(run, { recursive: true }));
const started = parseExperiment({ preset: "kl-cov", set: ["policy.size=xs", "steps=40"] });
writeFileSync(
  join(run, "run.json"),
  JSON.stringify({ schema: 1, id: "kl-cov", status: "interrupted", config: started }),
);

describe("a resumed run", () => {
  test("keeps its own settings, but for those that flags name", () => {
    expect(readExperiment({ file: undefined, resumed: run }).config).toEqual(started);
    const more = readExperiment({
      file: undefined,
      resumed: run,
      steps: 60,
      set: ["log.tokens=2"],
    });
    expect(more.config).toEqual({ ...started, steps: 60, log: { ...started.log, tokens: 2 } });
  });

  test("takes those of a preset or a file instead, where one is named", () => {
    const { config } = readExperiment({ file: undefined, preset: "smoke", resumed: run });
    expect(config).toEqual(parseExperiment({ preset: "smoke" }));
    const file = join(run, "own.yaml");
    writeFileSync(file, "steps: 7\n");
    expect(readExperiment({ file, resumed: run }).config).toEqual(
      parseExperiment({ set: ["steps=7"] }),
    );
  });

  test("has the defaults where there is no run yet", () => {
    const { config, name } = readExperiment({ file: undefined, resumed: join(run, "none") });
    expect(config).toEqual(parseExperiment({}));
    expect(name).toBe("grpo");
  });
});
