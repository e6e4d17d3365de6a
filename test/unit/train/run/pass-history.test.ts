/** Which problems are retired, and that a checkpoint remembers it. */
import { describe, expect, test } from "vitest";
import { DataError } from "../../../../src/base/errors.ts";
import { PassHistory } from "../../../../src/train/run/pass-history.ts";

describe("a problem", () => {
  test("is retired once its mean reward over the run has come to the bound", () => {
    const history = new PassHistory(0.9);
    expect(history.isRetired("1+1")).toBe(false);
    history.record("1+1", [1, 1, 1, 0]);
    expect(history.isRetired("1+1")).toBe(false);
    history.record("1+1", [1, 1, 1, 1]);
    expect(history.isRetired("1+1")).toBe(false); // 7 of 8
    history.record("1+1", [1, 1]);
    expect(history.isRetired("1+1")).toBe(true); // 9 of 10
    history.record("2+2", [0.95]);
    history.record("3+3", [0.85]);
    expect(history.retired).toBe(2);
  });

  test("that was never right is not retired, whatever the bound", () => {
    const history = new PassHistory(1e-9);
    history.record("1+1", [0, 0]);
    expect(history.retired).toBe(0);
  });
});

describe("a history", () => {
  test("is the same after it was written and read", () => {
    const [one, other] = [new PassHistory(0.75), new PassHistory(0.75)];
    one.record("a", [1, 1, 0]);
    one.record("b", [1, 0.5]);
    one.record("12", [1]);
    other.record("c", [1]); // is forgotten
    other.restore(one.toJson(), "here");
    expect(other.toJson()).toBe(one.toJson());
    expect(["a", "b", "c", "12"].map((key) => other.isRetired(key))).toEqual([
      false,
      true,
      false,
      true,
    ]);
    one.record("a", [1]);
    other.record("a", [1]);
    expect([one, other].map((history) => history.isRetired("a"))).toEqual([true, true]); // 3 of 4
  });

  test("that is not one is refused", () => {
    const history = new PassHistory(1);
    for (const text of ["{}", '{"schema":2,"problems":[]}', '{"schema":1,"problems":[["a",1,0]]}'])
      expect(() => history.restore(text, "here")).toThrow(DataError);
  });
});
