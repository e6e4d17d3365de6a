/** How much each token contributes to the covariance of log-probability and advantage; knows no intervention. */
import { ShapeError } from "../../base/errors.ts";
import { meanOf } from "./moments.ts";

/**
 * Centred products (log π − mean log π)(A − mean A) over the tokens of one scope. Their mean is the covariance.
 *
 * @param logProb - [n], nats.
 * @param advantage - [n].
 * @returns [n], nats × advantage.
 * @throws {@link ShapeError} if the lengths differ.
 * @see arXiv:2505.22617, Eq. 10
 */
export function tokenCovariance(logProb: Float64Array, advantage: Float64Array): Float64Array {
  if (logProb.length !== advantage.length) {
    throw new ShapeError(
      "covariance-length",
      `log-probabilities and advantages must be of the same tokens, got ${logProb.length} and ${advantage.length}`,
    );
  }
  const meanLogProb = meanOf(logProb);
  const meanAdvantage = meanOf(advantage);
  return logProb.map((value, at) => (value - meanLogProb) * (advantage[at]! - meanAdvantage));
}
