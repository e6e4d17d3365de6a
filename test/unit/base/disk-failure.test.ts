import { expect, test } from "vitest";
import { readFailure, writeFailure } from "../../../src/base/disk-failure.ts";
import { DataError, RunError } from "../../../src/base/errors.ts";
import { diskError } from "../../support/disk-error.ts";

test("a refused write ends a run: what must hold, what was got, what is safe, what to do", () => {
  const failure = writeFailure("runs/a", diskError("EROFS", "open"), "safe up to step 3");
  expect(failure).toBeInstanceOf(RunError);
  expect(failure.message).toBe(
    '"runs/a" must be writable, got EROFS: planted fault, open; safe up to step 3',
  );
  expect(failure).toMatchObject({ fix: "choose a folder that you may write to" });
});

test("a refused read is bad data", () => {
  const failure = readFailure("x.log", diskError("ENOENT", "open"));
  expect(failure).toBeInstanceOf(DataError);
  expect(failure).toMatchObject({ code: "cannot-read", fix: "check the path" });
});

test("names of our temporary files stay out of the message", () => {
  const refused = Object.assign(
    new Error("EISDIR: illegal operation on a directory, rename '.entlaw-1-0.tmp' -> 'out'"),
    { code: "EISDIR", syscall: "rename" },
  );
  expect(writeFailure("out", refused).message).toBe(
    '"out" must be writable, got EISDIR: illegal operation on a directory',
  );
});

test("an error that is not the disk's stays what it is", () => {
  const bug = new TypeError("undefined is not a function");
  const ours = new DataError("damaged-log", "…");
  expect(writeFailure("a", bug)).toBe(bug);
  expect(readFailure("a", ours)).toBe(ours);
});

test("an error of Node that is not the disk's stays what it is", () => {
  const argument = Object.assign(new TypeError("must be a string"), {
    code: "ERR_INVALID_ARG_TYPE",
  });
  expect(writeFailure("a", argument)).toBe(argument);
});
