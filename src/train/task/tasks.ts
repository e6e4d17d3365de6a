/** The tasks as a table from kind to maker; knows nothing of how each works. */
import type { OptionsOf, TaskConfig, TaskKind } from "../../config/task-config.ts";
import { makeBandit } from "./bandit.ts";
import { makeChain } from "./chain.ts";
import { makeCountdown } from "./countdown.ts";
import type { Task } from "./task.ts";
import { makeTransform } from "./transform.ts";

type ConfigByKind = { readonly [K in TaskKind]: OptionsOf<K> };
type TaskMakers = { readonly [K in TaskKind]: (options: ConfigByKind[K]) => Task };

const makers: TaskMakers = {
  countdown: makeCountdown,
  chain: makeChain,
  transform: makeTransform,
  bandit: makeBandit,
};

/** Makes the task that a configuration describes. */
export function makeTask<K extends TaskKind>(config: ConfigByKind[K] & { readonly kind: K }): Task;
export function makeTask(config: TaskConfig): Task;
export function makeTask<K extends TaskKind>(config: ConfigByKind[K] & { readonly kind: K }): Task {
  return makers[config.kind](config);
}
