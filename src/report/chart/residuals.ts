/** What the law leaves unexplained, against step and against the fitted value; computes no test of its own. */
import type { EntropyLawFinding } from "../../analyze/finding/entropy-law.ts";
import type { Goodness } from "../../analyze/fit/result.ts";
import { formatNumber } from "../format-number.ts";
import { lightPalette } from "../palette.ts";
import { PLOT_WIDTH } from "../theme.ts";
import { axis, tooltip } from "./axes.ts";
import {
  type Chart,
  type ChartOptions,
  type SubPanel,
  chartSpec,
  fullDetail,
  datum,
  shortLabel,
} from "./chart.ts";
import { methodLine } from "./describe-fit.ts";
import { domainOf, extent } from "./domain.ts";
import { thinRows, thinningNote } from "./thin-rows.ts";

const HEIGHT = 120;

/** Draws residuals (reward minus fitted) in two panels; a law that fits leaves no pattern in either. */
export function residualsChart(
  finding: EntropyLawFinding,
  options: ChartOptions = fullDetail,
): Chart {
  const { fit, series } = finding;
  const fitted = fit.status === "degenerate" ? new Float64Array() : fit.fitted;
  const residual = fitted.map((value, i) => (series.reward[i] ?? Number.NaN) - value);
  const rows = thinRows(fitted.length, [residual], options.maxRows).map((row) => ({
    step: datum(series.step[row]),
    fitted: datum(fitted[row]),
    residual: datum(residual[row]),
  }));
  const title =
    fit.status === "degenerate"
      ? `No residuals: ${fit.explanation}`
      : takeaway(fit.goodness, fit.n);
  const extents = {
    step: extent(series.step),
    fitted: extent(fitted),
    residual: extent(residual, [0]),
  };
  const y = axis("residual", "residual", domainOf(extents.residual));
  const panel = (field: "step" | "fitted", label: string): SubPanel => ({
    width: PLOT_WIDTH,
    height: HEIGHT,
    layer: [
      {
        data: { values: [{ residual: 0 }] },
        mark: { type: "rule", color: lightPalette.muted },
        encoding: { y },
      },
      {
        data: { values: rows },
        mark: { type: "circle", size: 12, color: lightPalette.ink, opacity: 1 },
        encoding: {
          x: axis(field, label, domainOf(extents[field])),
          y,
          tooltip: tooltip("step", "fitted", "residual"),
        },
      },
    ],
  });
  return {
    kind: "residuals",
    title,
    subtitle: `Reward minus fitted, by step and by fitted value; ${methodLine(finding)}${thinningNote(rows.length, fitted.length)}`,
    description: shortLabel(
      `Two scatters of residuals, against training step and against the fitted reward. ${title}.`,
    ),
    spec: chartSpec({
      vconcat: [panel("step", "training step"), panel("fitted", "fitted reward")],
    }),
    table: {
      columns: ["step", "fitted", "residual"],
      rows: Array.from(fitted, (value, row) => [series.step[row], value, residual[row]]),
    },
  };
}

/** Whether neighbouring residuals are related, by two standard errors of their correlation, 1 - DW/2 ≈ r with error 1/√n. */
function takeaway({ durbinWatson, rmse }: Goodness, n: number): string {
  const correlation = 1 - durbinWatson / 2;
  const unrelated = Math.abs(correlation) <= 2 / Math.sqrt(n);
  const related = correlation > 0 ? "move together" : "alternate in sign";
  const short = (value: number): string => formatNumber(Number(value.toPrecision(3)));
  return `Neighbouring residuals ${unrelated ? "look unrelated" : related}: Durbin-Watson ${short(durbinWatson)} (2 if unrelated), RMSE ${short(rmse)}`;
}
