import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { parseSweep } from "../../../src/config/parse-sweep.ts";
import { CLAIM_COLUMNS, CLAIM_KINDS, relationOf } from "../../../src/config/sweep-claims.ts";
import { sweepFailure } from "../../support/sweep-failure.ts";

const CLAIM = `
claims:
  - title: Clip-Cov keeps entropy
    source: Table 2
    claim: it does
    shows: arms
    arms: [grpo, clip-cov]
`;

describe("the claims of a sweep", () => {
  test("need no numbers and no expectation", () => {
    const [claim] = parseSweep(CLAIM, "x").claims;
    expect(claim).toMatchObject({ published: {}, expects: [], fitOn: 0.15 });
  });

  test.each([
    [
      `${CLAIM}    show: arms`,
      "claims.0.show is no key; claims.0 has title, source",
      "claims.0.shows?",
    ],
    [
      CLAIM.replace("arms\n", "arm\n"),
      "claims.0.shows must be one of spending, prediction",
      undefined,
    ],
    [
      `${CLAIM}    published: { grpo: { H: 1 } }`,
      "published.grpo must have no other numbers than entropy, reward, validation",
      undefined,
    ],
    [
      `${CLAIM}    expects: [{ rises: [grpo, clip-cov], in: a }]`,
      'expects.0.in must be one of entropy, reward, validation, got "a"',
      undefined,
    ],
    [
      `${CLAIM}    expects: [{ alike: [grpo, rloo], in: reward }]`,
      "expects.0.alike must name arms of the claim, grpo, clip-cov",
      undefined,
    ],
    [
      `${CLAIM}    expects: [{ falls: [grpo], in: reward }]`,
      "expects.0 must have in, and rises, alike or differ",
      undefined,
    ],
    [`${CLAIM}    fitOn: 1`, "claims.0.fitOn must be below 1, got 1", undefined],
    [CLAIM.replace("it does", '""'), "claims.0.claim must have at least 1 characters", undefined],
  ])("%s is refused by its path", (text, message, fix) => {
    const error = sweepFailure(text);
    expect(error.message).toContain(message);
    if (fix !== undefined) expect(error.fix).toContain(fix);
  });

  test("of the paper's sweep use every kind, and every arm of it", () => {
    const { claims, arms } = parseSweep(readFileSync("sweeps/paper.yaml", "utf8"), "paper.yaml");
    expect(new Set(claims.map(({ shows }) => shows))).toEqual(new Set(CLAIM_KINDS));
    expect(new Set(claims.flatMap((claim) => claim.arms))).toEqual(
      new Set(Object.keys(arms ?? {})),
    );
  });

  test("are told by columns with names of their own", () => {
    for (const kind of CLAIM_KINDS) {
      const labels = Object.values(CLAIM_COLUMNS[kind]);
      expect(new Set(labels).size).toBe(labels.length);
    }
  });

  test("keep the order of an expectation's arms", () => {
    expect(relationOf({ rises: ["b", "a"], in: "reward" })).toEqual(["rises", ["b", "a"]]);
    expect(relationOf({ differ: ["b", "a"], in: "reward" })).toEqual(["differ", ["b", "a"]]);
  });
});
