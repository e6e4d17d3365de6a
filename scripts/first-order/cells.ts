/** The cells of the first-order table, with an independent simulation's numbers beside them; computes nothing. */
import type { FirstOrderKind } from "../../src/analyze/theory/first-order-forms.ts";

/** One cell: a formula at a step length. */
export interface Cell {
  readonly form: FirstOrderKind;
  /** η. */
  readonly length: number;
  /** Pearson, share of equal signs, R² of the prediction as it stands: of one set of 400 states, by other code. */
  readonly reference: readonly [number, number, number];
}

/** The cells by form and length. */
export const CELLS: readonly Cell[] = [
  { form: "pg", length: 1e-3, reference: [1, 1, 1] },
  { form: "pg", length: 0.1, reference: [0.9995, 0.995, 0.999] },
  { form: "pg", length: 1, reference: [0.967, 0.953, 0.916] },
  { form: "pg-uncentred", length: 1e-3, reference: [0.821, 0.762, -2.04] },
  { form: "pg-uncentred", length: 0.1, reference: [0.84, 0.812, -1.57] },
  { form: "pg-uncentred", length: 1, reference: [0.771, 0.825, -1.73] },
  { form: "npg", length: 1e-3, reference: [1, 1, 1] },
  { form: "npg", length: 0.1, reference: [0.993, 0.915, 0.976] },
  { form: "npg", length: 1, reference: [0.606, 0.675, -0.24] },
  { form: "npg-as-pg", length: 1e-3, reference: [0.917, 0.9, -11] },
  { form: "npg-as-pg", length: 0.1, reference: [0.915, 0.907, -11] },
  { form: "npg-as-pg", length: 1, reference: [0.889, 0.89, -11.5] },
  { form: "polarity", length: 0.01, reference: [1, 1, 1] },
  { form: "polarity", length: 0.1, reference: [0.999, 0.98, 0.997] },
  { form: "polarity", length: 1, reference: [0.898, 0.841, 0.725] },
  { form: "discriminator", length: 0.01, reference: [0.715, 0.862, -0.02] },
  { form: "single-logit", length: 0.01, reference: [0.795, 0.862, 0.62] },
];
