/** Charts of made-up findings: one of each kind and state, and the same with hostile names; asserts nothing. */
import type { Chart } from "../../src/report/chart/chart.ts";
import { charts } from "../../src/report/chart/charts.ts";
import {
  madeUpComparison,
  madeUpDegenerate,
  madeUpLaw,
  madeUpPrediction,
  madeUpWindows,
} from "./findings.ts";

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
  ];
}
