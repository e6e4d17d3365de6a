/** Charts of made-up findings: one of each kind and state, and the same with hostile names; asserts nothing. */
import type { Chart } from "../../src/report/chart/chart.ts";
import { charts } from "../../src/report/chart/charts.ts";
import { type MadeUpScaling, madeUpScaling, madeUpScalingArms } from "./scaling-arms.ts";
import { madeUpAgreement, madeUpNoAgreement } from "./agreement-findings.ts";
import { madeUpArms, madeUpSizes } from "./arm-logs.ts";
import {
  madeUpBudget,
  madeUpComparison,
  madeUpDegenerate,
  madeUpLaw,
  madeUpPrediction,
  madeUpWindows,
} from "./findings.ts";

/** One arm of one run. */
const oneRun = (made: MadeUpScaling = {}) => ({
  arms: [[madeUpScaling(made)]],
  comparison: undefined,
});

/** Every chart, in the states in which it looks different. */
export function chartCases(
  steps: number,
): Array<{ readonly name: string; readonly draw: () => Chart }> {
  return [
    { name: "law-weak", draw: () => charts.law(madeUpLaw("weak", { steps })) },
    { name: "law-no", draw: () => charts.law(madeUpLaw("no", { steps })) },
    { name: "law-window", draw: () => charts.law(madeUpLaw("yes", { steps, window: [4, 20] })) },
    { name: "law-degenerate", draw: () => charts.law(madeUpDegenerate()) },
    { name: "steps", draw: () => charts.steps(madeUpLaw("weak", { steps })) },
    { name: "residuals", draw: () => charts.residuals(madeUpLaw("weak", { steps })) },
    { name: "prediction", draw: () => charts.prediction(madeUpPrediction("predicted", { steps })) },
    {
      name: "prediction-refused",
      draw: () => charts.prediction(madeUpPrediction("refused", { steps })),
    },
    { name: "window", draw: () => charts.window(madeUpWindows()) },
    { name: "comparison", draw: () => charts.comparison(madeUpComparison({ steps })) },
    // Below 24 steps there is no budget; the charts of a finding are drawn all the same.
    { name: "budget", draw: () => charts.budget(madeUpBudget({ steps: 2 * steps })) },
    {
      name: "budget-no-gain",
      draw: () => charts.budget(madeUpBudget({ steps: 2 * steps }, { isGaining: false })),
    },
    { name: "budget-short", draw: () => charts.budget(madeUpBudget({ steps: 20 })) },
    { name: "scaling", draw: () => charts.scaling(oneRun()) },
    { name: "scaling-tie", draw: () => charts.scaling(madeUpScalingArms(0)) },
    { name: "scaling-apart", draw: () => charts.scaling(madeUpScalingArms(0.2)) },
    { name: "scaling-none", draw: () => charts.scaling(oneRun({ n: 5 })) },
    { name: "agreement", draw: () => charts.agreement(madeUpAgreement({ steps })) },
    { name: "agreement-none", draw: () => charts.agreement(madeUpNoAgreement()) },
    { name: "covariance", draw: () => charts.covariance(madeUpAgreement({ steps })) },
    {
      name: "covariance-columns",
      draw: () => charts.covariance(madeUpAgreement({ steps, withTokens: false })),
    },
    { name: "accuracy-groups", draw: () => charts["accuracy-groups"](madeUpAgreement({ steps })) },
    {
      name: "accuracy-groups-none",
      draw: () => charts["accuracy-groups"](madeUpAgreement({ steps, withTokens: false })),
    },
    { name: "covariance-tail", draw: () => charts["covariance-tail"](madeUpAgreement({ steps })) },
    {
      name: "covariance-tail-none",
      draw: () => charts["covariance-tail"](madeUpAgreement({ steps, withTokens: false })),
    },
    { name: "arms", draw: () => charts.arms(madeUpArms({ steps })) },
    { name: "arms-one", draw: () => charts.arms(madeUpArms({ steps, arms: 1 })) },
    { name: "arm-curves", draw: () => charts["arm-curves"](madeUpArms({ steps })) },
    { name: "arm-curves-one", draw: () => charts["arm-curves"](madeUpArms({ steps, arms: 1 })) },
    { name: "arm-steps", draw: () => charts["arm-steps"](madeUpArms({ steps })) },
    { name: "arm-steps-one", draw: () => charts["arm-steps"](madeUpArms({ steps, arms: 1 })) },
    { name: "arm-steps-short", draw: () => charts["arm-steps"](madeUpArms({ steps: 4 })) },
    { name: "sizes", draw: () => charts.sizes(madeUpSizes()) },
    { name: "sizes-lost", draw: () => charts.sizes(madeUpSizes({ isLost: true })) },
    { name: "arm-curves-short", draw: () => charts["arm-curves"](madeUpArms({ steps: 4 })) },
  ];
}

/** Part of every hostile text, to look for. */
export const HOSTILE = "hostile";

/** Text that would be markup, a template, an expression, a path, a formula or a control sequence if anything parsed it. */
export const hostileText = `${HOSTILE}"><img src=x onerror=globalThis.pwned=1></script><script>globalThis.pwned=1</script><!--{{datum.x}}\${datum.x}');datum.a[0].b\\u2028=cmd|\u2028\u202e\u001b]8;;x\u0007`;

/** One chart of each kind whose every name is hostile. */
export function hostileCharts(text: string = hostileText): Chart[] {
  const made = {
    log: text,
    entropyColumn: text,
    rewardColumn: text,
    warnings: [text],
    steps: 24,
    label: text,
    law: text,
  };
  return [
    charts.law(madeUpLaw("weak", made)),
    charts.steps(madeUpLaw("weak", made)),
    charts.residuals(madeUpLaw("weak", made)),
    charts.prediction(madeUpPrediction("predicted", made)),
    charts.window(madeUpWindows(made)),
    charts.comparison(madeUpComparison(made)),
    charts.budget(madeUpBudget(made)),
    charts.scaling(oneRun({ log: text, xColumn: text })),
    charts.agreement(madeUpAgreement({ run: text, steps: 24 })),
    charts.covariance(madeUpAgreement({ run: text, steps: 24 })),
    charts["accuracy-groups"](madeUpAgreement({ run: text, steps: 24 })),
    charts["covariance-tail"](madeUpAgreement({ run: text, steps: 24 })),
    charts.arms(madeUpArms({ name: text, steps: 24 })),
    charts["arm-curves"](madeUpArms({ name: text, steps: 24 })),
    charts["arm-steps"](madeUpArms({ name: text, steps: 24 })),
    charts.sizes(madeUpSizes({ name: text })),
  ];
}
