/** Can a run still learn? Fresh runs from its checkpoints held against fresh runs from the base; reads no file. */
import { mean, variance } from "../fit/moments.ts";

/** One probe run. */
export interface ProbeRun {
  readonly log: string;
  /** Checkpoint it started from, as its config names it; undefined: the base. */
  readonly from: string | undefined;
  /** Step of that checkpoint; undefined for the base, or where the name tells none. */
  readonly fromStep: number | undefined;
  /** Score at its first and at its last evaluation, or the mean reward of the first and last tenth of its steps. */
  readonly start: number;
  readonly final: number;
  readonly scoreColumn: string;
  readonly steps: number;
}

/** All probes from one start. */
interface ProbeStart {
  readonly label: string;
  readonly fromStep: number | undefined;
  readonly runs: number;
  readonly start: number;
  /** Mean final score, and its standard error over runs; undefined for a single run. */
  readonly final: number;
  readonly finalSe: number | undefined;
  /** Final score less that from the base; undefined without a base. */
  readonly lost: number | undefined;
}

/** Final scores by the step of the checkpoint that training began anew from. */
export interface PlasticityFinding {
  readonly question: "plasticity";
  readonly probes: readonly ProbeRun[];
  /** The base first, then in order of checkpoint. */
  readonly starts: readonly ProbeStart[];
  readonly notes: readonly string[];
}

const BASE = "base";

/**
 * Groups probes by where they started.
 *
 * @see arXiv:2605.12484: fresh RL on a second task from each checkpoint, final accuracy against that from the base.
 */
export function findPlasticity(probes: readonly ProbeRun[]): PlasticityFinding {
  const labels = new Map<string, ProbeRun[]>();
  for (const probe of probes) {
    const label = probe.from ?? BASE;
    labels.set(label, [...(labels.get(label) ?? []), probe]);
  }
  const base = labels.get(BASE);
  const baseFinal = base && mean(finals(base));
  const order = (step: number | undefined, label: string): number =>
    label === BASE ? Number.NEGATIVE_INFINITY : (step ?? Number.POSITIVE_INFINITY);
  const starts = [...labels]
    .map(([label, runs]): ProbeStart => {
      const values = finals(runs);
      const final = mean(values);
      return {
        label,
        fromStep: runs[0]!.fromStep,
        runs: runs.length,
        start: mean(Float64Array.from(runs, ({ start }) => start)),
        final,
        finalSe: runs.length > 1 ? Math.sqrt(variance(values, 1) / runs.length) : undefined,
        lost: label === BASE || baseFinal === undefined ? undefined : baseFinal - final,
      };
    })
    .toSorted((one, other) => order(one.fromStep, one.label) - order(other.fromStep, other.label));
  return { question: "plasticity", probes, starts, notes: notesOf(probes, base !== undefined) };
}

const finals = (runs: readonly ProbeRun[]): Float64Array =>
  Float64Array.from(runs, ({ final }) => final);

function notesOf(probes: readonly ProbeRun[], hasBase: boolean): string[] {
  const notes: string[] = [];
  if (!hasBase) notes.push("no probe started from the base: nothing to hold the others against");
  const lengths = new Set(probes.map(({ steps }) => steps));
  if (lengths.size > 1) {
    const [least, most] = [Math.min(...lengths), Math.max(...lengths)];
    notes.push(
      `the probes differ in length, ${least} to ${most} steps: a shorter one has learnt for less time`,
    );
  }
  const columns = new Set(probes.map(({ scoreColumn }) => scoreColumn));
  if (columns.size > 1)
    notes.push(`the scores are of different columns: ${[...columns].join(", ")}`);
  return notes;
}
