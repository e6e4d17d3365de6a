/** An entropy budget as the JSON document that scripts read (`entlaw budget --json`); field names are a promise. */
import { toSnakeCase } from "../../base/snake-case.ts";
import type { EntropyBudgetFinding } from "./entropy-budget.ts";

/** One element of `budgets`. A number that does not exist is null, and `missing` or `notes` says why. */
export function budgetToJson(finding: EntropyBudgetFinding): unknown {
  const { log, n, meansOver, drop, gain, holds, missing, notes } = finding;
  return toSnakeCase({
    log,
    entropy: finding.entropyColumn,
    reward: finding.rewardColumn,
    n,
    meansOver,
    drop: drop ?? null,
    gain: gain ?? null,
    marks: finding.marks.map((mark) => ({
      share: mark.share,
      step: mark.step,
      entropy: mark.entropy,
      reward: mark.reward,
      dropShare: mark.dropShare ?? null,
      gainShare: mark.gainShare ?? null,
      price: mark.price ?? null,
      stretchPrice: mark.stretchPrice ?? null,
      localPrice: mark.localPrice ?? null,
    })),
    lawHolds: holds,
    missing,
    notes,
  });
}
