/** A step's tokens and responses as tables of the run directory; knows nothing of how they are written. */
import { tokenCovariance } from "../intervention/token-covariance.ts";
import type { RolloutRow } from "../../log/step-tables.ts";
import { type Table, makeTable } from "../../log/table.ts";
import type { Tokenizer } from "../task/tokenizer.ts";
import { responseText } from "./sample-batch.ts";
import { pick, tokenPlaces } from "./statistics.ts";
import type { StepResult } from "./train-step.ts";

/** One row for each valid token of a step. */
export function tokenTable(step: number, { experience, batch, marks, changes }: StepResult): Table {
  const { responses } = experience;
  const places = tokenPlaces(responses);
  const { count, place, sequence, position } = places;
  const constant = (value: number): Float64Array => new Float64Array(count).fill(value);
  const oldLogProb = pick(places, responses.logProb);
  const logProb = pick(places, changes.logProb);
  const advantage = pick(places, batch.advantage);
  return makeTable(
    new Map([
      ["step", constant(step)],
      ["group_id", Float64Array.from(sequence, (b) => responses.promptOf[b]!)],
      ["sequence_id", Float64Array.from(sequence)],
      ["position", Float64Array.from(position)],
      ["update", Float64Array.from(place, (one) => marks.update[one]!)],
      ["token_id", Float64Array.from(place, (one) => responses.tokens[one]!)],
      ["old_log_prob", oldLogProb],
      ["log_prob", logProb],
      ["entropy", pick(places, responses.entropy)],
      ["advantage", advantage],
      ["covariance", tokenCovariance(oldLogProb, advantage)],
      ["ratio", logProb.map((present, n) => Math.exp(present - oldLogProb[n]!))],
      ["polarity", pick(places, responses.polarity)],
      [
        "selected",
        marks.selected === undefined ? constant(Number.NaN) : pick(places, marks.selected),
      ],
      ["clipped", pick(places, marks.clipped)],
    ]),
  );
}

/** One row for each response of a step. */
export function rolloutRows({ experience }: StepResult, tokenizer: Tokenizer): RolloutRow[] {
  const { responses, problems, rewards, verdicts } = experience;
  return verdicts.map(({ parts }, b) => ({
    groupId: responses.promptOf[b]!,
    sequenceId: b,
    prompt: problems[responses.promptOf[b]!]!.prompt,
    response: responseText(responses, b, tokenizer),
    reward: rewards[b]!,
    verdict: parts,
  }));
}
