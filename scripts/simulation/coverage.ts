/** How often the 95 % intervals of the default fit hold the truth, and how far its slope is off; knows no verdict. */
import { makeRng } from "../../src/base/random.ts";
import { bootstrapNeighbours } from "../../src/analyze/fit/bootstrap-neighbours.ts";
import { fitByNeighbours } from "../../src/analyze/fit/fit-by-neighbours.ts";
import { fitLine } from "../../src/analyze/fit/line.ts";
import type { Neighbourhood } from "../../src/analyze/fit/instrument.ts";
import { mean, median } from "../../src/analyze/fit/moments.ts";
import type { Estimate } from "../../src/analyze/fit/result.ts";
import { lawRun, type LawSetting, type Memory } from "./law-run.ts";

/** What to simulate. */
export interface CoverageCell {
  readonly n: number;
  readonly setting: LawSetting;
  readonly memory: Memory;
  readonly replicates: number;
  readonly seed: number;
  /** Fixes the neighbours; left out: the default choice. */
  readonly neighbourhood?: Neighbourhood;
  /** Draws of the moving-block bootstrap to compare with; 0 leaves it out. */
  readonly bootstrap?: number;
}

/** Shares and biases over the replicates. */
export interface CoverageResult {
  readonly a: number;
  readonly b: number;
  readonly ceiling: number;
  /** Mean of the estimate of a over the truth, minus 1; an instrument has a long tail where F is small. */
  readonly bias: number;
  /** The same for the median. */
  readonly medianBias: number;
  /** The same for least squares. */
  readonly leastSquaresBias: number;
  /** Share of runs with a first-stage F of at least 10. */
  readonly identified: number;
  /** Share of runs where the wide gap was chosen. */
  readonly wide: number;
  /** Coverage of a by the percentile limits of the moving-block bootstrap; NaN if left out. */
  readonly bootstrapA: number;
}

const holds = ({ ci95: [low, high] }: Estimate, truth: number): number =>
  low <= truth && truth <= high ? 1 : 0;

/** Simulates one cell of the table. */
export function coverage(cell: CoverageCell): CoverageResult {
  const { a, b } = cell.setting;
  const sums = { a: 0, b: 0, ceiling: 0, ols: 0, identified: 0, wide: 0, bootstrap: 0 };
  const draws = cell.bootstrap ?? 0;
  const relative = new Float64Array(cell.replicates);
  const root = makeRng(cell.seed, "coverage");
  for (let k = 0; k < cell.replicates; k += 1) {
    const rng = root.stream(String(k));
    const { entropy, reward } = lawRun(cell.n, cell.setting, cell.memory, rng);
    const options = cell.neighbourhood === undefined ? {} : { neighbourhood: cell.neighbourhood };
    const fit = fitByNeighbours(entropy, reward, options);
    if (fit.status === "degenerate") throw new Error(fit.explanation);
    sums.a += holds(fit.parameters["a"]!, a);
    sums.b += holds(fit.parameters["b"]!, b);
    sums.ceiling += holds(fit.ceiling!, b - a);
    relative[k] = fit.parameters["a"]!.value / a - 1;
    sums.ols += -fitLine(entropy.map(Math.exp), reward)!.slope / a - 1;
    sums.identified += fit.firstStageF >= 10 ? 1 : 0;
    sums.wide += fit.neighbourhood.gap > 2 ? 1 : 0;
    if (draws > 0) {
      const drawn = bootstrapNeighbours(fit, { entropy, reward }, { replicates: draws, seed: k });
      const [low, high] = drawn.parameters["a"]!.bootstrap95!;
      sums.bootstrap += low <= a && a <= high ? 1 : 0;
    }
  }
  const share = (sum: number): number => sum / cell.replicates;
  return {
    a: share(sums.a),
    b: share(sums.b),
    ceiling: share(sums.ceiling),
    bias: mean(relative),
    medianBias: median(relative),
    leastSquaresBias: share(sums.ols),
    identified: share(sums.identified),
    wide: share(sums.wide),
    bootstrapA: draws > 0 ? share(sums.bootstrap) : Number.NaN,
  };
}
