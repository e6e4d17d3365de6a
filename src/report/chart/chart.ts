/** What a chart is: a Vega-Lite spec with the words and the table that say the same; knows no finding and no renderer. */
import type { TopLevelSpec } from "vega-lite";
import { printable } from "../../base/printable.ts";
import { lightPalette } from "../palette.ts";
import { textWidth } from "../text-width.ts";
import { SUBTITLE_SIZE, TITLE_SIZE, chartTheme } from "../theme.ts";
import { MAX_ROWS } from "./thin-rows.ts";
import { wrapWords } from "../wrap-words.ts";

/** Marks drawn over each other on common axes. */
export type Panel = Extract<TopLevelSpec, { layer: unknown }>;
export type Layer = Panel["layer"][number];
type Stacked = Extract<TopLevelSpec, { vconcat: unknown }>;
type SideBySide = Extract<TopLevelSpec, { hconcat: unknown }>;
export type SubPanel = Stacked["vconcat"][number];

/** The charts of a log's steps. */
export type LogChartKind =
  | "law"
  | "steps"
  | "residuals"
  | "prediction"
  | "window"
  | "comparison"
  | "budget";

/** The charts of predicted against measured entropy change, which are best with a run's token table. */
export type AgreementChartKind = "agreement" | "covariance" | "accuracy-groups" | "covariance-tail";

/** The charts of the arms that several logs are runs of. */
export type ArmsChartKind = "arms" | "arm-curves" | "arm-steps" | "sizes";

/** The charts that entlaw draws; `scaling` is of one log or several, and needs no entropy. */
export type ChartKind = LogChartKind | AgreementChartKind | ArmsChartKind | "scaling";

/** What was plotted, for readers who cannot see it. */
export interface PlottedTable {
  readonly columns: readonly string[];
  readonly rows: ReadonlyArray<ReadonlyArray<number | string | undefined>>;
}

/** One drawing of one finding. */
export interface Chart {
  readonly kind: ChartKind;
  /** The takeaway, with its number. */
  readonly title: string;
  /** The method: law, window, smoothing, n. */
  readonly subtitle: string;
  /** One sentence for screen readers, at most {@link LABEL_LIMIT} characters. */
  readonly description: string;
  /** Vega-Lite, data inline, without title. Text of a log stands in it only as titles, text and data values. */
  readonly spec: TopLevelSpec;
  readonly table: PlottedTable;
}

/** How much of a finding to draw; the table beside the picture always has all of it. */
export interface ChartOptions {
  /** About how many points a panel may show; more are thinned, keeping the extremes. */
  readonly maxRows: number;
}

/** What a chart that stands alone shows. */
export const fullDetail: ChartOptions = { maxRows: MAX_ROWS };

/** Longer accessible names are cut off or tiresome to hear. */
export const LABEL_LIMIT = 250;

const SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json";
/** Width of title lines in px: narrower than the chart, for readers whose font is wider than Helvetica. */
const TITLE_WIDTH = 405;
/** Significant digits of plotted data: below what a screen can show, and a third of the bytes. */
const DATA_DIGITS = 6;

/** A spec of stacked or single panels with what all charts share. */
export function chartSpec(
  body:
    | Pick<Panel, "layer" | "width" | "height">
    | Pick<Stacked, "vconcat" | "spacing">
    | Pick<SideBySide, "hconcat" | "spacing">,
): TopLevelSpec {
  return { $schema: SCHEMA, config: chartTheme, ...body } as TopLevelSpec;
}

/** The spec as it stands alone: with title, subtitle and ground. */
export function standaloneSpec(chart: Chart): TopLevelSpec {
  return {
    ...chart.spec,
    description: chart.description,
    background: lightPalette.ground,
    title: {
      text: wrapWords(printable(chart.title), TITLE_WIDTH, (line) =>
        textWidth(line, TITLE_SIZE, true),
      ),
      subtitle: wrapWords(printable(chart.subtitle), TITLE_WIDTH, (line) =>
        textWidth(line, SUBTITLE_SIZE),
      ),
    },
  };
}

/** A number as it is put into a spec: rounded, and null where it is not finite. */
export function datum(value: number | undefined): number | null {
  if (value === undefined || !Number.isFinite(value)) return null;
  return Number(value.toPrecision(DATA_DIGITS));
}

/** Shortens a text for a screen reader at a word's end. */
export function shortLabel(text: string): string {
  if (text.length <= LABEL_LIMIT) return text;
  const cut = text.slice(0, LABEL_LIMIT - 1);
  return `${cut.slice(0, Math.max(cut.lastIndexOf(" "), LABEL_LIMIT / 2))}…`;
}
