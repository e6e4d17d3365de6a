/** The native TensorFlow under entlaw's own TensorFlow.js, where it is built, and the ways its build script ends. */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { findTensorFlow } from "../../src/engine/backend/find-tensorflow.ts";
import { loadTensorFlow } from "../../src/engine/backend/load-tensorflow.ts";
import { tf } from "../../src/engine/tfjs.ts";

const finding = findTensorFlow();
const missing = finding.status === "missing";
// TensorFlow for the GPU reports on its libraries at the level ERROR even where all is well.
const quiet = !missing && finding.found.name === "@tensorflow/tfjs-node";

describe.skipIf(missing)(
  "native TensorFlow (scripts/native-tensorflow.sh builds it; ENTLAW_TENSORFLOW names it)",
  () => {
    test("computes and differentiates for entlaw's TensorFlow.js", async () => {
      await tf.setBackend("cpu");
      const { version } = await loadTensorFlow();
      expect(version).toMatch(/^2\.\d+\.\d+$/);
      expect(tf.getBackend(), "the backend that was active stays so").toBe("cpu");

      await tf.setBackend("tensorflow");
      const weights = tf.variable(tf.tensor2d([1, 2, 3, 4], [2, 2]));
      // d sum((W W)²) / dW = 2 (W W) Wᵀ + 2 Wᵀ (W W)
      const loss = (): tf.Scalar => tf.matMul(weights, weights).square().sum();
      const { value, grads } = tf.variableGrads(loss);
      expect(value.dataSync()).toEqual(Float32Array.of(7 ** 2 + 10 ** 2 + 15 ** 2 + 22 ** 2));
      const [gradient] = Object.values(grads);
      expect(gradient?.dataSync()).toEqual(
        Float32Array.of(54 + 104, 122 + 152, 118 + 148, 266 + 216),
      );

      tf.train.sgd(1).applyGradients(grads);
      expect(weights.dataSync()).toEqual(Float32Array.of(1 - 158, 2 - 274, 3 - 266, 4 - 482));
      expect(weights).toBeInstanceOf(tf.Variable);
      expect(value).toBeInstanceOf(tf.Tensor);
    });

    test("a tensor goes from one backend to the other", async () => {
      await loadTensorFlow();
      await tf.setBackend("cpu");
      const x = tf.tensor1d([1, 2, 3]);
      await tf.setBackend("tensorflow");
      expect(x.square().dataSync()).toEqual(Float32Array.of(1, 4, 9));
    });

    test.runIf(quiet)("the CPU build loads without a word on stderr", () => {
      const code = `
        const { loadTensorFlow } = await import("./src/engine/backend/load-tensorflow.ts");
        const { tf } = await import("./src/engine/tfjs.ts");
        const { name } = await loadTensorFlow();
        tf.reverse(tf.topk(tf.tensor1d([3, 1, 2]), 2).values).print(); // TopK: util.isNullOrUndefined
        process.exitCode = tf.getBackend() === "tensorflow" && name.startsWith("@tensorflow/") ? 0 : 1;`;
      const { stdout, stderr, status } = spawnSync(
        process.execPath,
        ["--disable-warning=ExperimentalWarning", "--input-type=module", "--eval", code],
        { encoding: "utf8" },
      );
      expect({ stdout: stdout.trim(), stderr, status }).toEqual({
        stdout: "Tensor\n    [2, 3]",
        stderr: "",
        status: 0,
      });
    });
  },
);

const buildable = process.platform === "linux" && process.arch === "x64";

describe.skipIf(!buildable)("scripts/native-tensorflow.sh (for Linux on x86_64 only)", () => {
  const scratch = mkdtempSync(join(tmpdir(), "entlaw-native-tensorflow-"));
  afterAll(() => rmSync(scratch, { recursive: true }));

  const build = (args: readonly string[], environment: NodeJS.ProcessEnv = {}) =>
    spawnSync("/bin/bash", ["scripts/native-tensorflow.sh", ...args], {
      encoding: "utf8",
      env: { ...process.env, ...environment },
    });

  test("explains itself, and refuses what it does not know", () => {
    const help = build(["--help"]);
    expect(help.status).toBe(0);
    expect(help.stdout).toContain("export ENTLAW_TENSORFLOW=DIR");
    const unknown = build(["tpu"]);
    expect(unknown.status).toBe(2);
    expect(unknown.stderr).toBe(help.stdout);
  });

  test("does not touch a folder that it did not make", () => {
    const folder = join(scratch, "thesis");
    mkdirSync(folder);
    writeFileSync(join(folder, "chapter"), "");
    const { status, stderr } = build(["cpu", folder]);
    expect(status).toBe(2);
    expect(stderr).toBe(
      `native-tensorflow: ${folder} exists and was not made by this script; name another DIR\n`,
    );
  });

  test("names the tools that are missing and how to get them", () => {
    const bin = join(scratch, "bin");
    mkdirSync(bin);
    for (const tool of ["uname", "dirname", "basename", "mkdir", "ls", "cat"]) {
      const { stdout } = spawnSync("/bin/sh", ["-c", `command -v ${tool}`], { encoding: "utf8" });
      symlinkSync(stdout.trim(), join(bin, tool));
    }
    const { status, stderr } = build(["cpu", join(scratch, "a")], { PATH: bin });
    expect(status).toBe(3);
    expect(stderr).toMatch(/^native-tensorflow: missing: node npm g\+\+ python3; .*apt-get.*\n$/);
  });

  test("says in one line that nothing can be downloaded, and can be run again", () => {
    const folder = join(scratch, "b");
    for (const _ of [1, 2]) {
      const { status, stdout, stderr } = build(["cpu", folder], {
        PIP_NO_INDEX: "1",
        PIP_FIND_LINKS: scratch,
      });
      const last = stderr.trimEnd().split("\n").at(-1);
      expect({ status, stdout }).toEqual({ status: 3, stdout: "" });
      // "missing" where the machine has no compiler either.
      expect(last).toMatch(
        /^native-tensorflow: (TensorFlow's wheel cannot be downloaded|missing: )/,
      );
    }
  });
});
