/** Our advantage estimators in verl's settings; computes nothing. */
import type { AdvantageConfig, AdvantageKind, OptionsOf } from "../../config/advantage-config.ts";
import type { Override } from "./override.ts";
import { exactly, insist, notInVerl, type Rendering } from "./rendering.ts";

const estimator = (name: string): Override => ["algorithm.adv_estimator", name];
const byDeviation = (is: boolean): Override => ["algorithm.norm_adv_by_std_in_grpo", is];
const gammaOf = (gamma: number): Override => ["algorithm.gamma", gamma];

/** The estimators of verl 0.9. */
const ESTIMATORS: { readonly [K in AdvantageKind]: (options: OptionsOf<K>) => Rendering } = {
  grpo: ({ normalizeByStd, stdOver }) => {
    insist(stdOver === "group", "advantage.stdOver", "be group", { got: stdOver });
    return exactly([estimator("grpo"), byDeviation(normalizeByStd)]);
  },
  rloo: () => exactly([estimator("rloo")]),
  "reinforce-plus-plus": ({ gamma }) => exactly([estimator("reinforce_plus_plus"), gammaOf(gamma)]),
  "reinforce-plus-plus-baseline": () => exactly([estimator("reinforce_plus_plus_baseline")]),
  remax: () => exactly([estimator("remax")]),
  opo: () => exactly([estimator("opo")]),
  gae: ({ gamma, lambda, valueClip }) => {
    if (valueClip === null) {
      throw notInVerl("advantage.valueClip", "be a number", { got: valueClip });
    }
    return {
      overrides: [
        estimator("gae"),
        gammaOf(gamma),
        ["algorithm.lam", lambda],
        ["critic.cliprange_value", valueClip],
      ],
      notes: [
        "advantage.valueCoefficient has no counterpart: verl's critic is a model of its own, with the learning rate critic.optim.lr",
      ],
    };
  },
  "grpo-pass-k": ({ normalizeByStd }) =>
    exactly([estimator("grpo_passk"), byDeviation(normalizeByStd)]),
  gpg: () => exactly([estimator("gpg")]),
  prime: () => {
    throw notInVerl("advantage.kind", "be an estimator of verl", { got: "prime" });
  },
};

/** Renders an estimator. @throws {@link ConfigError} for one that verl does not have. */
export function renderAdvantage<K extends AdvantageKind>(
  config: AdvantageConfig & { readonly kind: K },
): Rendering {
  return (ESTIMATORS[config.kind] as (options: AdvantageConfig) => Rendering)(config);
}
