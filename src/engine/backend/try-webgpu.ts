/**
 * A program of its own: tries one addition on the WebGPU provider and prints what came of it as one line of JSON. A
 * driver that ends the process ends this one alone.
 */
import { filled, type InputValue, makeNode } from "../ir/graph.ts";
import { encodeModel } from "../onnx/encode-model.ts";
import { createSession, messageOf, tensorOver } from "../run/session.ts";
import type { WebgpuTrial } from "./webgpu-problem.ts";

/** Whether the dynamic linker finds the Vulkan loader; undefined where WebGPU does without. */
function findsLoader(): boolean | undefined {
  if (process.platform !== "linux") return undefined;
  try {
    process.dlopen({ exports: {} }, "libvulkan.so.1");
    return true;
  } catch (error) {
    // Once opened, it is refused for being no module of Node.
    return messageOf(error).includes("did not self-register");
  }
}

/** What three numbers plus one are on the device. */
async function add(): Promise<string> {
  const x: InputValue = { kind: "input", name: "x", shape: [3], dtype: "float32" };
  const sum = makeNode({
    op: "Add",
    inputs: [x, filled(1, [], "float32")],
    outputs: [x],
    source: "trial",
  });
  const [value] = sum.outputs;
  if (value === undefined) return "nothing";
  const graph = { inputs: [x], nodes: [sum], outputs: [{ name: "y", value }], updates: [] };
  const model = encodeModel(graph);
  const session = await createSession(model.bytes, { device: "webgpu", threads: 1 });
  const [feed = ""] = model.feeds.values();
  const [output = ""] = model.outputs;
  const given = tensorOver(Float32Array.of(1, 2, 3), "float32", [3]);
  const results = await session.run({ [feed]: given });
  return String(results[output]?.data);
}

function say(trial: WebgpuTrial): void {
  process.stdout.write(`${JSON.stringify(trial)}\n`, () => process.exit(0));
}

const loader = findsLoader();
if (loader === false) {
  say({ loader, problem: "the Vulkan loader, libvulkan.so.1, is not on this machine" });
} else {
  try {
    const sum = await add();
    say({ loader, problem: sum === "2,3,4" ? undefined : `[1, 2, 3] plus 1 gave [${sum}]` });
  } catch (error) {
    const text = messageOf(error);
    const adapter = text.includes("Failed to get a WebGPU adapter");
    say({ loader, problem: adapter ? "ONNX Runtime finds no GPU that it can use" : text });
  }
}
