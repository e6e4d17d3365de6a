/** The family of curves in entropy that the law is one member of; knows no data. */

/** One member T(H) of the family; the reward is a straight line in T, and T(0) = 0, so its intercept is the ceiling. */
export interface EntropyForm {
  /** Words for a reader, such as `exp(H)`. */
  readonly name: string;
  /** c of T(H) = (e^{cH} − 1) / c; 0 is the straight line in H. */
  readonly rate: number;
}

/** The law itself: R = b − a e^H, that is rate 1. */
export const LAW_FORM: EntropyForm = { name: "exp(H)", rate: 1 };

/** From curves that flatten towards high entropy (negative rate) to curves steeper than the law. */
export const ENTROPY_FORMS: readonly EntropyForm[] = [
  { name: "exp(-2H)", rate: -2 },
  { name: "exp(-H)", rate: -1 },
  { name: "linear in H", rate: 0 },
  LAW_FORM,
  { name: "exp(2H)", rate: 2 },
  { name: "exp(3H)", rate: 3 },
];

/**
 * T(H) = (e^{cH} − 1) / c, and H for c = 0.
 *
 * @param entropy - [n], nats.
 * @returns [n].
 */
export function transformEntropy({ rate }: EntropyForm, entropy: Float64Array): Float64Array {
  if (rate === 0) return entropy;
  return entropy.map((value) => Math.expm1(rate * value) / rate);
}
