import { describe, expect, test } from "vitest";
import { nameArms } from "../../../../src/analyze/compare/name-arms.ts";
import { PRESETS, type PresetName } from "../../../../src/config/presets.ts";
import type { ExperimentInput } from "../../../../src/config/experiment-config.ts";
import { checkExperiment } from "../../../../src/config/parse-experiment.ts";

const preset = (name: PresetName, changes: ExperimentInput = {}) =>
  checkExperiment({ ...PRESETS[name].config, ...changes });
const named = (
  configs: ReadonlyArray<ReturnType<typeof preset>>,
  by: readonly string[] = [],
  ignored: readonly string[] = ["seed"],
) => nameArms(configs, { by, ignored }).map(({ name, members }) => [name, members] as const);

describe("names of arms", () => {
  test("presets are told by the kinds that make them, without what always goes with a kind", () => {
    const names = ["grpo", "clip-cov", "kl-cov", "clip-higher", "rloo"] as const;
    expect(named(names.map((name) => preset(name)))).toEqual([
      ["grpo", [0]],
      ["clipHigh=0.28", [3]],
      ["clip-cov", [1]],
      ["kl-cov", [2]],
      ["rloo", [4]],
    ]);
  });

  test("seeds of one arm share it; a knob is named where it is turned", () => {
    const turned = preset("clip-cov", {
      intervention: { kind: "clip-cov", share: 0.05, low: 0.3, high: 5 },
    });
    const configs = [preset("grpo", { seed: 1 }), preset("clip-cov"), turned, preset("grpo")];
    expect(named(configs)).toEqual([
      ["grpo", [0, 3]],
      ["clip-cov", [1]],
      ["clip-cov share=0.05", [2]],
    ]);
  });

  test("settings asked for come first and are written out, and what else differs splits further", () => {
    const configs = [preset("grpo"), preset("clip-cov"), preset("clip-higher")];
    expect(nameArms(configs, { by: ["intervention"], ignored: [] })).toEqual([
      { name: "none", members: [0], besides: ["loss.clipHigh"] },
      { name: "none clipHigh=0.28", members: [2], besides: ["loss.clipHigh"] },
      { name: "clip-cov", members: [1], besides: [] },
    ]);
  });

  test("two settings with one last name are told by the whole path", () => {
    const configs = [
      preset("grpo"),
      preset("grpo", { rollout: { samples: 4 } }),
      preset("grpo", { evaluation: { samples: 8 } }),
    ];
    expect(named(configs).map(([name]) => name)).toEqual([
      "grpo",
      "evaluation.samples=8",
      "rollout.samples=4",
    ]);
  });

  test("settings that are none of our experiments are told by their values", () => {
    const groups = nameArms([{ lr: 1 }, { lr: 2 }, { lr: 2 }, {}], { by: [], ignored: [] });
    expect(groups.map(({ name, members }) => [name, members])).toEqual([
      ["lr=1", [0]],
      ["lr=2", [1, 2]],
      ["all", [3]],
    ]);
  });

  test("every run is in one arm, every arm has another name, and runs of an arm are alike", () => {
    const all = (Object.keys(PRESETS) as PresetName[]).flatMap((name) =>
      [0, 1].map((seed) => preset(name, { seed })),
    );
    const groups = named(all);
    expect(groups.flatMap(([, members]) => members).toSorted((a, b) => a - b)).toEqual([
      ...all.keys(),
    ]);
    expect(new Set(groups.map(([name]) => name)).size).toBe(groups.length);
    for (const [, members] of groups) {
      expect(new Set(members.map((i) => JSON.stringify({ ...all[i], seed: 0 }))).size).toBe(1);
    }
    expect(groups).toHaveLength(Object.keys(PRESETS).length);
  });
});
