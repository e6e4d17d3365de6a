/** The tail of the token covariance over all of training and over its thirds; reads nothing but the token table. */
import { type Tail, type TailMean, covarianceTails } from "../../log/covariance-tail.ts";
import type { TokenFiles } from "../../log/token-files.ts";
import type { CovarianceTail } from "./agreement-finding.ts";

const THIRDS = ["first third", "middle third", "last third"] as const;
/** Of Table 1's shares, the one whose tokens the paper's interventions act on. */
const TOP_SHARE = 0.02;

/** The tails, and the covariance from which a token is among the top 2 %. */
export interface TrainingTail {
  /** All tokens first; thirds where there are at least three steps with tokens. */
  readonly tails: readonly CovarianceTail[];
  /** Undefined where no token has a covariance. */
  readonly topThreshold: number | undefined;
}

/** Computes the tails; thirds are thirds of the steps that have tokens. */
export async function trainingTail(tokens: TokenFiles): Promise<TrainingTail> {
  const { steps } = tokens;
  const third = (i: number): number => Math.floor((i * steps.length) / THIRDS.length);
  const cuts = steps.length < THIRDS.length ? [] : [steps[third(1)]!, steps[third(2)]!];
  const [all, ...parts] = await covarianceTails(tokens, cuts);
  const range = (i: number): readonly [number, number] => [
    steps[third(i)]!,
    steps[third(i + 1) - 1]!,
  ];
  const thirds =
    cuts.length === 0 ? [] : parts.map((part, i) => labelled(part, THIRDS[i]!, range(i)));
  return {
    tails: [labelled(all!, "all", [steps[0]!, steps.at(-1)!]), ...thirds],
    topThreshold: all!.means.find(({ share }) => share === TOP_SHARE)?.threshold,
  };
}

const labelled = (
  { tokens, means }: Tail,
  of: CovarianceTail["of"],
  steps: CovarianceTail["steps"],
): CovarianceTail => ({ of, steps, tokens, means: means.map(withoutThreshold) });

const withoutThreshold = ({ share, tokens, mean }: TailMean): CovarianceTail["means"][number] => ({
  share,
  tokens,
  mean,
});
