import { describe, expect, test } from "vitest";
import { verifyText } from "../../../../src/report/text/verify-text.ts";
import type { CaseErrors } from "../../../../src/train/verify/verify-cases.ts";

const one = (name: string, index: number, error: number): CaseErrors => ({
  kind: "loss",
  index,
  name,
  maxAbsError: error / 10,
  maxRelError: error,
  quantity: "gradient",
  expected: 0.5,
  found: 0.5 + error / 10,
});

describe("a verification as text", () => {
  const cases = [one("vanilla", 0, 1e-8), one("sapo", 1, 0), one("vanilla", 2, 3e-7)];

  test("has one line a name, with the largest errors of its cases", () => {
    const text = verifyText({ source: "verl 0.9.1", cases, worst: cases[2] });
    expect(text).toMatch(/^computed by verl 0\.9\.1$/m);
    expect(text).toMatch(/^loss vanilla +2 +3\.0e-8 +3\.0e-7$/m);
    expect(text).toMatch(/^loss sapo +1 +0 +0$/m);
  });

  test("says whether all agree, and where the largest error is", () => {
    const text = verifyText({ source: undefined, cases, worst: cases[2] });
    expect(text).toContain("All 3 cases agree to 0.00001");
    expect(text).toContain(
      "Largest: losses[2] (vanilla), gradient: expected 0.5, got 0.50000003, relative error 3.0e-7",
    );
    expect(text).not.toContain("computed by");
  });

  test("counts the cases that do not agree; what is not finite is none of those that do", () => {
    const lost = { ...one("gpg", 3, Infinity), found: Number.NaN };
    const text = verifyText({ source: undefined, cases: [...cases, lost], worst: lost });
    expect(text).toContain("1 of 4 cases differ by more than 0.00001");
    expect(text).toContain("expected 0.5, got NaN");
  });
});
