/** What verl needs beside an experiment, by verl's own keys; knows no experiment. */
import type { VerlConfig } from "../../config/verl-config.ts";
import type { Override } from "./override.ts";

/** Model, data and machines as settings of verl. @param hasCritic - whether a model of values learns beside. */
export function renderVerlConfig(verl: VerlConfig, hasCritic: boolean): readonly Override[] {
  const critic: readonly Override[] = [
    ["critic.model.path", verl.model],
    ["critic.ppo_max_token_len_per_gpu", verl.maxTokensPerGpu],
  ];
  const reward: readonly Override[] =
    verl.rewardFunction === null
      ? []
      : [["reward.custom_reward_function.path", verl.rewardFunction]];
  return [
    ["actor_rollout_ref.model.path", verl.model],
    ...(hasCritic ? critic : []),
    ["data.train_files", verl.train],
    ["data.val_files", verl.validation],
    ["data.max_prompt_length", verl.maxPromptTokens],
    ["data.max_response_length", verl.maxResponseTokens],
    ["actor_rollout_ref.rollout.name", verl.engine],
    ["actor_rollout_ref.rollout.tensor_model_parallel_size", verl.tensorParallel],
    ["actor_rollout_ref.actor.ppo_max_token_len_per_gpu", verl.maxTokensPerGpu],
    ["reward.reward_manager.name", verl.rewardManager],
    ...reward,
    ["trainer.nnodes", verl.nodes],
    ["trainer.n_gpus_per_node", verl.gpusPerNode],
    ["trainer.total_epochs", verl.epochs],
  ];
}
