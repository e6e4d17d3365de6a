/** The edges at which native TensorFlow is no oracle, and why. */

const REFUSED = "it refuses these types";
/** Why native TensorFlow differs, by name of the case. */
export const notNative: Readonly<Record<string, string>> = {
  "prelu of odd numbers": "it takes slope times 0 for numbers above 0, and infinity times 0 is NaN",
  "where of integers and floats": REFUSED,
  "floorDiv by zero and by -1": "it refuses zero",
  "mod by zero and by -1": "it refuses zero",
  "floorDiv by constants": "it refuses zero",
  "mod by constants": "it refuses zero",
  ...Object.fromEntries(
    ["max", "min", "topk", "cumsum", "cumprod", "diag", "step"].map((name) => [
      `${name} of booleans`,
      REFUSED,
    ]),
  ),
  "step of integers": REFUSED,
  "gather from the back": "it takes no axis from the back",
  "segment sums with ids outside": "it refuses ids outside",
};
