import { describe, expect, test } from "vitest";
import { experimentConfig } from "../../../src/config/experiment-config.ts";
import { settingPaths, settingsTables } from "../../../src/config/schema-tables.ts";

describe("the default experiment", () => {
  test("is this one", () => {
    expect(experimentConfig.parse({})).toEqual({
      task: {
        kind: "countdown",
        numbers: 3,
        largest: 20,
        largestTarget: 99,
        operators: "+-*/",
      },
      policy: { size: "s", positions: "learned" },
      warmStart: {
        passRate: 0.2,
        maxUpdates: 2000,
        batch: 128,
        learningRate: 1e-3,
        checkEvery: 50,
        seed: 0,
        from: null,
      },
      rollout: {
        prompts: 64,
        samples: 8,
        temperature: 1,
        topP: 1,
        dynamicSampling: { enabled: false, maxRounds: 10 },
        zeroVariance: "keep",
        retireAt: null,
      },
      advantage: { kind: "grpo", normalizeByStd: true, stdOver: "group" },
      loss: { kind: "ppo-clip", clipLow: 0.2, clipHigh: 0.2, dualClip: 3 },
      aggregation: "token-mean",
      intervention: { kind: "none" },
      optimizer: {
        learningRate: 5e-5,
        schedule: "constant",
        warmUp: 0,
        floor: 0,
        beta1: 0.9,
        beta2: 0.999,
        epsilon: 1e-8,
        weightDecay: 0,
        gradientClip: 1,
      },
      update: { miniBatches: 4, epochs: 1, microBatch: 16 },
      evaluation: { every: 25, prompts: 128, samples: 4 },
      log: { tokens: 1, rollouts: 10, updates: 10 },
      checkpoint: { every: 25, keep: 2 },
      steps: 300,
      seed: 0,
    });
  });

  test("is complete: parsed again it stays itself", () => {
    const config = experimentConfig.parse({});
    expect(experimentConfig.parse(config)).toEqual(config);
  });
});

describe("every setting", () => {
  const owners = [[], ...settingPaths()].filter((path) => settingsTables(path).length > 0);

  test("is described, and has a default", () => {
    const kinds = owners.flatMap((owner) =>
      settingsTables(owner).map(({ kind }) => ({ owner, kind })),
    );
    expect(kinds.length).toBeGreaterThan(30); // the tables, one for each kind
    for (const { owner, kind } of kinds) {
      if (kind === undefined) continue;
      const input = { [String(owner[0])]: { kind } };
      const isBandit = kind === "bandit"; // which does without a warm start
      const warmStart = isBandit ? { warmStart: { passRate: 0 } } : {};
      expect(() => experimentConfig.parse({ ...input, ...warmStart }), kind).not.toThrow();
    }
    expect(undescribed()).toEqual([]);
  });
});

/** Paths of the settings without a description. */
function undescribed(): string[] {
  const schema = JSON.stringify(jsonSchema());
  const found: string[] = [];
  const walk = (node: unknown, path: string): void => {
    if (typeof node !== "object" || node === null) return;
    const record = node as Record<string, unknown>;
    for (const one of ["anyOf", "oneOf"].flatMap((key) => (record[key] as unknown[]) ?? [])) {
      walk(one, path);
    }
    const properties = (record["properties"] ?? {}) as Record<string, Record<string, unknown>>;
    for (const [key, field] of Object.entries(properties)) {
      const isTable = ["properties", "oneOf"].some((part) => part in field);
      if (!isTable && field["description"] === undefined) found.push(`${path}.${key}`);
      walk(field, `${path}.${key}`);
    }
  };
  walk(JSON.parse(schema), "");
  return found;
}

function jsonSchema(): unknown {
  return experimentConfig.toJSONSchema({ io: "input" });
}
