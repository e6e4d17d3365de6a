/** Checks what a compiled function returns: tensors under names, and, if asked for, finite elements. */
import { EngineError } from "../../base/errors.ts";
import { tf } from "../tfjs.ts";
import type { Elements } from "../trace/graph-backend.ts";
import type { NamedTensors } from "../trace/trace-program.ts";

const NAMED = "Return tensors under names, for instance { loss }; { } if only variables change.";

/** What was returned instead of named tensors, in words; undefined if nothing is wrong with it. */
function mistake(returned: unknown): string | undefined {
  if (returned instanceof tf.Tensor) return "one tensor without a name";
  if (Array.isArray(returned)) return "a list";
  if (typeof returned !== "object" || returned === null) return String(returned);
  for (const [name, tensor] of Object.entries(returned)) {
    if (!(tensor instanceof tf.Tensor)) return `${typeof tensor} under the name ${name}`;
    if (tensor.isDisposed) return `a disposed tensor under the name ${name}`;
  }
  return undefined;
}

const isThenable = (value: unknown): value is PromiseLike<unknown> =>
  typeof value === "object" && value !== null && "then" in value && !(value instanceof tf.Tensor);

/**
 * Passes on what a function returned.
 *
 * @throws {@link EngineError} unless it is an object of tensors, none disposed.
 */
export function checkTensors<R extends NamedTensors>(program: string, returned: R): R {
  if (isThenable(returned)) {
    // What the function does after its first `await` has no program to be part of: its failure is this one.
    returned.then(undefined, () => undefined);
    throw new EngineError(
      "async-function",
      `${program}: the function must return its tensors at once, got a promise`,
      { fix: "Write a function without async and await; fetch what it waits for outside." },
    );
  }
  const wrong = mistake(returned);
  if (wrong === undefined) return returned;
  throw new EngineError(
    "no-tensors",
    `${program}: the function must return an object of tensors, got ${wrong}`,
    { fix: NAMED },
  );
}

/**
 * Searches results for NaN and infinities.
 *
 * @throws {@link EngineError} naming the first output that has one.
 */
export function checkFinite(program: string, results: Readonly<Record<string, Elements>>): void {
  for (const [name, elements] of Object.entries(results)) {
    if (!(elements instanceof Float32Array)) continue;
    for (let at = 0; at < elements.length; at += 1) {
      if (Number.isFinite(elements[at])) continue;
      throw new EngineError(
        "non-finite",
        `${program}: output ${name} must be finite, got ${elements[at]} at place ${at} of ${elements.length}; variables have their new values`,
        {
          fix: "Lower the learning rate, clip the gradient, or look for log(0) and 0/0 in the function.",
        },
      );
    }
  }
}
