/** Which columns hold the policy entropy, by trainer, and how each trainer computes it; knows nothing of rewards. */
import type { EntropyDefinition } from "../log/step-log.ts";

/** A name that means entropy, and what it implies. */
export interface EntropyRule {
  /** Matches a canonical name. */
  readonly name: RegExp;
  /** Formats in which the name means this; all if left out. */
  readonly formats?: readonly string[];
  readonly definition: EntropyDefinition;
  /** Who writes it and what it is: the reason given to the user. */
  readonly meaning: string;
  /** What to doubt where nothing better is there. */
  readonly doubt?: string;
}

/** Nothing is known of how it was computed. */
export const UNKNOWN_DEFINITION: EntropyDefinition = {
  kind: "unknown",
  when: "unknown",
  aggregation: "unknown",
  temperature: "unknown",
};
const EXACT_BEFORE: EntropyDefinition = {
  kind: "exact",
  when: "before-update",
  aggregation: "token-mean",
  temperature: "rollout",
};
const EXACT_DURING: EntropyDefinition = { ...EXACT_BEFORE, when: "during-update" };
const SAMPLED: EntropyDefinition = {
  ...UNKNOWN_DEFINITION,
  kind: "sampled",
  aggregation: "token-mean",
};

/** Keys that only versions of verl have which also know `actor/entropy`. */
export const RECENT_VERL_KEY =
  /^(?:rollout_corr\/|response\/aborted_ratio$|response_length_non_aborted\/|num_turns\/)/;

/** verl's entropy of the update pass, where a recent verl has no `actor/entropy` beside it. */
export const VERL_DURING_UPDATE: EntropyRule = {
  name: /^actor\/entropy_loss$/,
  definition: EXACT_DURING,
  meaning: "recent verl's entropy during the update (bypass mode leaves out actor/entropy)",
  doubt:
    "it is the entropy during the update, not before it: this verl run did not log actor/entropy; do not compare it with runs that did",
};

/** Best first. The rule that matches a column first is the one that says what it means. */
export const entropyRules: readonly EntropyRule[] = [
  {
    name: /^entropy$/,
    formats: ["entlaw"],
    definition: { ...EXACT_BEFORE, temperature: 1 },
    meaning:
      "the column of that name in an entlaw run directory, whose run.json says how it was computed",
  },
  {
    name: /^actor\/entropy$/,
    definition: EXACT_BEFORE,
    meaning:
      "verl's token entropy from the pass that recomputes log-probabilities, before the update (actor/entropy_loss, where it is there too, is the one during the update)",
  },
  {
    // 0.3.1 to 0.4.0 took it before the update, older versions during it; the log does not tell them apart.
    name: /^actor\/entropy_loss$/,
    definition: { ...EXACT_BEFORE, when: "unknown" },
    meaning: "the name of verl up to 0.4.0 for the entropy itself: positive, no loss to be negated",
  },
  {
    name: /^train_entropy\/all$/,
    definition: { ...EXACT_BEFORE, aggregation: "sequence-mean" },
    meaning: "the mean over sequences of their mean entropy, as the paper's own code logs it",
  },
  {
    name: /^entropy$/,
    formats: ["trl"],
    definition: EXACT_DURING,
    meaning: "TRL's token entropy of the loss pass, mean over the logging window",
  },
  {
    name: /^train\/entropy$/,
    definition: EXACT_DURING,
    meaning: "TRL's entropy as W&B and TensorBoard name it",
  },
  {
    name: /^policy\/entropy_avg$/,
    definition: EXACT_DURING,
    meaning: "the entropy of TRL's PPO trainer during optimisation",
  },
  {
    name: /^ppo_actor\/update\/entropy\/avg$/,
    definition: EXACT_DURING,
    meaning: "AReaL's entropy over valid tokens during the update",
  },
  {
    name: /^policy\/policy_entropy$/,
    definition: EXACT_DURING,
    meaning: "SkyRL's masked mean of the entropy during the update",
  },
  {
    name: /^rollout\/entropy$/,
    definition: { ...EXACT_BEFORE, aggregation: "sequence-mean" },
    meaning: "slime's entropy of the rollouts, mean over samples of the mean over tokens",
  },
  {
    name: /^train\/entropy_loss$/,
    definition: { ...EXACT_DURING, aggregation: "unknown" },
    meaning:
      "slime's (mean over samples) or OpenRLHF's (mean over tokens) entropy during the update: positive, no loss to be negated",
  },
  {
    name: /^entropy\/(?:all\/)?mean$/,
    definition: { ...EXACT_DURING, when: "unknown" },
    meaning: "prime-rl's entropy over trainable tokens",
  },
  {
    name: /^train\/approx_entropy$/,
    definition: { ...SAMPLED, when: "during-update" },
    meaning: "NeMo-RL's estimate from the log-probabilities of the sampled tokens",
  },
  {
    name: /^optim\/entropy$/,
    definition: { ...SAMPLED, when: "before-update", temperature: "rollout" },
    meaning: "tinker's minus mean log-probability of the sampled tokens",
  },
  {
    name: /^objective\/entropy$/,
    definition: { ...SAMPLED, when: "before-update", temperature: "rollout" },
    meaning: "the entropy of TRL's PPO trainer estimated from its rollouts",
  },
  {
    name: /^(?:policy_|token_|train_|actor_|mean_|avg_)?entropy(?:_mean|_avg|_token_mean)?$/,
    definition: UNKNOWN_DEFINITION,
    meaning: "its name; how it was computed the log does not say",
  },
  {
    name: /(?:^|[/_.])entropy(?:[/_.](?:mean|avg|all))?$/,
    definition: UNKNOWN_DEFINITION,
    meaning: "its name alone, a guess; how it was computed the log does not say",
  },
];

/** Names that hold the word but no policy entropy. */
export const NOT_ENTROPY =
  /coef|target|cross|bonus|(?:^|[/_.])(?:max|min|std|top|high|low)(?:[/_.]|$)/;
