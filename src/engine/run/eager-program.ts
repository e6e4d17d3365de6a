/** A tensor function run operation by operation on the tfjs backend in use: the same calls, no graph. */
import { EngineError } from "../../base/errors.ts";
import { tf } from "../tfjs.ts";
import type { Elements } from "../trace/graph-backend.ts";
import type { NamedTensors, Placeholders, Specs } from "../trace/trace-program.ts";
import type { Program } from "./program.ts";

/**
 * Wraps a function as a program.
 *
 * @param name - begins the messages of errors.
 */
export function eagerProgram<S extends Specs>(
  name: string,
  fn: (inputs: Placeholders<S>) => NamedTensors,
  specs: S,
): Program {
  const declared = Object.entries(specs);
  return {
    run: async (given) =>
      tf.tidy(() => {
        const inputs = declared.map(([input, { shape, dtype = "float32" }], k) => {
          // A copy: the function may assign the input to a variable, and tfjs keeps the array it is given.
          const elements = given[k]?.slice() ?? [];
          return [input, tf.tensor(elements, [...shape], dtype)] as const;
        });
        const results = fn(Object.fromEntries(inputs) as Placeholders<S>);
        return Object.fromEntries(
          Object.entries(results).map(([output, tensor]) => [
            output,
            tensor.dataSync().slice() as Elements,
          ]),
        );
      }),
    profile() {
      throw new EngineError(
        "not-profiled",
        `${name}: only programs of the engine graph have a profile; this one runs on ${tf.getBackend()}`,
        { fix: "Use tf.profile there." },
      );
    },
    dispose: async () => {},
  };
}
