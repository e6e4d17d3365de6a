/** One prompt group's kernel, token by token: which pairs of its tokens carry it; knows no prediction. */
import type { BatchGradients } from "./batch-gradients.ts";
import { inner } from "./kernel-terms.ts";
import { stateOf } from "./logit-kernels.ts";
import type { StepData, Training } from "./training-state.ts";
import type { GroupSample } from "./update-record.ts";

/** Which group, and the metric of the kernel. */
export interface GroupChoice {
  readonly group: number;
  /** [P]. */
  readonly metric: Float64Array;
  /** Multiplies the kernel. */
  readonly scale: number;
}

/** A token of the group: its response's part, its place in [B, R]. */
interface Token {
  readonly part: number;
  readonly place: number;
}

function add(into: Float64Array, values: Float32Array): void {
  for (let k = 0; k < into.length; k += 1) into[k]! += values[k]!;
}

/**
 * Takes one group apart. A token's gradients are those of its response with all other weights at 0; states are taken one
 * after another, so that no more than one state's sums are in memory.
 */
export async function takeGroupApart(
  { gradients }: Training,
  { responses, advantage }: StepData,
  { parts, members, weight, numbers }: BatchGradients,
  { group, metric, scale }: GroupChoice,
): Promise<GroupSample> {
  const { lengths, longest } = responses;
  const own = [...members.keys()].filter((k) => members[k]!.group === group);
  const tokens = own.flatMap((part) => {
    const b = parts[part]!.sequences[0]!;
    return Array.from({ length: lengths[b]! }, (_, t) => ({ part, place: b * longest + t }));
  });
  const states = Map.groupBy(tokens, ({ place }) =>
    stateOf(responses, Math.floor(place / longest), place % longest),
  );
  const size = metric.length;
  const all = { entropy: new Float64Array(size), loss: new Float64Array(size) };
  for (const k of own) {
    add(all.entropy, members[k]!.entropy);
    add(all.loss, members[k]!.loss);
  }
  const alone = async ({ part, place }: Token) => {
    const only = new Float64Array(weight.length);
    only[place] = weight[place]!;
    return gradients.compute(responses, parts[part]!, { weight: only, advantage }, numbers);
  };
  const found = { tokens: 0, states: 0, group: inner(all.entropy, all.loss, metric) };
  for (const members_ of states.values()) {
    const sum = { entropy: new Float64Array(size), loss: new Float64Array(size) };
    for (const token of members_) {
      const { entropy, loss } = await alone(token);
      found.tokens += inner(entropy, loss, metric);
      add(sum.entropy, entropy);
      add(sum.loss, loss);
    }
    found.states += inner(sum.entropy, sum.loss, metric);
  }
  return {
    tokens: scale * found.tokens,
    states: scale * found.states,
    group: scale * found.group,
  };
}
