/** The closed table of charts: which finding each kind draws, and how; draws nothing itself. */
import type { EntropyLawFinding } from "../../analyze/finding/entropy-law.ts";
import type { LawComparisonFinding } from "../../analyze/finding/law-comparison.ts";
import type { PredictionFinding } from "../../analyze/finding/prediction.ts";
import type { WindowSensitivityFinding } from "../../analyze/finding/window-sensitivity.ts";
import type { Chart, ChartKind, ChartOptions } from "./chart.ts";
import { comparisonChart } from "./comparison.ts";
import { lawChart } from "./law.ts";
import { predictionChart } from "./prediction.ts";
import { residualsChart } from "./residuals.ts";
import { stepsChart } from "./steps.ts";
import { windowChart } from "./window.ts";

/** The finding that each kind of chart draws. */
export interface ChartFinding {
  readonly law: EntropyLawFinding;
  readonly steps: EntropyLawFinding;
  readonly residuals: EntropyLawFinding;
  readonly prediction: PredictionFinding;
  readonly window: WindowSensitivityFinding;
  readonly comparison: LawComparisonFinding;
}

/** Every chart as a pure function of its finding. */
export const charts: {
  readonly [K in ChartKind]: (finding: ChartFinding[K], options?: ChartOptions) => Chart;
} = {
  law: lawChart,
  steps: stepsChart,
  residuals: residualsChart,
  prediction: predictionChart,
  window: windowChart,
  comparison: comparisonChart,
};
