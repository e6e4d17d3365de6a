/** Student's t as a probability, from its quantile; knows nothing of what was tested. */
import { tQuantile } from "../fit/student-t.ts";

/** Probabilities below this are told as this: none of a few seeds deserves a smaller one. */
const SMALLEST = 1e-12;
/** Halvings of the logarithm of the probability. */
const HALVINGS = 60;

/**
 * P(|T| ≥ |t|) of Student's t distribution, not below 1e-12.
 *
 * @param degreesOfFreedom - above 0.
 */
export function tailProbability(t: number, degreesOfFreedom: number): number {
  let [low, high] = [Math.log(SMALLEST), 0];
  for (let i = 0; i < HALVINGS; i += 1) {
    const middle = (low + high) / 2;
    if (tQuantile(Math.exp(middle) / 2, degreesOfFreedom) < -Math.abs(t)) low = middle;
    else high = middle;
  }
  return Math.exp(high);
}
