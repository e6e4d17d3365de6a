/** How often the law's interval and the ceiling band hold the true ceiling when the true curve is another one. */
import { makeRng } from "../../src/base/random.ts";
import { ceilingBand } from "../../src/analyze/fit/ceiling-band.ts";
import { chooseNeighbourhood } from "../../src/analyze/fit/instrument.ts";
import { median } from "../../src/analyze/fit/moments.ts";
import { decayPath } from "./law-run.ts";
import { add, arNoise } from "./noise.ts";

const START = 0.5;
const CEILING = 0.9;
const RISE = 0.4;

/** True curves; each has reward .5 at H = .5 and .9 at H = 0. */
export const TRUE_FORMS: Readonly<Record<string, (entropy: number) => number>> = {
  "exp(-2H)": (H) => CEILING - (RISE * Math.expm1(-2 * H)) / Math.expm1(-2 * START),
  "linear in H": (H) => CEILING - (RISE * H) / START,
  "exp(H), the law": (H) => CEILING - (RISE * Math.expm1(H)) / Math.expm1(START),
  "exp(3H)": (H) => CEILING - (RISE * Math.expm1(3 * H)) / Math.expm1(3 * START),
  quadratic: (H) => CEILING - RISE * (1.6 * (H / START) - 0.6 * (H / START) ** 2),
};

/** One cell of the table. */
export interface FormCell {
  readonly curve: (entropy: number) => number;
  /** Entropy towards which the run decays, nats. */
  readonly end: number;
  readonly noise: { readonly entropy: number; readonly reward: number };
  readonly replicates: number;
  readonly seed: number;
}

/** Coverage of the true ceiling, and how wide the band was. */
export interface FormResult {
  readonly law: number;
  readonly band: number;
  readonly medianWidth: number;
  readonly bounded: number;
}

const STEPS = 250;

/** Simulates one cell. */
export function formCoverage({ curve, end, noise, replicates, seed }: FormCell): FormResult {
  const truth = decayPath(STEPS, { start: START, end, timeConstant: 0.25 });
  const root = makeRng(seed, "forms");
  const widths = new Float64Array(replicates);
  const counts = { law: 0, band: 0, bounded: 0 };
  for (let k = 0; k < replicates; k += 1) {
    const rng = root.stream(String(k));
    const entropy = add(truth, arNoise(STEPS, noise.entropy, 0, rng));
    const reward = add(truth.map(curve), arNoise(STEPS, noise.reward, 0, rng));
    const band = ceilingBand(entropy, reward, chooseNeighbourhood(entropy.map(Math.exp)))!;
    const [low, high] = band.forms.find(({ form }) => form === "exp(H)")!.ceiling.ci95;
    counts.law += low <= CEILING && CEILING <= high ? 1 : 0;
    counts.band += band.low <= CEILING && CEILING <= band.high ? 1 : 0;
    counts.bounded += band.bounded ? 1 : 0;
    widths[k] = band.high - band.low;
  }
  return {
    law: counts.law / replicates,
    band: counts.band / replicates,
    bounded: counts.bounded / replicates,
    medianWidth: median(widths),
  };
}
