/** The engine webgpu: what is found out before it is used, and parity with the processor where it can be used. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, test } from "vitest";
import { tryWebgpu } from "../../src/engine/backend/webgpu-problem.ts";
import type { WebgpuParity } from "../support/webgpu-parity.ts";

const scratch = mkdtempSync(join(tmpdir(), "entlaw-webgpu-"));
afterAll(() => rmSync(scratch, { recursive: true }));

const TRIAL = fileURLToPath(new URL("../../src/engine/backend/try-webgpu.ts", import.meta.url));
const PARITY = fileURLToPath(new URL("../support/webgpu-parity.ts", import.meta.url));

/** A program of one line in place of the trial. */
function script(name: string, code: string): string {
  const path = join(scratch, `${name}.mjs`);
  writeFileSync(path, code);
  return path;
}

describe("a trial in a process of its own", () => {
  test.each([
    ["is killed by its driver", `process.kill(process.pid, "SIGSEGV");`, "ended with SIGSEGV"],
    ["aborts", `process.abort();`, "ended with SIGABRT"],
    ["hangs", `setInterval(() => {}, 1000);`, "did not end within 2 s"],
    ["says nothing", `process.exitCode = 3;`, "ended with exit code 3"],
    [
      "tells a problem, and its library why",
      `console.error("Warning: no such feature\\n    at X\\nWarning: no such feature");
       console.log(JSON.stringify({ loader: true, problem: "no GPU" }));`,
      "no GPU: no such feature",
    ],
  ])("a process that %s is a problem, not a crash", async (name, code, expected) => {
    const { problem } = await tryWebgpu(script(name.replaceAll(" ", "-"), code), 2000);
    expect(problem).toContain(expected);
  });

  test("no problem is told of one that works", async () => {
    const code = `console.log(JSON.stringify({ loader: true }));`;
    expect(await tryWebgpu(script("works", code))).toEqual({ loader: true, problem: undefined });
  });

  test("the real one ends with an answer, whatever this machine has", async () => {
    const { loader, problem } = await tryWebgpu(TRIAL);
    if (process.platform === "linux") expect([true, false]).toContain(loader);
    if (loader === false) expect(problem).toContain("libvulkan.so.1");
  });

  test("a driver that Vulkan cannot load is a problem, not a crash", () => {
    const { status, stdout } = runWith({ VK_DRIVER_FILES: join(scratch, "none.json") }, TRIAL);
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ problem: expect.stringMatching(/GPU|libvulkan/) });
  });
});

function runWith(
  environment: NodeJS.ProcessEnv,
  program: string,
): { readonly status: number | null; readonly stdout: string; readonly stderr: string } {
  const env = { ...process.env, ...environment };
  if (environment["VK_DRIVER_FILES"] !== undefined)
    env["VK_ICD_FILENAMES"] = environment["VK_DRIVER_FILES"]; // its name before Vulkan loader 1.3.207
  return spawnSync(process.execPath, [program], { encoding: "utf8", env });
}

/** Environments that may lead to a Vulkan driver: this machine's own, and the software driver that comes with Chromium. */
const CHROMIUM = ["/usr/lib/chromium", "/usr/lib/chromium-browser", "/opt/google/chrome"];
const environments: readonly (readonly [string, NodeJS.ProcessEnv])[] = [
  ["this machine's own driver", {}],
  ...CHROMIUM.filter((folder) => existsSync(join(folder, "vk_swiftshader_icd.json"))).map(
    (folder) =>
      [
        `the software driver in ${folder}`,
        {
          VK_DRIVER_FILES: join(folder, "vk_swiftshader_icd.json"),
          LD_LIBRARY_PATH: [folder, process.env["LD_LIBRARY_PATH"] ?? ""].filter(Boolean).join(":"),
        },
      ] as const,
  ),
];

const problems: string[] = [];
const usable = environments.find(([name, environment]) => {
  const { stdout } = runWith(environment, TRIAL);
  const { problem } = JSON.parse(stdout || `{"problem":"crashed"}`) as { problem?: string };
  if (problem !== undefined) problems.push(`${name}: ${problem}`);
  return problem === undefined;
});

/** What WGSL's functions promise is 2⁻¹¹ in absolute terms, not the last bits. */
const ROUGH = new Set(["sin", "cos", "tan", "acos", "asin", "atan"]);
const ROUGH_ERROR = 2 ** -11;
/** A bias of keys has gradient zero but for rounding, which AdamW scales up to a step. */
const KEY_BIAS = /weight h\d+\.qkv\.b$/;

/** A software driver compiles shaders for half a minute, and longer on a busy machine. */
const PATIENCE_MS = 600_000;

const where = usable?.[0] ?? `no usable driver; ${problems.join("; ")}`;
describe.skipIf(usable === undefined)(`WebGPU equals the processor (${where})`, () => {
  test(
    "each operation and its gradient, two updates of a GPT policy, sampled tokens",
    () => {
      const { status, stdout, stderr } = runWith(usable?.[1] ?? {}, PARITY);
      expect(status, stderr).toBe(0);
      const { operations, updates, sameTokens } = JSON.parse(stdout) as WebgpuParity;

      const wrong = Object.entries(operations).filter(
        ([name, error]) =>
          typeof error === "string" || !(error <= (ROUGH.has(name) ? ROUGH_ERROR : 1e-5)),
      );
      expect(Object.keys(operations).length).toBeGreaterThan(100);
      expect(wrong).toEqual([]);

      const off = Object.entries(updates).filter(
        ([name, error]) => !(error <= (KEY_BIAS.test(name) ? 1e-3 : 1e-5)),
      );
      expect(Object.keys(updates).length).toBeGreaterThan(50);
      expect(off).toEqual([]);

      expect(sameTokens).toBe(1);
    },
    PATIENCE_MS,
  );
});
