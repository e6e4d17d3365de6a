/** A profiled program tells what each node took, under the tfjs operation it came from. */
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { disk } from "../../../../src/base/file-system.ts";
import { compile } from "../../../../src/engine/compile.ts";
import { nodeTimes } from "../../../../src/engine/run/node-times.ts";
import { tf } from "../../../../src/engine/tfjs.ts";
import { on } from "./on-each-route.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "entlaw-profile-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

const CALLS = 7;

test("the profile of a program has each node once, with its calls, and each program a trace of its own", async () => {
  await on("graph", async () => {
    const build = () =>
      compile(
        ({ x }) => ({ y: tf.relu(tf.matMul(x, x)) }),
        { x: { shape: [32, 32] } },
        { profile: join(folder, "trace") },
      );
    const [first, second] = [await build(), await build()];
    const x = new Float32Array(32 * 32).fill(0.5);
    for (let k = 0; k < CALLS; k += 1) await first({ x });
    await second({ x });
    const times = await first.profile();
    expect(times.map(({ source, calls }) => `${source} ${calls}`).toSorted()).toEqual([
      `matMul ${CALLS}`,
      `relu ${CALLS}`,
    ]);
    for (const { totalMs, minMs } of times) {
      expect(minMs).toBeGreaterThanOrEqual(0);
      expect(totalMs).toBeGreaterThanOrEqual(minMs * CALLS);
    }
    expect(times.map(({ totalMs }) => totalMs)).toEqual(
      times.map(({ totalMs }) => totalMs).toSorted((a, b) => b - a),
    );
    expect((await second.profile()).map(({ calls }) => calls)).toEqual([1, 1]);
    expect(readdirSync(folder)).toHaveLength(2);
    expect([...(await first({ x })).y.subarray(0, 1)]).toEqual([8]);
    await first.dispose();
    await second.dispose();
  });
});

test("a trace that is not there is an error that says where it was looked for", () => {
  const graph = { inputs: [], nodes: [], outputs: [], updates: [] };
  expect(() => nodeTimes(disk, join(folder, "none"), graph)).toThrow(join(folder, "none_*.json"));
});
