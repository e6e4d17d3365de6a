/** Every form of the family fitted to one run, and how far each is from the best; knows no ceiling and no forecast. */
import { ENTROPY_FORMS, LAW_FORM, transformEntropy, type EntropyForm } from "./entropy-form.ts";
import { neighbourMean, type Neighbourhood } from "./instrument.ts";
import { instrumentalLine, type InstrumentalLine } from "./instrumental-line.ts";
import { dot } from "./moments.ts";
import { blockMeans } from "./sandwich.ts";

/** One form of the family, fitted with an instrument of its own. */
export interface FormLine {
  readonly form: EntropyForm;
  readonly line: InstrumentalLine;
  /** AIC minus the smallest of the family, on block means; Infinity beside a form that fits exactly. */
  readonly deltaAic: number;
}

/** Fits of the family that could be made. */
export interface FormLines {
  /** In the order of the family; the law's own form is among them if it could be fitted. */
  readonly lines: readonly FormLine[];
  /** The smallest {@link blockMisfit} of the family. */
  readonly leastMisfit: number;
}

/** A form whose AIC is this much above the best is ruled out by the run. */
const MAX_DELTA_AIC = 4;

/** Sum of squared block means of residuals; noise within a block cannot tell two smooth curves apart. */
export function blockMisfit(residuals: Float64Array, bounds: Int32Array): number {
  const means = blockMeans(residuals, bounds);
  return dot(means, means);
}

/** B ln(misfit / least): the difference of two Gaussian AICs on B block means with equally many parameters. */
export function aicAbove(misfit: number, least: number, blocks: number): number {
  return misfit === least ? 0 : blocks * Math.log(misfit / least);
}

/**
 * Fits the law of one form: reward as a line in T(H), instrument the neighbour mean of T(H).
 *
 * @param entropy - [n], nats, in order of step.
 * @param reward - [n].
 */
export function formLine(
  form: EntropyForm,
  entropy: Float64Array,
  reward: Float64Array,
  neighbourhood: Neighbourhood,
): InstrumentalLine | undefined {
  const x = transformEntropy(form, entropy);
  return instrumentalLine(x, reward, neighbourMean(x, neighbourhood));
}

/** Fits all forms of the family. */
export function formLines(
  entropy: Float64Array,
  reward: Float64Array,
  neighbourhood: Neighbourhood,
): FormLines {
  const solved = ENTROPY_FORMS.flatMap((form) => {
    const line = formLine(form, entropy, reward, neighbourhood);
    return line === undefined ? [] : [{ form, line }];
  });
  const misfits = solved.map(({ line }) => blockMisfit(line.residuals, line.noise.bounds));
  const leastMisfit = Math.min(...misfits);
  const lines = solved.map(({ form, line }, k) => ({
    form,
    line,
    deltaAic: aicAbove(misfits[k]!, leastMisfit, line.noise.bounds.length - 1),
  }));
  return { lines, leastMisfit };
}

/** The forms the run cannot tell from the best, and always the law. */
export function keptForms({ lines }: FormLines): FormLine[] {
  return lines.filter(({ form, deltaAic }) => form === LAW_FORM || deltaAic <= MAX_DELTA_AIC);
}
