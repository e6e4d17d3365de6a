/** What a chart can be written as, and how the file's name says so; draws nothing. */
import { extname } from "node:path";
import { ConfigError } from "../base/errors.ts";
import { writeFileAtomic } from "../base/atomic-write.ts";
import { disk } from "../base/file-system.ts";
import { type Chart, standaloneSpec } from "./chart/chart.ts";
import { renderHtml } from "./render-html.ts";
import { renderPng } from "./render-png.ts";
import { type Ground, renderSvg } from "./render-svg.ts";

type Writer = (
  chart: Chart,
  ground: Exclude<Ground, "auto"> | undefined,
) => Promise<string | Uint8Array>;

const writers = {
  ".svg": (chart, ground) => renderSvg(standaloneSpec(chart), ground ?? "auto"),
  ".png": (chart, ground) => renderPng(standaloneSpec(chart), ground ?? "light"),
  ".html": (chart) => renderHtml(chart),
  ".vl.json": async (chart) => `${JSON.stringify(standaloneSpec(chart), null, 2)}\n`,
} as const satisfies Record<string, Writer>;

/** Ending of a chart's file. */
export type ChartForm = keyof typeof writers;

/**
 * The form that a file name asks for.
 *
 * @throws {@link ConfigError} for any other ending.
 */
export function parseChartFile(path: string): ChartForm {
  const forms = Object.keys(writers) as ChartForm[];
  const found = forms.find((ending) => path.toLowerCase().endsWith(ending));
  if (found !== undefined) return found;
  throw new ConfigError(
    "chart-form",
    `a chart's file must end in ${forms.join(", ")}, got "${extname(path) || path}"`,
    { fix: "rename the file after --out" },
  );
}

/**
 * Writes a chart, whole or not at all.
 *
 * @param ground - `auto` forms follow the reader's setting unless one is named.
 * @throws RunError if the disk refuses.
 */
export async function writeChart(
  chart: Chart,
  path: string,
  ground?: Exclude<Ground, "auto">,
): Promise<void> {
  const bytes = await writers[parseChartFile(path)](chart, ground);
  writeFileAtomic(disk, path, typeof bytes === "string" ? Buffer.from(bytes) : bytes);
}
