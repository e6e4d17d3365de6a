/** Trains for some steps, each update taken apart; knows no table. */
import { makeRng } from "../../src/base/random.ts";
import { takeUpdate } from "./take-update.ts";
import { sampleData, startTraining, type TrainingRequest } from "./training-state.ts";
import type { UpdateRecord } from "./update-record.ts";

/** Every Nth update has one of its groups taken apart token by token; no divisor of the updates of a step. */
const SAMPLE_EVERY = 3;

/** The updates of all steps, in order. */
export async function runUpdates(request: TrainingRequest, steps: number): Promise<UpdateRecord[]> {
  const training = startTraining(request);
  const { miniBatches } = request.config.update;
  const root = makeRng(request.config.seed, "run");
  const records: UpdateRecord[] = [];
  for (let step = 1; step <= steps; step += 1) {
    const data = await sampleData(training, root.stream(`step-${step}`).stream("experience"));
    const size = data.responses.count / miniBatches;
    for (let update = 1; update <= miniBatches; update += 1) {
      const sequences = Array.from({ length: size }, (_, k) => (update - 1) * size + k);
      const turn = records.length / SAMPLE_EVERY;
      const sampled = Number.isInteger(turn) ? turn : undefined;
      const taken = await takeUpdate(training, data, sequences, sampled);
      records.push({ step, update, ...taken });
    }
  }
  await training.dispose();
  return records;
}
