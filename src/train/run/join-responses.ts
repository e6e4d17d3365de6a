/** Puts rounds of experience together and takes groups out of them; knows no task. */
import type { Responses } from "../rollout/roll-out.ts";
import type { Experience } from "./experience.ts";

type Columns = Pick<Responses, "tokens" | "logProb" | "entropy" | "polarity" | "logits">;

/** Rows of a quantity [B, width] in another order. */
function takeRows<T extends Int32Array | Float32Array>(
  values: T,
  width: number,
  rows: readonly number[],
): T {
  const taken = new (values.constructor as new (length: number) => T)(rows.length * width);
  rows.forEach((from, to) => {
    taken.set(values.subarray(from * width, (from + 1) * width), to * width);
  });
  return taken;
}

function joined<T extends Int32Array | Float32Array>(pieces: readonly T[]): T {
  const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
  const whole = new (pieces[0]!.constructor as new (length: number) => T)(length);
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

/** All rounds as one, in order. */
export function joinResponses(rounds: readonly Experience[]): Experience {
  const [first] = rounds;
  if (rounds.length === 1) return first!;
  const all = rounds.map(({ responses }) => responses);
  const column = <K extends keyof Columns>(name: K): Responses[K] =>
    joined(all.map((one) => one[name])) as Responses[K];
  const before = (round: number): number =>
    all.slice(0, round).reduce((sum, { prompts }) => sum + prompts.length, 0);
  const promptOf = joined(
    all.map((one, round) => one.promptOf.map((prompt) => prompt + before(round))),
  );
  return {
    problems: rounds.flatMap(({ problems }) => problems),
    verdicts: rounds.flatMap(({ verdicts }) => verdicts),
    rewards: Float64Array.from(rounds.flatMap(({ rewards }) => [...rewards])),
    responses: {
      count: promptOf.length,
      longest: all[0]!.longest,
      vocabulary: all[0]!.vocabulary,
      prompts: all.flatMap(({ prompts }) => prompts),
      promptOf,
      tokens: column("tokens"),
      lengths: joined(all.map(({ lengths }) => lengths)),
      ended: Uint8Array.from(all.flatMap(({ ended }) => [...ended])),
      logProb: column("logProb"),
      entropy: column("entropy"),
      polarity: column("polarity"),
      logits: column("logits"),
    },
  };
}

/**
 * Some groups of an experience, in the order given.
 *
 * @param groups - prompts by number.
 */
export function takeGroups(
  { problems, verdicts, rewards, responses }: Experience,
  groups: readonly number[],
): Experience {
  const { promptOf, longest, vocabulary } = responses;
  const rows = groups.flatMap((group) =>
    Array.from(promptOf.keys()).filter((b) => promptOf[b] === group),
  );
  const place = new Map(groups.map((group, k) => [group, k]));
  return {
    problems: groups.map((group) => problems[group]!),
    verdicts: rows.map((b) => verdicts[b]!),
    rewards: Float64Array.from(rows, (b) => rewards[b]!),
    responses: {
      count: rows.length,
      longest,
      vocabulary,
      prompts: groups.map((group) => responses.prompts[group]!),
      promptOf: Int32Array.from(rows, (b) => place.get(promptOf[b]!)!),
      tokens: takeRows(responses.tokens, longest, rows),
      lengths: takeRows(responses.lengths, 1, rows),
      ended: Uint8Array.from(rows, (b) => responses.ended[b]!),
      logProb: takeRows(responses.logProb, longest, rows),
      entropy: takeRows(responses.entropy, longest, rows),
      polarity: takeRows(responses.polarity, longest, rows),
      logits: takeRows(responses.logits, longest * vocabulary, rows),
    },
  };
}
