/** Settings of the engine in use are what programs get unless their options say otherwise. */
import { afterEach, expect, test } from "vitest";
import { compile } from "../../../../src/engine/compile.ts";
import {
  currentSettings,
  type Device,
  setSettings,
} from "../../../../src/engine/run/engine-settings.ts";
import { tf } from "../../../../src/engine/tfjs.ts";
import { on } from "./on-each-route.ts";

const before = currentSettings();
afterEach(() => {
  setSettings(before);
});

/** A device that ONNX Runtime does not have: its refusal names it. */
const NOWHERE = "nowhere" as Device;

test("a change leaves the other settings as they are", () => {
  setSettings({ threads: 3 });
  setSettings({ device: "webgpu" });
  expect(currentSettings()).toEqual({ threads: 3, device: "webgpu" });
});

test("a program runs on the device of the engine, unless its options name another", async () => {
  await on("graph", async () => {
    const build = (options: { device?: Device }) =>
      compile(({ x }) => ({ y: tf.neg(x) }), { x: { shape: [] } }, options);
    setSettings({ device: NOWHERE });
    await expect(build({})).rejects.toThrow("on nowhere");
    expect((await (await build({ device: "cpu" }))({ x: 2 })).y[0]).toBe(-2);
    setSettings({ device: "cpu" });
    await expect(build({ device: NOWHERE })).rejects.toThrow("on nowhere");
    expect((await (await build({}))({ x: 2 })).y[0]).toBe(-2);
  });
});
