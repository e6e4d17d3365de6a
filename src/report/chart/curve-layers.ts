/** Curves over common axes, told apart by colour and dash, with a rule at 0; knows no finding. */
import { type ColourName, lightPalette } from "../palette.ts";
import { colours, tooltip } from "./axes.ts";
import type { axis } from "./axes.ts";
import { type Layer, datum } from "./chart.ts";

/** One curve, with the name that its legend has: one of ours, never one of a log's. */
export interface NamedCurve {
  readonly name: string;
  /** [n]; NaN breaks the line. */
  readonly values: Float64Array;
  readonly colour: ColourName;
  /** Lengths of dashes and gaps, px; empty: solid. */
  readonly dash: readonly number[];
}

/** Where the curves lie. */
export interface CurvePlace {
  /** Positions across [n]. */
  readonly at: Float64Array;
  /** Rows that are drawn. */
  readonly rows: readonly number[];
  /** Their fields name the position and the value of a point. */
  readonly x: ReturnType<typeof axis>;
  readonly y: ReturnType<typeof axis>;
}

/** The rule, and the curves with one legend. */
export function curveLayers(
  curves: readonly NamedCurve[],
  { at, rows, x, y }: CurvePlace,
): Layer[] {
  const names = curves.map(({ name }) => name);
  const series = { field: "series", type: "nominal" as const };
  const values = curves.flatMap(({ name, values: own }) =>
    rows.map((row) => ({
      [x.field]: datum(at[row]),
      [y.field]: datum(own[row]),
      series: name,
    })),
  );
  return [
    {
      data: { values: [{ [y.field]: 0 }] },
      mark: { type: "rule", color: lightPalette.muted, strokeDash: [1.5, 3] },
      encoding: { y },
    },
    {
      data: { values },
      mark: { type: "line", strokeWidth: 2 },
      encoding: {
        x,
        y,
        color: {
          ...series,
          scale: colours(
            names,
            curves.map(({ colour }) => colour),
          ),
        },
        strokeDash: {
          ...series,
          scale: { domain: names, range: curves.map(({ dash }) => [...dash]) },
        },
        tooltip: tooltip(x.field, y.field),
      },
    },
  ];
}
