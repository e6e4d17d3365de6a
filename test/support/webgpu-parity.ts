/**
 * A program that runs tensor code on ONNX Runtime's WebGPU provider and on the processor, and prints how they differ as
 * one line of JSON; a process of its own, since the Vulkan driver is chosen by its environment.
 */
import {
  compileRollout,
  compileUpdate,
  makeBatch,
  makeParameters,
  type Style,
} from "../../bench/engine/gpt.ts";
import type { EngineKind } from "../../src/config/engine-kind.ts";
import { useEngine } from "../../src/engine/backend/use-engine.ts";
import { tf } from "../../src/engine/tfjs.ts";
import { cases } from "../unit/engine/parity/cases.ts";
import { runCase } from "../unit/engine/parity/run-case.ts";

/** What differs, by name; a text in place of a number says what failed. */
export interface WebgpuParity {
  /** Largest difference of each operation's results and gradients, relative to 1 + |expected|. */
  readonly operations: Readonly<Record<string, number | string>>;
  /** The same of each result of two updates of a GPT policy, and of its weights afterwards. */
  readonly updates: Readonly<Record<string, number>>;
  /** Share of sampled tokens that are the same. */
  readonly sameTokens: number;
}

type Lists = Readonly<Record<string, ArrayLike<number>>>;

function distance(got: ArrayLike<number> | undefined, expected: ArrayLike<number>): number {
  let worst = got?.length === expected.length ? 0 : Number.MAX_VALUE;
  for (let k = 0; k < expected.length; k += 1) {
    const [a, b] = [got?.[k] ?? 0, expected[k] ?? 0];
    if (Object.is(a, b) || a === b) continue;
    const error = Math.abs(a - b) / (1 + Math.abs(b));
    worst = Math.max(worst, Number.isFinite(error) ? error : Number.MAX_VALUE);
  }
  return worst;
}

const distances = (got: Lists, expected: Lists): Record<string, number> =>
  Object.fromEntries(
    Object.entries(expected).map(([name, values]) => [name, distance(got[name], values)]),
  );

async function operations(): Promise<Record<string, number | string>> {
  const results: Record<string, number | string> = {};
  for (const one of cases) {
    try {
      const expected = await runCase(one, { device: "cpu" });
      const got = await runCase(one, { device: "webgpu" });
      results[one.name] = Math.max(...Object.values(distances(got, expected)));
    } catch (error) {
      results[one.name] = error instanceof Error ? error.message : String(error);
    }
  }
  return results;
}

const STYLES: readonly Style[] = ["lab", "gpt2"];
const UPDATES = 2;

async function updatesOn(engine: EngineKind, style: Style): Promise<Lists> {
  await useEngine(engine);
  const parameters = makeParameters("xs", style);
  const update = await compileUpdate(parameters, "xs", style);
  const results: Record<string, ArrayLike<number>> = {};
  for (let step = 1; step <= UPDATES; step += 1) {
    const outputs = await update(makeBatch("xs") as Parameters<typeof update>[0]);
    for (const [name, values] of Object.entries(outputs))
      results[`${style} ${name} ${step}`] = values;
  }
  for (const [name, variable] of parameters)
    results[`${style} weight ${name}`] = variable.dataSync().slice();
  await update.dispose();
  tf.disposeVariables();
  return results;
}

async function tokensOn(engine: EngineKind): Promise<Int32Array> {
  await useEngine(engine);
  const rollout = await compileRollout(makeParameters("xs", "lab"), "xs", "lab");
  const { tokens } = await rollout.run();
  await rollout.dispose();
  tf.disposeVariables();
  return tokens;
}

await useEngine("webgpu");
const updates: Record<string, number> = {};
for (const style of STYLES)
  Object.assign(
    updates,
    distances(await updatesOn("webgpu", style), await updatesOn("graph", style)),
  );
const [onGpu, onCpu] = [await tokensOn("webgpu"), await tokensOn("graph")];
const same = onCpu.filter((token, k) => token === onGpu[k]).length;
const parity: WebgpuParity = {
  operations: await operations(),
  updates,
  sameTokens: same / onCpu.length,
};
process.stdout.write(`${JSON.stringify(parity)}\n`);
