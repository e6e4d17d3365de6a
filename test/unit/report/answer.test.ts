import { describe, expect, test } from "vitest";
import { answerOf } from "../../../src/report/answer.ts";
import { madeUpDegenerate, madeUpLaw } from "../../support/findings.ts";

describe("the answer in three sentences", () => {
  test("quotes the verdict's own sentence", () => {
    const finding = madeUpLaw("weak");
    expect(answerOf(finding).verdict).toBe(`Does the law hold? Weak: ${finding.verdict.sentence}.`);
  });

  test("gives the ceiling with interval, n, distance to go and the band over forms", () => {
    expect(answerOf(madeUpLaw("yes")).ceiling).toMatch(
      /0\.8520, 95 % interval \[0\.8429, 0\.8611\], n = 240; the last tenth of the run averaged 0\.8\d+, 0\.0\d+ below it; over the 2 forms .* \[0\.822, 0\.901\]/,
    );
  });

  test("names no ceiling where the law does not hold, after the verdict has said why", () => {
    const { verdict, ceiling } = answerOf(madeUpLaw("no"));
    expect(verdict).toContain("No: contradicted: reward leaves b - a e^H");
    expect(ceiling).toBe("No ceiling is stated, since the law does not hold here.");
  });

  test("never says of a run that cannot tell that the law does not hold", () => {
    const { ceiling } = answerOf(madeUpDegenerate());
    expect(ceiling).toContain("this run cannot tell one: the entropy is 0.5 in all 40 rows");
    expect(ceiling).not.toContain("does not hold");
  });

  test("gives as the cause of `outside the regime` the regime, whatever else failed before it", () => {
    const finding = madeUpLaw("no");
    const gates = [
      { name: "length", passed: false, detail: "40 steps, must be at least 50" },
      { name: "regime", passed: false, detail: "entropy reaches 12 nats, must be at most 2" },
    ] as const;
    const verdict = { ...finding.verdict, kind: "outside-regime", gates } as const;
    expect(answerOf({ ...finding, verdict }).ceiling).toBe(
      "No ceiling is stated, since the law makes no claim about this run: entropy reaches 12 nats, must be at most 2.",
    );
  });

  test("says when the run does not bound the ceiling", () => {
    const finding = madeUpLaw("weak");
    const unbounded = { ...finding, ceilingBand: { ...finding.ceilingBand!, bounded: false } };
    expect(answerOf(unbounded).ceiling).toContain("the ceiling is not bounded");
  });

  test("never takes a lack of information for evidence against the law", () => {
    expect(answerOf(madeUpDegenerate()).advice).toContain("no evidence against the law");
  });
});
