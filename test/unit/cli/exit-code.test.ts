import { expect, test } from "vitest";
import { ConfigError, DataError, RunError, ShapeError } from "../../../src/base/errors.ts";
import { exitCodeOf } from "../../../src/cli/exit-code.ts";
import { errorText } from "../../../src/cli/print-error.ts";

const ofOclif = (message: string): Error => Object.assign(new Error(message), { oclif: {} });

test.each([
  [new ConfigError("c", "…"), 2],
  [new ShapeError("s", "…"), 2],
  [ofOclif("Nonexistent flag: --nope"), 2],
  [new DataError("d", "…"), 3],
  [new RunError("r", "…"), 4],
  [new TypeError("x is undefined"), 1],
  ["a string", 1],
])("%s ends with %i", (error, code) => {
  expect(exitCodeOf(error)).toBe(code);
});

test("a failure as JSON has its code, its message and what to do, if there is something", () => {
  expect(JSON.parse(errorText(new DataError("no-steps", "must", { fix: "do" })))).toEqual({
    error: { code: "no-steps", message: "must", fix: "do" },
  });
  expect(JSON.parse(errorText(new RunError("full", "must")))).toEqual({
    error: { code: "full", message: "must" },
  });
  expect(JSON.parse(errorText(new TypeError("x is undefined"))).error.code).toBe("internal");
});

test("oclif's pointer to --help is left to our own", () => {
  const error = ofOclif("Nonexistent flag: --nope\nSee more help with --help");
  expect(JSON.parse(errorText(error)).error).toEqual({
    code: "usage",
    message: "Nonexistent flag: --nope",
  });
});

test("what a log put into a message cannot drive the terminal, and JSON still holds it", () => {
  const text = errorText(new DataError("no-entropy", "got \u001b[31mred\u0007"));
  expect(text).not.toContain("\u001b");
  expect(text).not.toContain("\u0007");
  expect(JSON.parse(text).error.message).toBe("got \u001b[31mred\u0007");
});
