/** A sweep of verl from its file to its runs: where settings of verl may stand, and what is said of those that are wrong. */
import { describe, expect, test } from "vitest";
import { ConfigError } from "../../../src/base/errors.ts";
import { expandSweep } from "../../../src/config/expand-sweep.ts";
import { parseSweep } from "../../../src/config/parse-sweep.ts";
import { verlCommand } from "../../../src/sweep/verl/verl-command.ts";
import { verlRuns } from "../../support/verl-runs.ts";

function failure(work: () => unknown): ConfigError {
  try {
    work();
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
  throw new Error("it must be refused");
}

describe("settings of verl", () => {
  test("are those of the preset, the file, the base, the arm and the grid, later ones first", () => {
    const runs = verlRuns({
      base: { preset: "paper-32b", verl: { tensorParallel: 4 }, "verl.nodes": 16 },
      verl: { engine: "sglang", tensorParallel: 8, nodes: 8 },
      arms: { mine: { "verl.gpusPerNode": 4, steps: 10 }, "paper-7b-clip-higher": { steps: 20 } },
      grid: { "verl.maxTokensPerGpu": [10240, 40960], "optimizer.learningRate": [1e-6] },
    });
    expect(runs.map(({ config, verl }) => [config.steps, verl?.maxTokensPerGpu])).toEqual([
      [10, 10240],
      [10, 40960],
      [20, 10240],
      [20, 40960],
    ]);
    expect(runs[0]?.verl).toMatchObject({
      model: "Qwen/Qwen2.5-32B",
      engine: "sglang",
      tensorParallel: 4,
      nodes: 16,
      gpusPerNode: 4,
    });
    // An arm of the table brings its own model and machines.
    expect(runs[2]?.verl).toMatchObject({ model: "Qwen/Qwen2.5-7B", nodes: 1, engine: "sglang" });
    expect(runs[2]?.config.optimizer.learningRate).toBe(1e-6);
  });

  test("are part of a run's identity, and a run of the lab has none", () => {
    const [[one], [other]] = [verlRuns({}), verlRuns({ verl: { nodes: 2 } })];
    expect(one?.config).toEqual(other?.config);
    expect(one?.hash).not.toBe(other?.hash);
    expect(expandSweep(parseSweep("{}", "x.yaml"))[0]?.verl).toBeUndefined();
  });

  test("by verl's own keys keep their dots, whether in a table or as a path", () => {
    const key = "actor_rollout_ref.rollout.gpu_memory_utilization";
    const runs = verlRuns({
      verl: { set: { [key]: 0.7 } },
      arms: { a: {}, b: { [`verl.set.${key}`]: 0.8 }, c: { "verl.set.+ray_kwargs.x": 1 } },
    });
    expect(runs.map(({ verl }) => verl?.set)).toEqual([
      { [key]: 0.7 },
      { [key]: 0.8 },
      { [key]: 0.7, "+ray_kwargs.x": 1 },
    ]);
  });

  test.each(["trainer.logger", "actor_rollout_ref.actor.optim.lr", "+data.seed"])(
    "%s is the run's own and is refused under verl.set",
    (key) => {
      const [run] = verlRuns({ verl: { set: { [key]: 1 } } });
      if (run === undefined) throw new Error("a sweep must have a run");
      const place = { directory: "/r", configFile: "/c", logFile: "/l", verlFolder: "/v" };
      const job = { run, threads: 1, ...place };
      const { message } = failure(() => verlCommand(job, { name: "x", results: "shared" }));
      expect(message).toContain(`got ${key}`);
    },
  );

  test.each<[string, string, string]>([
    ["{ runner: verl }", "verl.train", ""],
    ["{ runner: verl, verl: { train: [], validation: v } }", "verl.train", ""],
    ["{ runner: verl, verl: { train: t, validation: v, gpus: 8 } }", "gpus", ""],
    ["{ runner: verl, base: { verl: 3 }, verl: { train: t, validation: v } }", "verl", ""],
    ["{ runner: verl, base: { preset: paper-7 } }", "paper-7b-clip-higher", "paper-7b?"],
    ["{ runner: verl, arms: [paper-7b-klcov] }", "paper-7b-kl-cov", "paper-7b-kl-cov?"],
    [
      "{ runner: verl, base: { verl.maxTokensPerGpu: 512 }, verl: { train: t, validation: v } }",
      "verl.maxTokensPerGpu must hold",
      "",
    ],
    ["{ verl: { train: t } }", "verl must be left out", "runner: verl"],
    ["{ runner: ray }", "runner", ""],
    ["{ arms: [paper-7b] }", "paper-7b", "table"],
    ["{ base: { verl.nodes: 3 } }", "verl", ""],
  ])("%s is refused by name", (text, message, fix) => {
    const error = failure(() => expandSweep(parseSweep(text, "x.yaml")));
    expect(error.message).toContain(message);
    expect(error.fix ?? "").toContain(fix);
  });
});
