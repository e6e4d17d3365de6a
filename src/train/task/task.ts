/** What a task is: it poses problems, shows how one is solved and checks answers; knows nothing of a policy. */
import type { Rng } from "../../base/random.ts";
import type { TaskKind } from "../../config/task-config.ts";

/** Which of three disjoint sets a problem belongs to. */
export type Split = "train" | "validation" | "held-out";

/** One problem. */
export interface Problem {
  /** What the policy reads; made of the task's alphabet. */
  readonly prompt: string;
  /** The problem in canonical form, the same for all ways to write it; its hash decides the split. */
  readonly key: string;
}

/** What a response is worth. */
export interface Verdict {
  /** 1 right, 0 wrong; for a bandit the payoff of the arm. */
  readonly reward: number;
  /** Parts of the verdict by name, each in [0, 1]; the names are the same for all responses to a task. */
  readonly parts: Readonly<Record<string, number>>;
  /** Why it is wrong, in one sentence; undefined if it is right. */
  readonly failure: string | undefined;
}

/** One task with its knobs set. */
export interface Task<P extends Problem = Problem> {
  readonly kind: TaskKind;
  /** Characters that prompts and responses are made of, in the order of their token numbers, which begin at 1. */
  readonly alphabet: string;
  /** Most characters of a prompt. */
  readonly promptLength: number;
  /** Most characters of a right response, without the end token. */
  readonly responseLength: number;
  /**
   * Draws a problem of one split.
   *
   * @throws ConfigError if the knobs leave the split without problems.
   */
  sample(rng: Rng, split: Split): P;
  /** A right response, drawn from all there are. */
  solve(problem: P, rng: Rng): string;
  /**
   * Judges a response; any string gets a verdict.
   *
   * @param response - without the end token.
   */
  check(problem: P, response: string): Verdict;
}
