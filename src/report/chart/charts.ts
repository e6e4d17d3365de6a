/** The closed table of charts: which finding each kind draws, and how; draws nothing itself. */
import type { AgreementFinding } from "../../analyze/agreement/agreement-finding.ts";
import type { ComparisonFinding } from "../../analyze/compare/comparison.ts";
import type { SizeTrend } from "../../analyze/compare/size-trend.ts";
import type { EntropyBudgetFinding } from "../../analyze/finding/entropy-budget.ts";
import type { EntropyLawFinding } from "../../analyze/finding/entropy-law.ts";
import type { LawComparisonFinding } from "../../analyze/finding/law-comparison.ts";
import type { PredictionFinding } from "../../analyze/finding/prediction.ts";
import type { WindowSensitivityFinding } from "../../analyze/finding/window-sensitivity.ts";
import { accuracyGroupsChart } from "./accuracy-groups.ts";
import { agreementChart } from "./agreement.ts";
import { armCurvesChart } from "./arm-curves.ts";
import { armStepsChart } from "./arm-steps.ts";
import { armsChart } from "./arms.ts";
import { budgetChart } from "./budget.ts";
import type { Chart, ChartKind, ChartOptions } from "./chart.ts";
import { comparisonChart } from "./comparison.ts";
import { covarianceChart } from "./covariance.ts";
import { covarianceTailChart } from "./covariance-tail.ts";
import { lawChart } from "./law.ts";
import { predictionChart } from "./prediction.ts";
import { residualsChart } from "./residuals.ts";
import { type ScalingArms, scalingChart } from "./scaling.ts";
import { sizesChart } from "./sizes.ts";
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
  readonly budget: EntropyBudgetFinding;
  readonly agreement: AgreementFinding;
  readonly covariance: AgreementFinding;
  readonly "accuracy-groups": AgreementFinding;
  readonly "covariance-tail": AgreementFinding;
  readonly scaling: ScalingArms;
  readonly arms: ComparisonFinding;
  readonly "arm-curves": ComparisonFinding;
  readonly "arm-steps": ComparisonFinding;
  readonly sizes: SizeTrend;
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
  budget: budgetChart,
  agreement: agreementChart,
  covariance: covarianceChart,
  "accuracy-groups": accuracyGroupsChart,
  "covariance-tail": covarianceTailChart,
  scaling: scalingChart,
  arms: armsChart,
  "arm-curves": armCurvesChart,
  "arm-steps": armStepsChart,
  sizes: sizesChart,
};
