import { describe, expect, test } from "vitest";
import { ShapeError } from "../../../src/base/errors.ts";
import { makeMatrix } from "../../../src/base/matrix.ts";

describe("a matrix", () => {
  test("without values is zero everywhere", () => {
    expect(makeMatrix(2, 3)).toEqual({ rows: 2, columns: 3, values: new Float64Array(6) });
  });

  test("shares the values it is given", () => {
    const values = Float64Array.of(1, 2);
    expect(makeMatrix(1, 2, values).values).toBe(values);
  });

  test("of a size that its values do not fill is refused", () => {
    expect(() => makeMatrix(2, 2, new Float64Array(3))).toThrow(ShapeError);
  });
});
