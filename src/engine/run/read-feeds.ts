/** Checks what a caller hands over against the declared inputs; knows neither graphs nor backends. */
import { closestName } from "../../base/closest-name.ts";
import { EngineError } from "../../base/errors.ts";
import { sizeOf } from "../ir/graph.ts";
import type { Elements } from "../trace/graph-backend.ts";
import type { Specs, TensorSpec } from "../trace/trace-program.ts";

/** Elements of the inputs by name; a number serves for a tensor of one element. */
type Feeds = Readonly<Record<string, Elements | number>>;

/** Turns the feeds of one call into elements in the order of the declared inputs. */
export type FeedReader = (feeds: Feeds) => readonly Elements[];

const ARRAY_OF = { float32: Float32Array, int32: Int32Array, bool: Uint8Array } as const;

interface Input {
  readonly name: string;
  readonly size: number;
  readonly Array: (typeof ARRAY_OF)[keyof typeof ARRAY_OF];
  readonly dtype: keyof typeof ARRAY_OF;
  /** "input tokens must be int32 [2, 3]: an Int32Array of 6 elements". */
  readonly demand: string;
}

function declared(program: string, name: string, { shape, dtype = "float32" }: TensorSpec): Input {
  const text = `[${shape.join(", ")}]`;
  if (!shape.every((length) => Number.isSafeInteger(length) && length >= 0))
    throw new EngineError(
      "dynamic-shape",
      `${program}: the shape of input ${name} must be whole numbers, got ${text}`,
      { fix: "Programs have static shapes: compile one for each shape, or pad." },
    );
  const Array = ARRAY_OF[dtype];
  if (Array === undefined)
    throw new EngineError(
      "unsupported-dtype",
      `${program}: input ${name} must be float32, int32 or bool, got ${String(dtype)}`,
    );
  const size = sizeOf(shape);
  const article = dtype === "int32" ? "an" : "a";
  const number = size === 1 ? " (or a number)" : "";
  const demand = `${program}: input ${name} must be ${dtype} ${text}, given as ${article} ${Array.name} of ${size} ${size === 1 ? "element" : "elements"}${number}`;
  return { name, size, Array, dtype, demand };
}

/** What was given, in words. */
function described(given: unknown): string {
  if (given === null || typeof given === "number" || typeof given === "boolean")
    return String(given);
  if (typeof given !== "object") return `a ${typeof given}`;
  const length = "length" in given && typeof given.length === "number" ? given.length : undefined;
  const kind = given.constructor?.name ?? "object";
  return length === undefined ? `a value of class ${kind}` : `${kind} of length ${length}`;
}

function remedy({ Array: Wanted, size, dtype }: Input, given: unknown): string {
  if (Array.isArray(given)) return `Convert it: ${Wanted.name}.from(values).`;
  if (given instanceof Wanted)
    return "Programs have static shapes: compile one for each shape, or pad.";
  if (typeof given === "number" || typeof given === "boolean") {
    if (size !== 1) return `Repeat it: new ${Wanted.name}(${size}).fill(${Number(given)}).`;
    return dtype === "bool" ? "Give 1 for true and 0 for false." : "Round it first.";
  }
  if (ArrayBuffer.isView(given))
    return `Convert it (${Wanted.name}.from(values)), or declare the input with the type that you have.`;
  return "Give the elements, in row-major order; of a tensor, await tensor.data().";
}

/** A number as elements, if the input takes it without loss. */
function fromNumber({ Array, size, dtype }: Input, given: number): Elements | undefined {
  if (size !== 1) return undefined;
  const elements = Array.of(given);
  return dtype === "float32" || elements[0] === given ? elements : undefined;
}

function readInput(input: Input, given: Elements | number | undefined): Elements {
  if (given instanceof input.Array && given.length === input.size) return given;
  if (given === undefined)
    throw new EngineError("missing-input", `${input.demand}; it was not given`, {
      fix: `Pass { ${input.name}: … } when calling the program.`,
    });
  const elements = typeof given === "number" ? fromNumber(input, given) : undefined;
  if (elements !== undefined) return elements;
  const wrongLength = given instanceof input.Array;
  throw new EngineError(
    wrongLength ? "shape-mismatch" : "dtype-mismatch",
    `${input.demand}; got ${described(given)}`,
    { fix: remedy(input, given) },
  );
}

function refuseUnknown(program: string, inputs: readonly Input[], feeds: Feeds): void {
  const names = inputs.map(({ name }) => name);
  const unknown = Object.keys(feeds).filter((name) => !names.includes(name));
  if (unknown.length === 0) return;
  const meant = closestName(unknown[0] ?? "", names);
  throw new EngineError(
    "unknown-input",
    `${program}: inputs must be among ${names.join(", ") || "none"}; got ${unknown.join(", ")}`,
    {
      fix:
        meant === undefined
          ? "Leave it out, or declare it when compiling."
          : `Did you mean ${meant}?`,
    },
  );
}

/**
 * Prepares the check of a program's inputs. The arrays pass through: nothing is copied.
 *
 * @param program - name of the program, the beginning of each message.
 * @throws {@link EngineError} for a shape or type no program can have. The reader throws it for an input that is
 * missing, unknown, of another type or of another length.
 */
export function feedReader(program: string, specs: Specs): FeedReader {
  const inputs = Object.entries(specs).map(([name, spec]) => declared(program, name, spec));
  return (feeds) => {
    const elements = inputs.map((input) => readInput(input, feeds[input.name]));
    // With all inputs there, one name more is one that nobody declared.
    if (Object.keys(feeds).length !== inputs.length) refuseUnknown(program, inputs, feeds);
    return elements;
  };
}
