/** The page of the paper's experiments can be made again from the logs in the repository. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { entlawJson } from "../support/command-line.ts";

interface Claim {
  readonly title: string;
  readonly shows: string;
  readonly arms: ReadonlyArray<{
    readonly arm: string;
    readonly numbers: Readonly<Record<string, { readonly n: number; readonly mean: number }>>;
  }>;
  readonly outcomes: ReadonlyArray<{ readonly outcome: string }>;
}

/** Numbers of these are of tokens, which compact logs do not have. */
const OF_TOKENS = ["agreement", "tail"];
/** Compact logs have six digits; of a share of a small gain three are left. */
const DECIMALS = 3;

test("sweeps/paper.yaml with data/paper says what data/paper/claims.json says", () => {
  const folder = mkdtempSync(join(tmpdir(), "entlaw-paper-"));
  try {
    const found = entlawJson<{ runs: { finished: number; all: number }; claims: Claim[] }>([
      ..."sweep report sweeps/paper.yaml --logs data/paper/*.csv --out".split(" "),
      join(folder, "paper.html"),
    ]);
    expect(found.runs).toEqual({ finished: 93, all: 93 });
    const kept = JSON.parse(readFileSync("data/paper/claims.json", "utf8")) as { claims: Claim[] };
    expect(found.claims.map(({ title }) => title)).toEqual(kept.claims.map(({ title }) => title));
    for (const [i, claim] of found.claims.entries()) {
      if (OF_TOKENS.includes(claim.shows)) continue;
      const before = kept.claims[i]!;
      expect(claim.outcomes.map(({ outcome }) => outcome)).toEqual(
        before.outcomes.map(({ outcome }) => outcome),
      );
      for (const [k, { arm, numbers }] of claim.arms.entries()) {
        const expected = before.arms[k]!;
        expect(arm).toBe(expected.arm);
        expect(Object.keys(numbers)).toEqual(Object.keys(expected.numbers));
        for (const [name, { mean }] of Object.entries(numbers)) {
          expect(mean, `${claim.title}: ${arm} ${name}`).toBeCloseTo(
            expected.numbers[name]!.mean,
            DECIMALS,
          );
        }
      }
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});
