/** Agreement as the JSON document that scripts read (`entlaw agree --json`); field names are a promise. */
import { toSnakeCase } from "../../base/snake-case.ts";
import type { AgreementFinding, CovarianceTail, EstimatorAgreement } from "./agreement-finding.ts";
import { type Estimator, estimators } from "./estimators.ts";

interface SplitName {
  readonly by: string;
  readonly part: string;
  readonly share: number;
  readonly covariance: number;
}

/** The whole document of all runs. A row with a `split` is about one class of tokens. */
export function agreementToJson(findings: readonly AgreementFinding[]): unknown {
  return {
    agreement: findings.flatMap(rowsOf),
    covariance_tail: findings.flatMap(({ run, tail }) => tail.map((one) => tailRow(run, one))),
    tokens: findings.flatMap(({ run, portraits }) =>
      portraits.map(({ quadrants, ...portrait }) =>
        toSnakeCase({ run, ...portrait, quadrants: new Map(Object.entries(quadrants)) }),
      ),
    ),
    missing: findings.flatMap(({ run, missing }) => missing.map((part) => ({ run, ...part }))),
    verdicts: findings.map(({ run, verdict, measuredAs, source, warnings }) =>
      toSnakeCase({ run, verdict, measuredAs, source, warnings }),
    ),
  };
}

function rowsOf({ run, of, estimators: whole, splits }: AgreementFinding): unknown[] {
  const row = (one: EstimatorAgreement, split: SplitName | null): unknown => {
    const { ci95, ...statistics } = one.agreement;
    const { estimator } = one;
    return toSnakeCase({
      run,
      estimator,
      ...statistics,
      ci95: new Map(Object.entries(ci95)),
      level: levelOf(estimators[estimator]),
      of,
      split,
    });
  };
  const parts = splits.flatMap(({ by, parts }) =>
    parts.flatMap(({ part, share, covariance, predictions }) =>
      predictions.map((one) =>
        row(one, { by, part, share: finiteMean(share), covariance: finiteMean(covariance) }),
      ),
    ),
  );
  return [...whole.map((one) => row(one, null)), ...parts];
}

const levelOf = (estimator: Estimator): string =>
  estimator.from === "tokens" ? estimator.term.split("_")[1]! : "token";

/** Keys are shares as a script writes them: `0.0002` … `1.0`. */
function tailRow(run: string, { of, steps, tokens, means }: CovarianceTail): unknown {
  const byShare = means.map(({ share, mean }) => [share === 1 ? "1.0" : String(share), mean]);
  return { run, of, steps, tokens, ...Object.fromEntries(byShare) };
}

/** Mean of the values that are there; NaN where there is none. */
export function finiteMean(values: Float64Array): number {
  const finite = values.filter(Number.isFinite);
  return finite.reduce((sum, value) => sum + value, 0) / finite.length;
}
