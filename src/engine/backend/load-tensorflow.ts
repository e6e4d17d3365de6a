/** Registers the native TensorFlow backend with entlaw's own TensorFlow.js; knows nothing of graphs. */
import { createRequire } from "node:module";
import { join } from "node:path";
import { EngineError } from "../../base/errors.ts";
import type { TensorFlowPackage, TensorFlowSearch } from "./find-tensorflow.ts";
import { ENGINES } from "../../config/engine-kind.ts";
import { findTensorFlow } from "./find-tensorflow.ts";

/** A native TensorFlow whose backend `"tensorflow"` is registered and was seen to compute. */
export interface LoadedTensorFlow extends TensorFlowPackage {
  /** Version of the TensorFlow library, such as `2.18.1`. */
  readonly version: string;
  /** Whether it computes on a GPU. */
  readonly gpu: boolean;
}

/** What entlaw reads of the package's backend class, which its types do not show. */
interface NativeBackend {
  readonly binding: { readonly TF_Version: string };
  readonly isUsingGpuDevice: boolean;
}

const isNative = (backend: unknown): backend is NativeBackend =>
  typeof backend === "object" &&
  backend !== null &&
  "binding" in backend &&
  "isUsingGpuDevice" in backend;

/**
 * Requires the package with entlaw's TensorFlow.js in place of the copies beside it. Two copies share engine, backends
 * and kernels as it is (tfjs-core keeps them on globalThis), but the second registers each kernel again, with a warning
 * for each.
 */
function requireShared({ folder }: TensorFlowPackage): void {
  const own = createRequire(import.meta.url);
  const theirs = createRequire(join(folder, "package.json"));
  const path = own.resolve("@tensorflow/tfjs");
  own(path);
  const tfjs = own.cache[path];
  const lent = ["@tensorflow/tfjs", "@tensorflow/tfjs-core"]
    .map((name) => theirs.resolve(name))
    .filter((copy) => theirs.cache[copy] === undefined);
  for (const copy of lent) theirs.cache[copy] = tfjs;
  try {
    theirs(folder);
  } finally {
    // Whoever else asks for a copy gets that copy.
    for (const copy of lent) delete theirs.cache[copy];
  }
}

/** How to get one that works. */
const GET = ENGINES.tensorflow.get;

/** The error for a package that is in none of the places tried. */
function missingTensorFlow(tried: readonly string[]): EngineError {
  return new EngineError(
    "tensorflow-missing",
    `no native TensorFlow was found: ${tried.join("; ")}`,
    {
      fix: GET,
    },
  );
}

/** The error for a package that is there and does not work. */
function broken({ name, folder }: TensorFlowPackage, cause: unknown): EngineError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  const removed = reason.includes("isNullOrUndefined");
  const why = removed
    ? `calls util.isNullOrUndefined, which Node.js 23 removed; this is ${process.version}`
    : `does not work: ${reason}`;
  return new EngineError("tensorflow-broken", `${name} in ${folder} ${why}`, {
    fix: removed ? `${GET}, whose build does without; or use Node.js 22` : GET,
    cause,
  });
}

/**
 * Loads the native TensorFlow that `findTensorFlow` finds and proves it with a product of matrices. The backend that
 * was active stays so; if none was, TensorFlow is.
 *
 * TensorFlow's notes of the level INFO are not printed unless `TF_CPP_MIN_LOG_LEVEL` asks for them.
 *
 * @throws {@link EngineError} `tensorflow-missing` if there is none, `tensorflow-broken` if it cannot be loaded or
 * computes wrongly.
 */
export async function loadTensorFlow(search: TensorFlowSearch = {}): Promise<LoadedTensorFlow> {
  const finding = findTensorFlow(search);
  if (finding.status === "missing") throw missingTensorFlow(finding.tried);
  const { found } = finding;
  const { tf } = await import("../tfjs.ts");
  const active: string | undefined = tf.engine().backendName;
  try {
    process.env["TF_CPP_MIN_LOG_LEVEL"] ??= "1";
    requireShared(found);
    if (!(await tf.setBackend("tensorflow"))) throw new Error("its backend does not start");
    const square = tf.tidy(() => {
      const x = tf.tensor2d([1, 2, 3, 4], [2, 2]);
      return tf.matMul(x, x).dataSync().join();
    });
    if (square !== "7,10,15,22")
      throw new Error(`[[1, 2], [3, 4]] squared must be 7,10,15,22, got ${square}`);
    const backend: unknown = tf.findBackend("tensorflow");
    if (!isNative(backend)) throw new Error("its backend says neither version nor device");
    return { ...found, version: backend.binding.TF_Version, gpu: backend.isUsingGpuDevice };
  } catch (cause) {
    throw broken(found, cause);
  } finally {
    if (active !== undefined) await tf.setBackend(active);
  }
}
