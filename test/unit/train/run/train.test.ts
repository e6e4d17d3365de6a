/** Promises of a whole run: what it writes, that a resumed run is the run itself, and how it fails. */
import { mkdtempSync, readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { RunError } from "../../../../src/base/errors.ts";
import type { ExperimentInput } from "../../../../src/config/experiment-config.ts";
import { useEngine } from "../../../../src/engine/backend/use-engine.ts";
import { type TrainEvent, train, type TrainResult } from "../../../../src/train/run/train.ts";
import { smallConfig } from "../../../support/small-lab.ts";

beforeAll(() => useEngine("graph", { threads: 1 }));

const newFolder = (): string => join(mkdtempSync(join(tmpdir(), "entlaw-train-")), "run");

const LEARNABLE: ExperimentInput = {
  task: { kind: "bandit", payoffs: [0, 0.5, 1] },
  steps: 6,
  evaluation: { every: 4, prompts: 4, samples: 2 },
  checkpoint: { every: 2, keep: 2 },
  log: { updates: 1 },
};

/** A few problems, of which those are drawn no more that were ever solved. */
const RETIRING: ExperimentInput = {
  task: { kind: "chain", operations: 1, largest: 3, modulus: 2, operators: "+-" },
  rollout: { prompts: 8, samples: 4, retireAt: 0.01 },
  optimizer: { learningRate: 1e-3 },
};

function run(
  out: string,
  changes: ExperimentInput = {},
  more: Partial<Parameters<typeof train>[0]> = {},
): Promise<TrainResult> {
  const config = smallConfig({ ...LEARNABLE, ...changes });
  return train({ config, out, id: "test", resume: false, versions: { entlaw: "0" }, ...more });
}

const manifestOf = (out: string): Record<string, unknown> =>
  JSON.parse(readFileSync(join(out, "run.json"), "utf8")) as Record<string, unknown>;

/** Rows of the log without what the clock says. */
const rowsOf = (out: string, file = "steps.jsonl"): Record<string, number | null>[] =>
  readFileSync(join(out, file), "utf8")
    .trim()
    .split("\n")
    .map((line) => {
      const row = JSON.parse(line) as Record<string, number | null>;
      return Object.fromEntries(
        Object.entries(row).filter(([name]) => !name.startsWith("seconds_")),
      );
    });

const weightsOf = (out: string, step: number): Buffer[] =>
  ["policy", "optimizer"].map((name) =>
    readFileSync(
      join(out, `checkpoints/step-${String(step).padStart(6, "0")}/${name}.safetensors`),
    ),
  );

/** Ends a run after one of its steps, as Ctrl-C does. */
function stopAfter(step: number): Pick<Parameters<typeof train>[0], "signal" | "onEvent"> {
  const controller = new AbortController();
  return {
    signal: controller.signal,
    onEvent: (event: TrainEvent) => {
      if (event.kind === "step" && event.step === step) controller.abort();
    },
  };
}

describe("a run", () => {
  test("writes every step, its tokens and updates, and says how it ended", async () => {
    const out = newFolder();
    expect(await run(out)).toEqual({ status: "finished", steps: 6, taken: 6 });
    const rows = rowsOf(out);
    expect(rows.map(({ step }) => step)).toEqual([1, 2, 3, 4, 5, 6]);
    // Before the first step's updates, every fourth step after it, and before the last's.
    expect(rows.map(({ validation }) => validation !== null)).toEqual([
      true,
      false,
      false,
      false,
      true,
      true,
    ]);
    for (const row of rows)
      for (const [name, value] of Object.entries(row))
        if (
          !/^(validation.*|selected_share|coefficient|retired_problems|(log_z|group_|process_).*)$/.test(
            name,
          )
        )
          expect(value, name).toSatisfy(Number.isFinite);
    expect(rowsOf(out, "updates.jsonl").map(({ step, update }) => [step, update])).toEqual(
      [1, 2, 3, 4, 5, 6].flatMap((step) => [1, 2].map((update) => [step, update])),
    );
    expect(readdirSync(join(out, "tokens"))).toHaveLength(6);
    expect(readdirSync(join(out, "checkpoints"))).toEqual(["step-000004", "step-000006"]);
    expect(manifestOf(out)).toMatchObject({ status: "finished", steps: 6, seed: 0 });
  });

  test("with the same configuration and seed is the same run; with another seed it is another", async () => {
    const [one, same, other] = [newFolder(), newFolder(), newFolder()];
    await run(one);
    await run(same);
    await run(other, { seed: 1 });
    expect(rowsOf(same)).toEqual(rowsOf(one));
    expect(weightsOf(same, 6)).toEqual(weightsOf(one, 6));
    expect(rowsOf(other)).not.toEqual(rowsOf(one));
  });

  test.each<[string, ExperimentInput]>([
    ["none", {}],
    ["clip-cov", { intervention: { kind: "clip-cov", share: 0.2, low: -9 } }],
    ["reference-kl", { intervention: { kind: "reference-kl", coefficient: 0.1 } }],
    ["a value head", { advantage: { kind: "gae" } }],
    ["problems that are retired", RETIRING],
    ["a falling learning rate", { optimizer: { schedule: "linear", learningRate: 1e-3 } }],
  ])("that was stopped and resumed is the run that was not (%s)", async (_, changes) => {
    const [whole, stopped] = [newFolder(), newFolder()];
    await run(whole, changes);
    expect(await run(stopped, changes, stopAfter(3))).toEqual({
      status: "interrupted",
      steps: 3,
      taken: 3,
    });
    expect(manifestOf(stopped)).toMatchObject({ status: "interrupted" });
    expect(await run(stopped, changes, { resume: true })).toMatchObject({ steps: 6, taken: 3 });
    expect(rowsOf(stopped)).toEqual(rowsOf(whole));
    expect(rowsOf(stopped, "updates.jsonl")).toEqual(rowsOf(whole, "updates.jsonl"));
    expect(weightsOf(stopped, 6)).toEqual(weightsOf(whole, 6));
  });

  test("retires more and more problems, some before the step at which others are stopped", async () => {
    const out = newFolder();
    await run(out, RETIRING);
    const retired = rowsOf(out).map((row) => row["retired_problems"]!);
    expect(retired[2]).toBeGreaterThan(0);
    expect(retired.at(-1)).toBeGreaterThan(retired[2]!);
    expect(retired.toSorted((a, b) => a - b)).toEqual(retired);
  });

  test("that has ended can go on for more steps, and not with another loss", async () => {
    const [longer, whole] = [newFolder(), newFolder()];
    await run(longer, { steps: 4 });
    await run(longer, { steps: 6 }, { resume: true });
    await run(whole, { steps: 6 });
    const trained = (out: string) =>
      rowsOf(out).map(({ step, reward, entropy }) => [step, reward, entropy]);
    expect(trained(longer)).toEqual(trained(whole));
    await expect(run(longer, { loss: { kind: "cispo" } }, { resume: true })).rejects.toThrow(
      /loss/,
    );
  });

  test("never writes into a folder that holds something", async () => {
    const out = newFolder();
    await run(out, { steps: 2 });
    const before = readFileSync(join(out, "steps.jsonl"));
    await expect(run(out)).rejects.toThrow(/must/);
    expect(readFileSync(join(out, "steps.jsonl"))).toEqual(before);
  });

  test("fails with what to try when there is nothing to learn", async () => {
    const out = newFolder();
    const hopeless = { task: { kind: "countdown" }, steps: 20 } as const; // for a policy that was taught nothing
    const failure = await run(out, hopeless).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(RunError);
    expect((failure as RunError).message).toContain("every response has earned 0");
    expect((failure as RunError).fix).toContain("warmStart.passRate");
    expect(manifestOf(out)).toMatchObject({ status: "failed" });
    expect(rowsOf(out)).toHaveLength(5); // everything up to the last step is kept
  });

  test("fails when the loss is not finite, with the steps before it kept", async () => {
    const out = newFolder();
    const wild = { optimizer: { learningRate: 1e30, gradientClip: 1e30 } };
    const failure = await run(out, wild).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(RunError);
    expect((failure as RunError).message).toMatch(/must be finite/);
    expect((failure as RunError).fix).toContain("optimizer.learningRate");
    expect(manifestOf(out)).toMatchObject({ status: "failed" });
  });
});
