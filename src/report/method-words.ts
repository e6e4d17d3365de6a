/** Names of methods for readers; knows no numbers. */
import type { FitMethod } from "../analyze/fit/result.ts";

/** What a method does, short enough for a subtitle, and as a sentence for the methods section. */
export const methodWords: {
  readonly [M in FitMethod]: { readonly name: string; readonly sentence: string };
} = {
  iv: {
    name: "instrumental variables",
    sentence:
      "Two-stage least squares; the instrument of a step is the mean of its neighbours' e^H, which shares the trend with the step but not the noise of its batch. Intervals come from an AR(1) sandwich over blocks of steps.",
  },
  ols: {
    name: "least squares",
    sentence:
      "Ordinary least squares of reward on e^H. Noise in the measured entropy pulls its slope towards zero.",
  },
  lm: { name: "Levenberg-Marquardt", sentence: "Least squares by damped Gauss-Newton steps." },
  deming: {
    name: "Deming",
    sentence:
      "Errors in both variables, with noise variances from second differences along the run.",
  },
  grid: {
    name: "grid search",
    sentence: "A grid over asymptote and midpoint, with least squares for the rest.",
  },
};
