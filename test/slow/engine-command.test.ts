/** `entlaw engine`: one JSON document, exit codes, and that what is missing is told rather than fatal. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { ENGINE_KINDS } from "../../src/config/engine-kind.ts";
import { probeSpeed } from "../../src/engine/backend/probe-speed.ts";
import type { Outcome } from "../support/command-line.ts";

const empty = mkdtempSync(join(tmpdir(), "entlaw-engine-"));
afterAll(() => rmSync(empty, { recursive: true }));

/** `entlaw engine …` on a machine without TensorFlow and without a Vulkan driver. */
function engine(...args: string[]): Outcome {
  const none = join(empty, "none.json");
  const env = {
    ...process.env,
    ENTLAW_TENSORFLOW: empty,
    VK_DRIVER_FILES: none,
    VK_ICD_FILENAMES: none,
    NO_COLOR: "1",
  };
  const command = ["bin/entlaw.js", "engine", ...args];
  const { status, stdout, stderr } = spawnSync(process.execPath, command, {
    encoding: "utf8",
    env,
  });
  return { code: status, stdout, stderr };
}

const keysIn = (value: unknown): string[] =>
  typeof value === "object" && value !== null
    ? Object.entries(value).flatMap(([key, inner]) => [
        ...(Array.isArray(value) ? [] : [key]),
        ...keysIn(inner),
      ])
    : [];

describe("entlaw engine", () => {
  test("--json prints one document: the machine, then each engine with how to get what is missing", () => {
    const { code, stdout } = engine("--no-probe", "--json");
    expect(code).toBe(0);
    const document: unknown = JSON.parse(stdout);
    expect(document).toMatchObject({
      cpu: expect.any(String),
      cores: expect.any(Number),
      threads: null,
      versions: { node: process.versions.node, onnxruntime_node: "1.30.0", tfjs: "4.22.0" },
      providers: expect.arrayContaining(["cpu"]),
      output_route: "zero-copy",
      engines: ENGINE_KINDS.map((kind) => ({
        kind,
        what: expect.any(String),
        available: kind === "graph" || kind === "reference",
        detail: expect.any(String),
        gigaflops: null,
        update_tokens_per_second: null,
        ...(kind === "graph" || kind === "reference" ? {} : { get: expect.any(String) }),
      })),
    });
    expect(keysIn(document).filter((key) => !/^[a-z][a-z0-9_]*$/.test(key))).toEqual([]);
  });

  test("the speed of one engine is measured with the threads asked for", () => {
    const { code, stdout } = engine("--engine", "graph", "--threads", "1", "--json");
    expect(code).toBe(0);
    const { threads, engines } = JSON.parse(stdout) as {
      threads: number;
      engines: readonly Record<string, unknown>[];
    };
    expect(threads).toBe(1);
    expect(engines).toHaveLength(1);
    expect(engines[0]).toMatchObject({
      kind: "graph",
      available: true,
      detail: "ONNX Runtime 1.30.0",
      threads: 1,
    });
    expect(engines[0]?.["gigaflops"]).toBeGreaterThan(0);
    expect(engines[0]?.["update_tokens_per_second"]).toBeGreaterThan(0);
  });

  test("as text it has a line for each engine, and the way to each that is missing", () => {
    const { code, stdout, stderr } = engine("--no-probe");
    expect(code).toBe(0);
    for (const kind of ENGINE_KINDS) expect(stdout).toMatch(new RegExp(`^${kind} `, "m"));
    expect(stdout).toContain("scripts/native-tensorflow.sh");
    expect(stdout).toContain("results leave ONNX Runtime without a copy");
    expect(stderr).toBe("");
  });

  test.each(["tensorflow", "webgpu"])(
    "a chosen engine %s that is missing is exit code 4",
    (kind) => {
      const { code, stdout, stderr } = engine("--engine", kind);
      expect(code).toBe(4);
      expect(stdout).toBe("");
      expect(stderr).toContain(`the engine ${kind} cannot run here`);
      expect(stderr).toContain("fix: ");
    },
  );

  test.each([
    ["--engine", "cuda"],
    ["--threads", "0"],
    ["--threads", "many"],
  ])("%s %s is exit code 2", (...args) => {
    expect(engine(...args).code).toBe(2);
  });
});

test("the update that is timed is the same on every engine", async () => {
  const graph = await probeSpeed("graph", 1);
  const reference = await probeSpeed("reference");
  expect(Math.abs(graph.loss - reference.loss)).toBeLessThan(1e-5);
  expect(graph.loss).not.toBe(0);
  expect(graph.gigaflops).toBeGreaterThan(0);
  expect(reference.updateTokensPerSecond).toBeGreaterThan(0);
});
