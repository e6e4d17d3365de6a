/** The colours of every chart and of the page, for light and dark grounds; knows no chart. */

/**
 * Colours on a light ground, one meaning each on the whole page.
 *
 * Chosen by a search for the largest distance between any two of the six hues in normal sight, under three simulated
 * deficiencies and in grey, at 3:1 or more against both grounds; the text colours have 4.5:1. The tests repeat the
 * measurement. No two names share a value: a drawn chart changes to dark by replacing values.
 */
export const lightPalette = {
  ground: "#ffffff",
  /** Ground of what the fit has not seen. */
  tint: "#f1f4f8",
  grid: "#e2e6eb",
  /** Text and the observed reward. */
  ink: "#1b1f24",
  /** Secondary text, axes, baselines, excluded points. */
  muted: "#59626f",
  /** The entropy law, and everything it says. */
  law: "#004b9c",
  /** Policy entropy as a series. */
  entropy: "#ba7d03",
  sigmoid: "#a64522",
  linear: "#088864",
  power: "#4a1e59",
  /** Observations by quarter of the run, first to last. */
  quarter1: "#7f8a9a",
  quarter2: "#636f81",
  quarter3: "#48546a",
  quarter4: "#262f42",
} as const;

export type ColourName = keyof typeof lightPalette;

/** The same meanings on a dark ground. */
export const darkPalette: Readonly<Record<ColourName, string>> = {
  ground: "#15181d",
  tint: "#20262e",
  grid: "#2f3640",
  ink: "#eceff3",
  muted: "#a3acb8",
  law: "#7ca1de",
  entropy: "#fed345",
  sigmoid: "#de6430",
  linear: "#3bd995",
  power: "#9e5d87",
  quarter1: "#6d7889",
  quarter2: "#8d99ab",
  quarter3: "#afbacb",
  quarter4: "#d5deeb",
};

/** Colours that must be told from one another as lines and marks. */
export const hues = [
  "ink",
  "law",
  "sigmoid",
  "linear",
  "power",
  "entropy",
] as const satisfies readonly ColourName[];

/** Colours of the observations, first quarter of the run to last: ordered in lightness alone. */
export const quarters = [
  "quarter1",
  "quarter2",
  "quarter3",
  "quarter4",
] as const satisfies readonly ColourName[];

/** Colours of words. */
export const textColours = ["ink", "muted"] as const satisfies readonly ColourName[];
