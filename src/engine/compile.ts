/**
 * A tensor function becomes a program: 1 traced, 2 rewritten by passes, 3 encoded as ONNX and loaded.
 * On other tfjs backends ("cpu", "tensorflow") the same function runs operation by operation instead.
 */
import { monotonicMs } from "../base/clock.ts";
import { EngineError } from "../base/errors.ts";
import { printGraph } from "./ir/print-graph.ts";
import type { Pass } from "./ir/rewrite.ts";
import { applyPasses, standardPasses } from "./pass/passes.ts";
import { removeDeadCode } from "./pass/remove-dead-code.ts";
import { suitWebgpu } from "./pass/suit-webgpu.ts";
import { checkFinite, checkTensors } from "./run/check-results.ts";
import { eagerProgram } from "./run/eager-program.ts";
import { currentSettings } from "./run/engine-settings.ts";
import type { NodeTime } from "./run/node-times.ts";
import { loadProgram, type Program } from "./run/program.ts";
import { feedReader } from "./run/read-feeds.ts";
import { outputRoute } from "./run/sequence-escape.ts";
import type { SessionOptions } from "./run/session.ts";
import { inTurn } from "./run/turns.ts";
import { unshareVariables } from "./run/variable-memory.ts";
import { tf } from "./tfjs.ts";
import type { Elements } from "./trace/graph-backend.ts";
import {
  type NamedTensors,
  type Placeholders,
  type Specs,
  traceProgram,
} from "./trace/trace-program.ts";

/** How a function is compiled. */
export interface CompileOptions extends SessionOptions {
  /** Begins the messages of the program's errors; "program" if left out. */
  readonly name?: string;
  /** Rewrites to apply, in order; the standard ones if left out. */
  readonly passes?: readonly Pass[];
  /** Fails a call whose outputs hold NaN or an infinity, naming the output. Variables have changed by then. */
  readonly checkFinite?: boolean;
  /** `false` copies results out of ONNX Runtime also where they could be written to their place. */
  readonly zeroCopy?: boolean;
}

/** What compiling cost and gave. */
export interface CompileInfo {
  readonly traceMs: number;
  readonly passMs: number;
  readonly loadMs: number;
  /** Number of nodes as traced and as they run. */
  readonly traced: number;
  readonly nodes: number;
  readonly modelBytes: number;
  /** Number of variables written over their old value, and of those with a second buffer. */
  readonly inPlace: number;
  readonly doubleBuffered: number;
}

/** A compiled function. */
export interface Compiled<S extends Specs, R extends NamedTensors> {
  /**
   * Runs it. Calls of all programs take place one after another, in the order they were made, also without awaiting.
   *
   * @param feeds - the elements of each input, row-major, in an array of its type; a number serves for one element.
   * They are neither copied nor kept nor changed, so leave them as they are until the call has ended.
   * @returns the elements of each output, in arrays that are the caller's.
   * @throws {@link EngineError} for feeds that do not fit, a disposed variable or program, or a failure while it runs;
   * the message of the last says which variables such a failure may have changed.
   */
  (feeds: { readonly [K in keyof S]: Elements | number }): Promise<{
    readonly [K in keyof R]: Elements;
  }>;
  /** Undefined on backends that run operation by operation. */
  readonly info: CompileInfo | undefined;
  /** The program as text, one node a line. */
  print(): string;
  /**
   * With the option `profile`: ends profiling and tells what each node took in the calls so far, longest first.
   *
   * @throws {@link EngineError} if the program is not profiled.
   */
  profile(): Promise<readonly NodeTime[]>;
  /** Frees what the program holds, after the calls made before; variables stay. */
  dispose(): Promise<void>;
}

interface Built {
  readonly program: Program;
  readonly info: CompileInfo | undefined;
  readonly print: () => string;
}

/**
 * Compiles a function of tensors.
 *
 * Variables that the function reads or assigns stay in memory between calls and are shared by all compiled functions;
 * `variable.dataSync()` sees their present value, and `variable.assign` outside takes effect at the next call.
 *
 * **Gotchas** The function runs once: what JavaScript computes in it (conditions, loops, learning rates) is fixed then,
 * and so are tensors from outside that are not variables. On other backends it runs at each call.
 *
 * @param fn - tensors by input name to tensors by output name; ordinary tfjs, gradients included.
 * @param specs - shape and element type of each input.
 * @throws {@link EngineError} if the function cannot be traced or the program not loaded.
 */
export async function compile<S extends Specs, R extends NamedTensors>(
  fn: (inputs: Placeholders<S>) => R,
  specs: S,
  options: CompileOptions = {},
): Promise<Compiled<S, R>> {
  const { name = "program" } = options;
  const readFeeds = feedReader(name, specs);
  const checked = (inputs: Placeholders<S>): R => checkTensors(name, fn(inputs));
  const { program, info, print } =
    tf.getBackend() === "graph"
      ? await buildGraph(name, checked, specs, options)
      : { program: eagerProgram(name, checked, specs), info: undefined, print: () => "" };

  let released: Promise<void> | undefined;
  const refuseDisposed = (): void => {
    if (released === undefined) return;
    throw new EngineError("disposed-program", `${name}: the program was disposed`, {
      fix: "Dispose it after its last call, or compile it again.",
    });
  };
  const call = async (
    feeds: Readonly<Record<string, Elements | number>>,
  ): Promise<{ readonly [K in keyof R]: Elements }> => {
    refuseDisposed();
    const inputs = readFeeds(feeds);
    const results = await inTurn(() => program.run(inputs));
    if (options.checkFinite) checkFinite(name, results);
    return results as { readonly [K in keyof R]: Elements };
  };
  return Object.assign(call, {
    info,
    print,
    async profile() {
      refuseDisposed();
      return inTurn(() => program.profile());
    },
    dispose: () => (released ??= inTurn(() => program.dispose())),
  });
}

async function buildGraph<S extends Specs>(
  name: string,
  fn: (inputs: Placeholders<S>) => NamedTensors,
  specs: S,
  options: CompileOptions,
): Promise<Built> {
  const { passes = standardPasses, device = currentSettings().device } = options;
  const started = monotonicMs();

  // 1. Trace: tfjs runs the function on placeholders; each kernel it calls becomes nodes.
  unshareVariables();
  const { graph, variables } = traceProgram(fn, specs);
  const traced = monotonicMs();

  // 2. Rewrite: each pass takes a graph to one that computes the same with less.
  const suited = device === "webgpu" ? [...passes, suitWebgpu, removeDeadCode] : passes;
  const rewritten = applyPasses(graph, suited);
  const passed = monotonicMs();

  // 3. Load: the graph as an ONNX model, in a session that knows where variables are.
  const route = options.zeroCopy === false || device !== "cpu" ? "copying" : await outputRoute();
  const program = await loadProgram(rewritten, variables, {
    ...sessionOptions(options),
    name,
    route,
  });

  const { modelBytes, inPlace, doubleBuffered } = program;
  const info: CompileInfo = {
    traceMs: traced - started,
    passMs: passed - traced,
    loadMs: monotonicMs() - passed,
    traced: graph.nodes.length,
    nodes: rewritten.nodes.length,
    modelBytes,
    inPlace,
    doubleBuffered,
  };
  return { program, info, print: () => printGraph(rewritten) };
}

function sessionOptions({ threads, device, spin, profile }: SessionOptions): SessionOptions {
  return {
    ...(threads === undefined ? {} : { threads }),
    ...(device === undefined ? {} : { device }),
    ...(spin === undefined ? {} : { spin }),
    ...(profile === undefined ? {} : { profile }),
  };
}
