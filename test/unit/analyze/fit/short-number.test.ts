import { expect, test } from "vitest";
import { short, shortRange } from "../../../../src/analyze/fit/short-number.ts";

test.each([
  [0.123456, "0.123"],
  [1234.5, "1230"],
  [0, "0"],
  [0.0001, "0.0001"],
  [0.0000021234, "2.12e-6"],
  [-0.0000075, "-7.5e-6"],
])("%d is quoted as %s", (value, text) => {
  expect(short(value)).toBe(text);
  expect(shortRange([value, 1])).toBe(`${text} to 1`);
});
