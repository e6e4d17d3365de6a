/** An entropy definition in one line of words; knows no log. */
import type { EntropyDefinition } from "../log/step-log.ts";

const KIND = {
  exact: "full vocabulary",
  sampled: "estimated from sampled tokens",
  unknown: "unknown estimator",
} as const satisfies Record<EntropyDefinition["kind"], string>;
const WHEN = {
  "before-update": "before the update",
  "during-update": "during the update",
  unknown: "unknown whether before or during the update",
} as const satisfies Record<EntropyDefinition["when"], string>;
const AGGREGATION = {
  "token-mean": "mean over tokens",
  "sequence-mean": "mean over sequences",
  unknown: "unknown mean",
} as const satisfies Record<EntropyDefinition["aggregation"], string>;

function temperatureText(temperature: EntropyDefinition["temperature"]): string {
  if (temperature === "rollout") return "at the rollout's temperature";
  return temperature === "unknown" ? "unknown temperature" : `at temperature ${temperature}`;
}

/** Such as "full vocabulary, before the update, mean over tokens, at temperature 1". */
export function describeDefinition(definition: EntropyDefinition): string {
  const { kind, when, aggregation, temperature } = definition;
  if (kind === "unknown" && when === "unknown" && aggregation === "unknown") return "unknown";
  return [KIND[kind], WHEN[when], AGGREGATION[aggregation], temperatureText(temperature)].join(
    ", ",
  );
}
