/** What holds of every arm: it trains, it goes on where it was left, and a special case of it is the run without it. */
import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeAll, describe, expect, test } from "vitest";
import { ARM_NAMES, type ArmName, ARMS } from "../../../../src/config/arms.ts";
import type { ExperimentInput } from "../../../../src/config/experiment-config.ts";
import { mergeConfig } from "../../../../src/config/merge-config.ts";
import { useEngine } from "../../../../src/engine/backend/use-engine.ts";
import { decodePolicy } from "../../../../src/train/run/policy-file.ts";
import { train } from "../../../../src/train/run/train.ts";
import { smallConfig } from "../../../support/small-lab.ts";

beforeAll(() => useEngine("graph", { threads: 1 }));

const folders: string[] = [];
const newFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), "entlaw-arms-"));
  folders.push(folder);
  return folder;
};
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

const STEPS = 4;
const BASE: ExperimentInput = {
  task: { kind: "bandit", payoffs: [0, 0.5, 1] }, // a policy that was taught nothing earns something
  steps: STEPS,
  rollout: { prompts: 8, samples: 4 },
  optimizer: { learningRate: 3e-3 },
  log: { updates: 1 },
  checkpoint: { every: 2 },
};

/** Steps large enough that every arm has something to do. */
function run(out: string, arm: ExperimentInput, options: { stop?: number; resume?: boolean } = {}) {
  const stop = new AbortController();
  return train({
    config: smallConfig(mergeConfig(BASE, arm) as ExperimentInput),
    out,
    id: "arm",
    resume: options.resume ?? false,
    versions: {},
    signal: stop.signal,
    onEvent: (event) => {
      if (event.kind === "step" && event.step === options.stop) stop.abort();
    },
  });
}

const linesOf = (out: string, name: string): Record<string, unknown>[] =>
  readFileSync(join(out, name), "utf8")
    .trim()
    .split("\n")
    .map((line) => {
      const row = JSON.parse(line) as Record<string, unknown>;
      return Object.fromEntries(
        Object.entries(row).filter(([column]) => !column.startsWith("seconds_")),
      );
    });

/** What an arm may log that a run without it does not. */
const ARM_COLUMNS = /^(selected_|coefficient$|log_z|group_|process_|retired_)/;
const withoutArm = (rows: Record<string, unknown>[]): Record<string, unknown>[] =>
  rows.map((row) =>
    Object.fromEntries(Object.entries(row).filter(([column]) => !ARM_COLUMNS.test(column))),
  );

/** Fingerprints of all that learns, by file. */
function tensorsOf(out: string): Record<string, string> {
  const folder = join(out, `checkpoints/step-00000${STEPS}`);
  const names = readdirSync(folder).filter((name) => name.endsWith(".safetensors"));
  const hash = (name: string): string =>
    createHash("sha256")
      .update(readFileSync(join(folder, name)))
      .digest("hex");
  return Object.fromEntries(names.map((name) => [name, hash(name)]));
}

const weightsOf = (out: string): Buffer =>
  readFileSync(join(out, `checkpoints/step-00000${STEPS}/policy.safetensors`));

/** Names of the parameters in which a run ended otherwise than another, among those of the latter. */
function differing(out: string, plain: string): string[] {
  const [armed, other] = [out, plain].map((folder) => decodePolicy(weightsOf(folder), folder));
  return [...other!].flatMap(([name, values]) =>
    values.every((value, k) => value === armed!.get(name)![k]) ? [] : [name],
  );
}

/** What some arms need besides to do anything in a few steps of a policy that was taught nothing. */
const ACTIVE: { readonly [A in ArmName]?: ExperimentInput } = {
  "clip-higher": { loss: { kind: "ppo-clip", clipHigh: 9 } },
  "adaptive-entropy": { intervention: { kind: "adaptive-entropy", target: 9 } },
  stare: { intervention: { kind: "stare", target: 9 } },
  entropic: { intervention: { kind: "entropic", threshold: 0.3 } },
};

describe.each(ARM_NAMES)("the arm %s", (name) => {
  const { reduces } = ARMS[name];
  const config = mergeConfig(ARMS[name].config, ACTIVE[name] ?? {}) as ExperimentInput;

  test("trains, and is not the run without it", { timeout: 60_000 }, async () => {
    const [armed, plain] = [newFolder(), newFolder()];
    await run(armed, config);
    await run(plain, {});
    const rows = linesOf(armed, "updates.jsonl");
    expect(rows.length).toBeGreaterThan(STEPS);
    for (const row of [...rows, ...linesOf(armed, "steps.jsonl")])
      for (const [column, value] of Object.entries(row))
        if (value !== null) expect(value, column).toSatisfy(Number.isFinite);
    expect(differing(armed, plain)).not.toEqual([]);
  });

  test("goes on where it was left", { timeout: 60_000 }, async () => {
    const [whole, stopped] = [newFolder(), newFolder()];
    await run(whole, config);
    await run(stopped, config, { stop: 3 });
    await run(stopped, config, { resume: true });
    for (const file of ["steps.jsonl", "updates.jsonl"])
      expect(linesOf(stopped, file)).toEqual(linesOf(whole, file));
    expect(tensorsOf(stopped)).toEqual(tensorsOf(whole));
  });

  test(
    "has a special case that is the run without it, bit for bit",
    { timeout: 60_000 },
    async () => {
      const [special, plain] = [newFolder(), newFolder()];
      await run(special, reduces.special);
      await run(plain, reduces.to);
      expect(withoutArm(linesOf(special, "steps.jsonl"))).toEqual(
        withoutArm(linesOf(plain, "steps.jsonl")),
      );
      expect(withoutArm(linesOf(special, "updates.jsonl"))).toEqual(
        withoutArm(linesOf(plain, "updates.jsonl")),
      );
      expect(differing(special, plain)).toEqual([]);
    },
  );
});
