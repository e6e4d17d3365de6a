/** Run directories with made-up rollouts and tokens on the real disk; asserts nothing. */
import { join } from "node:path";
import { disk } from "../../src/base/file-system.ts";
import { makeRng } from "../../src/base/random.ts";
import { ROLLOUTS, TOKENS, stepName } from "../../src/log/run-files.ts";
import {
  type RolloutRow,
  rolloutFileColumns,
  tokenFileColumns,
} from "../../src/log/step-tables.ts";
import { writeTableFile } from "../../src/log/table-file.ts";
import { makeTable } from "../../src/log/table.ts";

/** A response and the log-probabilities of its tokens. */
export interface MadeUpResponse extends RolloutRow {
  readonly logProbs: readonly number[];
}

/** Writes one step of a run. Without `withTokens` there is no token table. */
export function writeStep(
  run: string,
  step: number,
  responses: readonly MadeUpResponse[],
  { withTokens = true }: { readonly withTokens?: boolean } = {},
): void {
  const path = (table: string): string => join(run, table, `${stepName(step)}.parquet`);
  writeTableFile(disk, { path: path(ROLLOUTS), columns: rolloutFileColumns(step, responses) });
  if (!withTokens) return;
  const tokens = responses.flatMap(({ groupId, sequenceId, logProbs }) =>
    logProbs.map((logProb) => ({ groupId, sequenceId, logProb })),
  );
  const table = makeTable([
    ["group_id", Float64Array.from(tokens, ({ groupId }) => groupId)],
    ["sequence_id", Float64Array.from(tokens, ({ sequenceId }) => sequenceId)],
    ["old_log_prob", Float64Array.from(tokens, ({ logProb }) => logProb)],
  ]);
  writeTableFile(disk, { path: path(TOKENS), columns: tokenFileColumns(step, table) });
}

/** Responses of a step drawn at random: texts that repeat, rewards 0, .1 and 1, one to five tokens each. */
export function randomResponses(seed: string, groups = 5, size = 6): MadeUpResponse[] {
  const rng = makeRng(11, seed);
  return Array.from({ length: groups * size }, (_, i) => ({
    groupId: Math.floor(i / size),
    sequenceId: i,
    prompt: `prompt ${Math.floor(i / size)}`,
    response: `answer ${rng.below(4)}`,
    reward: [0, 0.1, 1][rng.below(3)]!,
    verdict: undefined,
    // Float32, as the file holds them.
    logProbs: Array.from({ length: 1 + rng.below(5) }, () => Math.fround(-3 * rng.uniform())),
  }));
}
