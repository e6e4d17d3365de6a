/** Runs one scenario on tfjs's cpu backend and on both routes of the graph engine, for comparison. */
import { expect } from "vitest";
import type { CompileOptions } from "../../../../src/engine/compile.ts";
import { tf } from "../../../../src/engine/tfjs.ts";
import "../../../../src/engine/trace/register-kernels.ts";

/** What a scenario hands back to be compared. */
type Observed = readonly (ArrayLike<number> | Readonly<Record<string, ArrayLike<number>>>)[];

/** A scenario: makes variables, compiles with the options given, calls, observes. */
export type Scenario = (options: CompileOptions) => Promise<Observed>;

const ROUTES = { "zero-copy": {}, copying: { zeroCopy: false } } as const;

/** Work on a backend; the variables it makes are disposed, the backend is set back. */
export async function on<T>(backend: string, work: () => Promise<T>): Promise<T> {
  const before = tf.getBackend() || "cpu"; // a process that has used no backend has none
  const kept = new Set(Object.values(tf.engine().registeredVariables));
  await tf.setBackend(backend);
  try {
    return await work();
  } finally {
    for (const variable of Object.values(tf.engine().registeredVariables))
      if (!kept.has(variable)) variable.dispose();
    await tf.setBackend(before);
  }
}

const plain = (observed: Observed): number[][] =>
  observed
    .flatMap((one) => ("length" in one ? [one as ArrayLike<number>] : Object.values(one)))
    .map((one) => Array.from(one));

// float32 sums of a few terms in another order
const TOLERANCE = 1e-5;

/** Compares what the scenario observes on each route with what it observes on tfjs's cpu backend. */
export async function expectAsOnCpu(scenario: Scenario): Promise<void> {
  const expected = plain(await on("cpu", () => scenario({})));
  expect(expected.length).toBeGreaterThan(0);
  for (const [route, options] of Object.entries(ROUTES)) {
    const got = plain(await on("graph", () => scenario({ threads: 1, ...options })));
    expect(
      got.map((one) => one.length),
      route,
    ).toEqual(expected.map((one) => one.length));
    for (const [k, list] of got.entries())
      for (const [i, value] of list.entries()) {
        const wanted = expected[k]?.[i] ?? Number.NaN;
        const error = Math.abs(value - wanted) / Math.max(1, Math.abs(wanted));
        expect(
          error,
          `${route}: observation ${k}, place ${i}: ${value} for ${wanted}`,
        ).toBeLessThan(TOLERANCE);
      }
  }
}
