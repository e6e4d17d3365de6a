/** The look of every chart as a Vega-Lite config: fonts, axes, legend; knows no data. */
import type { Config } from "vega-lite";
import { lightPalette } from "./palette.ts";

/** Fonts whose letters have the widths that charts are laid out with, then any. */
export const CHART_FONT =
  "Helvetica Neue, Helvetica, Arial, Liberation Sans, DejaVu Sans, sans-serif";

/** Width of a panel's plot area in px. Fixed, since a chart that is laid out without a screen cannot measure. */
export const PLOT_WIDTH = 410;

/** Font sizes of a standalone chart's title and subtitle, px. */
export const TITLE_SIZE = 13;
export const SUBTITLE_SIZE = 11;

/** Width of a panel's axis labels in px, one value so that stacked panels line up. */
const AXIS_WIDTH = 30;

/** Room for the title of a vertical axis, px: a longer name would stretch the chart. */
const TALLEST_TITLE = 250;

/** Vega-Lite config of every chart. */
export const chartTheme: Config = {
  font: CHART_FONT,
  // The whole chart carries one label; Vega's own would read out every mark.
  aria: false,
  mark: { aria: false },
  // The page or the file gives the ground; Vega's own would be white in the dark.
  background: "transparent",
  padding: 4,
  view: { stroke: null },
  axis: {
    domainColor: lightPalette.muted,
    tickColor: lightPalette.muted,
    gridColor: lightPalette.grid,
    labelColor: lightPalette.muted,
    labelFontSize: 11,
    labelLimit: 110,
    titleColor: lightPalette.ink,
    titleFontSize: 11.5,
    titleFontWeight: "normal",
    titlePadding: 6,
    tickSize: 4,
  },
  axisX: { grid: false, tickCount: 6, titleLimit: PLOT_WIDTH },
  axisY: {
    titleLimit: TALLEST_TITLE,
    domain: false,
    ticks: false,
    tickCount: 5,
    minExtent: AXIS_WIDTH,
    maxExtent: AXIS_WIDTH,
    labelPadding: 5,
  },
  legend: {
    orient: "top",
    direction: "horizontal",
    title: null,
    labelColor: lightPalette.ink,
    labelFontSize: 11,
    labelLimit: 150,
    symbolStrokeWidth: 2,
    symbolSize: 60,
    rowPadding: 3,
    columnPadding: 12,
    offset: 6,
  },
  title: {
    anchor: "start",
    frame: "bounds",
    color: lightPalette.ink,
    fontSize: TITLE_SIZE,
    fontWeight: "bold",
    lineHeight: 16,
    subtitleColor: lightPalette.muted,
    subtitleFontSize: SUBTITLE_SIZE,
    subtitleLineHeight: 14,
    subtitlePadding: 4,
    offset: 10,
  },
};
