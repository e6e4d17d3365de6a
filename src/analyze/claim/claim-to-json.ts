/** A claim beside its runs as the JSON document that scripts read (`entlaw sweep report --json`); field names are a promise. */
import { toSnakeCase } from "../../base/snake-case.ts";
import type { ClaimFinding } from "./find-claim.ts";

/** One element of `claims`. A number that does not exist is null. */
export function claimToJson({ claim, arms, outcomes }: ClaimFinding): unknown {
  const { title, source, claim: says, shows, published } = claim;
  return toSnakeCase({
    title,
    source,
    claim: says,
    shows,
    published: new Map(Object.entries(published).map(([row, numbers]) => [row, mapOf(numbers)])),
    arms: arms.map(({ name, runs, numbers }) => ({
      arm: name,
      numbers: new Map(
        Object.entries(numbers).map(([key, { value, ci95, n }]) => [
          key,
          { n, mean: value, ci95: ci95 ?? null },
        ]),
      ),
      runs: runs.map(({ seed, values }) => ({ seed, numbers: mapOf(values) })),
    })),
    outcomes: outcomes.map(({ expectation, outcome, steps }) => ({
      ...expectation,
      outcome,
      steps: steps.map(({ from, to, difference }) => ({
        from,
        to,
        difference: difference?.value ?? null,
        ci95: difference?.ci95 ?? null,
        p: difference?.p ?? null,
        paired: difference?.paired ?? null,
        n: difference?.n ?? 0,
      })),
    })),
  });
}

/** Its keys are data. */
const mapOf = (values: Readonly<Record<string, number | string | undefined>>) =>
  new Map(Object.entries(values).map(([key, value]) => [key, value ?? null]));
