/** Warns where logs to be compared measured different entropies; knows nothing of fits. */
import type { EntropyDefinition, StepLog } from "../log/step-log.ts";
import { describeDefinition } from "./describe-definition.ts";

const FIELDS = ["kind", "when", "aggregation", "temperature"] as const;

/** Whether two definitions certainly differ: what is unknown may be equal. */
function differ(a: EntropyDefinition, b: EntropyDefinition): boolean {
  return FIELDS.some((field) => {
    const values = [a[field], b[field]];
    // The temperature of a rollout may be 1: most are.
    return a[field] !== b[field] && !values.includes("unknown") && !values.includes("rollout");
  });
}

/** Whether two of the logs certainly measured different entropies. */
export function measureDifferentEntropies(logs: readonly StepLog[]): boolean {
  const found = logs.flatMap(({ entropy }) => entropy?.definition ?? []);
  return found.some((a) => found.some((b) => differ(a, b)));
}

/**
 * One warning at most: that the logs' entropies were not computed alike, or that this cannot be told.
 *
 * Numbers of different definitions must not share a fit or a comparison of H, a, b.
 */
export function mixedDefinitionWarnings(logs: readonly StepLog[]): string[] {
  const examples = new Map<string, string>();
  for (const { source, entropy } of logs) {
    if (entropy === undefined) continue;
    const text = describeDefinition(entropy.definition);
    if (!examples.has(text)) examples.set(text, source);
  }
  if (examples.size < 2) return [];
  const list = [...examples].map(([text, source]) => `${source}: ${text}`).join("; ");
  return [
    measureDifferentEntropies(logs)
      ? `the logs measure different entropies, do not compare their H, a and b (${list})`
      : `the logs may measure different entropies, since some do not say how theirs was computed (${list})`,
  ];
}
