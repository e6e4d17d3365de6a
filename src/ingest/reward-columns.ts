/** Which columns hold the reward of training, by trainer; knows nothing of entropy or validation. */

/** A name that means the training reward. */
export interface RewardRule {
  /** Matches a canonical name. */
  readonly name: RegExp;
  /** Formats in which the name means this; all if left out. */
  readonly formats?: readonly string[];
  /** Who writes it and what it is: the reason given to the user. */
  readonly meaning: string;
  /** What to doubt where nothing better is there. */
  readonly doubt?: string;
}

/** Best first. */
export const rewardRules: readonly RewardRule[] = [
  { name: /^reward$/, formats: ["entlaw"], meaning: "entlaw's mean reward of the step" },
  { name: /^critic\/score\/mean$/, meaning: "verl's score, before any KL penalty" },
  {
    name: /^critic\/rewards\/mean$/,
    meaning: "verl's reward",
    doubt: "it includes the KL penalty, if one was on",
  },
  { name: /^rollout\/raw_reward$/, meaning: "slime's reward before it is normalised in its group" },
  { name: /^reward\/avg_raw_reward$/, meaning: "SkyRL's raw reward" },
  {
    name: /^train\/agg\/effective\/[^/]+\/reward\/mean$/,
    meaning: "prime-rl's reward of one agent",
  },
  { name: /^reward\/(?:all\/)?mean$/, meaning: "prime-rl's reward" },
  { name: /^ppo_actor\/task_reward\/avg$/, meaning: "AReaL's reward of the task" },
  {
    name: /^ppo_actor\/final_reward\/avg$/,
    meaning: "AReaL's final reward",
    doubt: "it includes penalties, if any were on",
  },
  { name: /^env\/all\/reward\/total$/, meaning: "tinker's reward over all environments" },
  { name: /^env\/[^/]+\/reward\/total$/, meaning: "tinker's reward of one environment" },
  { name: /^train\/reward$/, meaning: "the reward as TRL, OpenRLHF and NeMo-RL name it" },
  { name: /^train\/rollout\/reward_mean$/, meaning: "OpenRLHF's reward of the rollouts" },
  { name: /^reward$/, meaning: "its name" },
  { name: /^(?:train_|mean_|avg_)?rewards?(?:_mean|_avg|_overall)?$/, meaning: "its name" },
  { name: /^(?:train[/_])?(?:mean_|avg_)?score(?:_mean|_avg|\/mean)?$/, meaning: "its name" },
  { name: /^(?:train[/_])?(?:mean_|avg_)?acc(?:uracy)?(?:_mean|_avg)?$/, meaning: "its name" },
  {
    name: /^(?!rollout\/rewards$)(?!(?:.*[/_.])?(?:eval|val|test|kl|format|length|penalty|bonus))(?:.*[/_.])?rewards?(?:[/_.](?:mean|avg|all|total))?$/,
    meaning: "its name alone, a guess",
  },
  {
    name: /^rollout\/rewards$/,
    meaning: "slime's reward",
    doubt: "it is normalised in its group, so that it stays near 0 and cannot follow the law",
  },
];
