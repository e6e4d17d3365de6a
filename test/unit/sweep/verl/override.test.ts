/** Values as Hydra's grammar has them: what would be read as another type, or taken apart, is quoted. */
import { expect, test } from "vitest";
import { type OverrideValue, overrideText } from "../../../../src/sweep/verl/override.ts";

test.each<[OverrideValue, string]>([
  [5e-7, "5e-7"],
  [true, "True"],
  [false, "False"],
  [null, "null"],
  ["grpo", "grpo"],
  ["/data/a-b_c.parquet", "/data/a-b_c.parquet"],
  ["null", "'null'"],
  ["True", "'True'"],
  ["12", "'12'"],
  ["", "''"],
  ["a b", "'a b'"],
  ["a,b", "'a,b'"],
  ["k=v", "'k=v'"],
  ["it's", String.raw`'it\'s'`],
  [String.raw`C:\data`, String.raw`'C:\data'`],
  ["C:\\", String.raw`'C:\\'`],
  [String.raw`a\'b`, String.raw`'a\\\'b'`],
  ["${oc.env:HOME}", String.raw`'\${oc.env:HOME}'`],
  [["console", "file"], "[console,file]"],
  [{ a: 1, b: ["x y"] }, "{a:1,b:['x y']}"],
])("%j", (value, expected) => {
  expect(overrideText(["key", value])).toBe(`key=${expected}`);
});
