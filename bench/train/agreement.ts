/** Whether both sides of the comparison do the same: distributions from the same start, and log-probabilities; knows no time. */
import type { Side } from "./side.ts";
import { mean, standardError } from "./table.ts";

/** A rollout: means over the responses to each prompt. */
interface Look {
  readonly reward: readonly number[];
  readonly entropy: readonly number[];
  readonly length: readonly number[];
}

/** A rollout of ours, with some of its responses. */
export interface OurLook extends Look {
  /** Tokens of the longest response. */
  readonly longest: number;
  /** Prompt and response as token numbers. */
  readonly sequences: readonly (readonly [readonly number[], readonly number[]])[];
  /** Of the tokens of those responses, one after another. */
  readonly log_prob: readonly number[];
}

const LOOKS = 4;

const withError = (list: readonly number[]): string =>
  `${Number(mean(list).toPrecision(3))} ± ${Number(standardError(list).toPrecision(1))}`;

/** Rollouts of both sides from the same parameters, and the peer's log-probabilities of our responses. */
export async function agreementNotes(ours: Side, torch: Side): Promise<string[]> {
  const mine: OurLook[] = [];
  const other: Look[] = [];
  for (let k = 0; k < LOOKS; k++) {
    mine.push(await ours.worker.ask<OurLook>({ do: "look" }));
    other.push(await torch.worker.ask<Look>({ do: "look" }));
  }
  const both = (name: keyof Look): string =>
    [mine, other].map((looks) => withError(looks.flatMap((one) => one[name]))).join(" and ");
  const { sequences, log_prob: expected } = mine[0]!;
  const { log_prob: found } = await torch.worker.ask<{ readonly log_prob: readonly number[] }>({
    do: "score",
    sequences,
  });
  const worst = Math.max(...found.map((value, n) => Math.abs(value - expected[n]!)));
  const prompts = mine.flatMap(({ reward }) => reward).length;
  return [
    `- From the same parameters, over ${prompts} prompts each, entlaw and torch (± standard error): ` +
      `reward ${both("reward")}, entropy ${both("entropy")}, tokens a response ${both("length")}.`,
    `- Log-probabilities of ${expected.length} tokens that entlaw drew: torch's differ by ${worst.toExponential(1)} at most.`,
  ];
}

const COLUMNS = {
  grad_norm: "norm of the gradient",
  measured_entropy_change: "change of entropy",
  predicted_entropy_change: "predicted",
  approx_kl: "approximate KL",
  tokens: "tokens",
} as const;

/** What the timed steps were like on both sides. */
export function stepNote(ours: Side, torch: Side): string {
  const texts = Object.entries(COLUMNS).map(([name, words]) => {
    const both = [ours, torch].map(({ steps }) => withError(steps.map((one) => one[name]!)));
    return `${words} ${both.join(" and ")}`;
  });
  return `- Means over the timed steps (± standard error, as if steps were independent): ${texts.join(", ")}.`;
}
