/** `entlaw verify` as a process: verl's golden cases, and files that are none. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { entlaw, entlawJson } from "../support/command-line.ts";

const GOLDEN = "test/golden/verl-golden.json";

const folder = mkdtempSync(join(tmpdir(), "entlaw-verify-"));
afterAll(() => rmSync(folder, { recursive: true }));

interface CaseJson {
  readonly index: number;
  readonly kind: "loss" | "advantage";
  readonly name: string;
  readonly max_abs_error: number | null;
  readonly max_rel_error: number | null;
}
interface VerifyJson {
  readonly cases: readonly CaseJson[];
  readonly worst: CaseJson | null;
}

describe("entlaw verify", () => {
  test("prints the contract's fields, and verl's cases agree to 1e-5", () => {
    const { cases, worst } = entlawJson<VerifyJson>(["verify", GOLDEN]);
    expect(cases).toHaveLength(69);
    expect(cases.filter(({ kind }) => kind === "loss").map(({ index }) => index)).toEqual([
      ...Array(42).keys(),
    ]);
    for (const { max_abs_error, max_rel_error } of cases) {
      expect(max_abs_error).toBeLessThan(1e-5);
      expect(max_rel_error).toBeLessThan(1e-5);
    }
    expect(worst?.max_rel_error).toBe(Math.max(...cases.map((one) => one.max_rel_error ?? 0)));
  });

  test("computes in float32 on an engine that is named", () => {
    const { worst } = entlawJson<VerifyJson>(["verify", GOLDEN, "--engine", "reference"]);
    expect(worst?.max_rel_error).toBeGreaterThan(1e-7);
    expect(worst?.max_rel_error).toBeLessThan(1e-3);
  });

  test("as text names every loss and estimator and the largest error", () => {
    const { code, stdout } = entlaw(["verify", GOLDEN]);
    expect(code).toBe(0);
    for (const name of ["vanilla", "clip_cov", "kl_cov", "gae", "grpo_passk"])
      expect(stdout).toContain(name);
    expect(stdout).toMatch(/All 69 cases agree[^]*Largest: /);
  });

  const broken = (change: object): string => {
    const document = JSON.parse(readFileSync(GOLDEN, "utf8")) as { losses: object[] };
    const path = join(folder, "cases.json");
    writeFileSync(path, JSON.stringify({ losses: [{ ...document.losses[0], ...change }] }));
    return path;
  };

  test.each([
    ["an unknown loss", { loss_mode: "dro" }, "losses[0] (dro): loss_mode must be one of vanilla"],
    [
      "an unknown setting",
      { config: { dro_beta: 1 } },
      "a key of config must be one of clip_ratio",
    ],
    ["a matrix too small", { log_prob: [[-1]] }, "log_prob must have the shape of response_mask"],
  ])("%s is bad data, and the message names the case", (_, change, message) => {
    const { code, stdout, stderr } = entlaw(["verify", broken(change), "--json"]);
    expect(code).toBe(3);
    expect(stdout + stderr).toContain("losses[0]");
    expect(stdout + stderr).toContain(message);
  });

  test("a file that is not there is bad data, no file is bad usage", () => {
    expect(entlaw(["verify", join(folder, "none.json")]).code).toBe(3);
    expect(entlaw(["verify"]).code).toBe(2);
  });
});
