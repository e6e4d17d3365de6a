/** Which verdict each kind of simulated run is given; knows no real log. */
import { makeRng } from "../../src/base/random.ts";
import { analyzeEntropyLaw } from "../../src/analyze/fit/analyze-entropy-law.ts";
import type { Verdict } from "../../src/analyze/fit/verdict.ts";
import { series } from "./noise.ts";
import type { World } from "./worlds.ts";

/** Share of the runs that were given each answer. */
export type Confusion = Readonly<Record<Verdict["holds"] | Verdict["kind"], number>>;

/** Verdicts on `replicates` runs of `n` steps of one world. */
export function confusion(world: World, n: number, replicates: number, seed: number): Confusion {
  const counts: Record<keyof Confusion, number> = {
    yes: 0,
    weak: 0,
    no: 0,
    supported: 0,
    consistent: 0,
    contradicted: 0,
    "outside-regime": 0,
    "not-identified": 0,
  };
  const step = series(n, (i) => i);
  const root = makeRng(seed, `confusion ${world.name} ${n}`);
  for (let k = 0; k < replicates; k += 1) {
    const { entropy, reward } = world.make(n, root.stream(String(k)));
    const { holds, kind } = analyzeEntropyLaw(step, entropy, reward).verdict;
    counts[holds] += 1 / replicates;
    counts[kind] += 1 / replicates;
  }
  return counts;
}
