/**
 * Examines the last checkpoint of runs on the same 1,000 held-out problems, 16 responses each, and writes
 * data/lab/held-out.csv: `node scripts/lab-evaluate.ts RUNS`.
 */
import { globSync, readFileSync, writeFileSync } from "node:fs";
import { basename } from "node:path";
import { disk } from "../src/base/file-system.ts";
import { makeRng } from "../src/base/random.ts";
import { checkExperiment } from "../src/config/parse-experiment.ts";
import { useEngine } from "../src/engine/backend/use-engine.ts";
import { readNewestCheckpoint } from "../src/log/read-checkpoint.ts";
import { disposePolicy, restorePolicy } from "../src/train/policy/policy.ts";
import { readSavedRun } from "../src/train/run/checkpoint-state.ts";
import { makeExam, makeRoller } from "../src/train/run/lab.ts";
import { answer, drawProblems } from "../src/train/run/sample-batch.ts";
import { mean, pick, tokenPlaces } from "../src/train/run/statistics.ts";

const PROBLEMS = 1000;
const SAMPLES = 16;
const PASS_AT = [1, 4, 16];

/** Chance that k of n responses, c of them right, hold a right one (arXiv 2107.03374, Eq. 1). */
function passAt(k: number, right: number): number {
  let miss = 1;
  for (let j = 0; j < k; j++) miss *= Math.max(0, SAMPLES - right - j) / (SAMPLES - j);
  return 1 - miss;
}

async function examine(path: string): Promise<string> {
  const manifest = JSON.parse(readFileSync(`${path}/run.json`, "utf8")) as { config: unknown };
  const config = checkExperiment(manifest.config);
  const { checkpoint } = readNewestCheckpoint(disk, path);
  if (checkpoint === undefined) throw new Error(`${path} has no checkpoint`);
  const exam = makeExam(config);
  const policy = restorePolicy(exam.shape, readSavedRun(checkpoint.files, path).policy);
  const examiner = { ...exam, roller: makeRoller(policy, exam, config) };
  const problems = drawProblems(exam.task, "held-out", PROBLEMS, makeRng(0, "problems"));
  const sampled = await answer(examiner, problems, { samples: SAMPLES }, makeRng(0, "tokens"));
  const greedy = await answer(examiner, problems, { samples: 1, greedy: true }, makeRng(0));
  const right = new Float64Array(PROBLEMS);
  sampled.rewards.forEach((reward, b) => (right[sampled.responses.promptOf[b]!]! += reward));
  const passes = PASS_AT.map((k) => mean(right.map((count) => passAt(k, count))));
  const entropy = mean(pick(tokenPlaces(sampled.responses), sampled.responses.entropy));
  await examiner.roller.dispose();
  disposePolicy(policy);
  const numbers = [mean(greedy.rewards), ...passes, entropy].map((value) => value.toFixed(4));
  return [basename(path), ...numbers].join(",");
}

const [folder = "runs"] = process.argv.slice(2);
await useEngine("graph");
const lines = ["run,greedy,pass_1,pass_4,pass_16,entropy"];
for (const path of globSync(`${folder}/*/run.json`).toSorted()) {
  const { status } = JSON.parse(readFileSync(path, "utf8")) as { status: string };
  if (status !== "finished") continue;
  lines.push(await examine(path.slice(0, -"/run.json".length)));
  process.stderr.write(`${lines.at(-1)}\n`);
}
writeFileSync("data/lab/held-out.csv", `${lines.join("\n")}\n`);
