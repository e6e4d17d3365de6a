/** The covariance of a batch split into a part within groups and a part between them; knows nothing of entropy. */
import { ShapeError } from "../../base/errors.ts";
import { mean } from "../fit/moments.ts";

/** A covariance and its two parts; divided by the count. */
export interface TotalCovariance {
  readonly total: number;
  /** Mean over the elements of the covariance inside their group. */
  readonly within: number;
  /** Covariance of the groups' means, each group weighted by its count. */
  readonly between: number;
}

interface Sums {
  count: number;
  x: number;
  y: number;
  xy: number;
}

/**
 * Splits Cov(x, y) over a batch by the law of total covariance: total = within + between.
 *
 * **Details** With x = log p and x's group the state (the prompt, or the prefix of a token), the part within is the mean
 * over states of the covariance that the theorems are about. The part between is Cov(mean log p, mean A) over states: how
 * advantage goes with confidence from state to state. No step of a tabular policy depends on it, because a constant added
 * to the advantages of a state moves none of its logits relative to the others. The covariance of a batch holds both, so
 * it is the theorem's quantity only where the mean advantage is the same in every state.
 *
 * @param group - [n], any numbers that tell groups apart.
 * @throws {@link ShapeError} if the lengths differ.
 * @see arXiv:2505.22617, Eq. 10, for the covariance of a batch
 */
export function totalCovariance(
  x: Float64Array,
  y: Float64Array,
  group: ArrayLike<number>,
): TotalCovariance {
  const n = x.length;
  if (y.length !== n || group.length !== n) {
    throw new ShapeError(
      "covariance-length",
      `x, y and their groups must be of the same elements, got ${n}, ${y.length} and ${group.length}`,
    );
  }
  const [meanX, meanY] = [mean(x), mean(y)];
  const groups = new Map<number, Sums>();
  let total = 0;
  for (let i = 0; i < n; i += 1) {
    const key = group[i]!;
    const sums = groups.get(key) ?? { count: 0, x: 0, y: 0, xy: 0 };
    groups.set(key, sums);
    const [dx, dy] = [x[i]! - meanX, y[i]! - meanY]; // about the means, so that sums lose no digits
    sums.count += 1;
    sums.x += dx;
    sums.y += dy;
    sums.xy += dx * dy;
    total += dx * dy;
  }
  let [within, between] = [0, 0];
  for (const sums of groups.values()) {
    const product = (sums.x * sums.y) / sums.count;
    within += sums.xy - product;
    between += product;
  }
  return { total: total / n, within: within / n, between: between / n };
}
