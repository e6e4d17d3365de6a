/** Which of two runs gets further for each step, and which moves less from its start for the same reward? */
import type { DriftInput, KlKind } from "./drift-input.ts";

/** A number, and the numbers it would be if the reward it rests on were off by its noise, the slower end last for steps and first for pace; undefined where the run never gets there. */
export interface Reached {
  readonly value: number | undefined;
  readonly range: readonly [number | undefined, number | undefined] | undefined;
}

/** One of the two runs. */
export interface DriftRun {
  readonly input: DriftInput;
  /** Largest mean reward, and steps until then. */
  readonly peak: number;
  readonly peakSteps: number;
  /** Divergence there, nats. */
  readonly peakKl: number | undefined;
  /** Steps until this run's reward first reaches the other's peak. */
  readonly stepsToOther: Reached;
  /** The other's steps to its own peak over `stepsToOther`: above 1, this run is the faster one. */
  readonly speedUp: Reached;
}

/** Both runs where they first reach one reward. */
interface MatchedReward {
  readonly reward: number;
  /** Steps, and divergence in nats, of each run. */
  readonly steps: readonly [number, number];
  readonly kl: readonly [number, number] | undefined;
}

/** Two runs held against each other. */
export interface DriftFinding {
  readonly question: "drift";
  readonly runs: readonly [DriftRun, DriftRun];
  /** What the divergences are; undefined where they are missing or cannot be compared. */
  readonly klKind: KlKind | undefined;
  /** At quarters of the rewards that both runs pass through, the last at the lower of both peaks. */
  readonly matched: readonly MatchedReward[];
  /** Divergence of the first run over that of the second at the lower of both peaks. */
  readonly klRatio: number | undefined;
  /** What could not be said, and why. */
  readonly missing: readonly string[];
}

const QUARTERS = [0.25, 0.5, 0.75, 1] as const;
const NORMAL_95 = 1.96;

/**
 * Compares two runs of the same task.
 *
 * **Gotchas** A peak is the largest of many noisy means, and lies above the true one by about their noise. With one run
 * an arm nothing is known about seeds: the ranges are those of the noise of the reward alone.
 *
 * @see arXiv:2605.12484, whose measures these are: steps to the other run's peak of the running maximum, and KL at
 *   matched reward. Its estimator of the KL is not published; here it is what the logs have.
 */
export function findDrift(first: DriftInput, second: DriftInput): DriftFinding {
  const missing: string[] = [];
  const klKind = comparableKl(first, second, missing);
  const matched = matchedRewards(first, second, klKind);
  if (matched.length === 0) {
    missing.push("no reward that both runs pass through: one starts above the other's peak");
  }
  return {
    question: "drift",
    runs: [runOf(first, second), runOf(second, first)],
    klKind,
    matched,
    klRatio: ratioOf(matched.at(-1)?.kl),
    missing,
  };
}

function runOf(input: DriftInput, other: DriftInput): DriftRun {
  const peak = peakOf(input);
  const goal = peakOf(other);
  const noise = combinedNoise(input, other);
  const stepsToOther = reached(goal.reward, noise, (level) => stepsTo(input, level));
  return {
    input,
    peak: peak.reward,
    peakSteps: input.steps[peak.row]!,
    peakKl: input.kl?.values[peak.row],
    stepsToOther,
    speedUp: paceOf(stepsToOther, other.steps[goal.row]!),
  };
}

/** Pace against a run that needs `steps`; who takes longer is slower, so the ends change places. */
function paceOf({ value, range }: Reached, steps: number): Reached {
  const pace = (own: number | undefined): number | undefined =>
    own === undefined ? undefined : steps / own;
  return { value: pace(value), range: range && [pace(range[1]), pace(range[0])] };
}

const ratioOf = (pair: readonly [number, number] | undefined): number | undefined =>
  pair !== undefined && pair[1] > 0 ? pair[0] / pair[1] : undefined;

function peakOf({ reward }: DriftInput): { readonly row: number; readonly reward: number } {
  let row = 0;
  for (let i = 1; i < reward.length; i += 1) if (reward[i]! > reward[row]!) row = i;
  return { row, reward: reward[row]! };
}

/** Standard error of the difference of two means, one of each run. */
function combinedNoise(first: DriftInput, second: DriftInput): number | undefined {
  if (first.noise === undefined || second.noise === undefined) return undefined;
  return Math.hypot(first.noise, second.noise);
}

/** A quantity at a reward, and at that reward less and plus its noise. */
function reached(
  level: number,
  noise: number | undefined,
  at: (level: number) => number | undefined,
): Reached {
  const value = at(level);
  if (noise === undefined) return { value, range: undefined };
  return { value, range: [at(level - NORMAL_95 * noise), at(level + NORMAL_95 * noise)] };
}

/** First row whose mean reward is at least `level`; undefined if there is none. */
function rowOf({ reward }: DriftInput, level: number): number | undefined {
  const row = reward.findIndex((value) => value >= level);
  return row === -1 ? undefined : row;
}

function stepsTo(input: DriftInput, level: number): number | undefined {
  const row = rowOf(input, level);
  return row === undefined ? undefined : input.steps[row]!;
}

function klAt(input: DriftInput, level: number): number | undefined {
  const row = rowOf(input, level);
  return row === undefined ? undefined : input.kl?.values[row];
}

function comparableKl(
  { kl: one }: DriftInput,
  { kl: other }: DriftInput,
  missing: string[],
): KlKind | undefined {
  if (one === undefined || other === undefined) {
    missing.push(
      "no KL at matched reward: a log has no column of a KL divergence (name it with --kl)",
    );
    return undefined;
  }
  if (one.kind !== other.kind) {
    missing.push(
      `no KL at matched reward: "${one.column}" and "${other.column}" measure different things`,
    );
    return undefined;
  }
  return one.kind;
}

function matchedRewards(
  first: DriftInput,
  second: DriftInput,
  klKind: KlKind | undefined,
): MatchedReward[] {
  const low = Math.max(first.reward[0]!, second.reward[0]!);
  const high = Math.min(peakOf(first).reward, peakOf(second).reward);
  if (!(low < high)) return [];
  return QUARTERS.map((quarter) => {
    // The last is the peak itself, not its value after rounding.
    const reward = quarter === 1 ? high : low + quarter * (high - low);
    const both = [first, second] as const;
    const [one, other] = both.map((input) => klAt(input, reward));
    return {
      reward,
      steps: [stepsTo(first, reward)!, stepsTo(second, reward)!],
      kl: klKind === undefined ? undefined : [one!, other!],
    };
  });
}
