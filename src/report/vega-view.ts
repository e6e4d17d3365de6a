/** Compiles Vega-Lite and runs Vega without a screen, without eval and without reading anything; knows no chart. */
import type { Spec } from "vega";
import type { TopLevelSpec } from "vega-lite";
import { EntlawError } from "../base/errors.ts";
import { textWidth } from "./text-width.ts";

interface TextItem {
  readonly fontSize?: number;
  readonly fontWeight?: string | number;
  /** Vega cuts a longer text to this width, px; 0 for none. */
  readonly limit?: number;
}

interface TextMetrics {
  width: (item: TextItem, text: string) => number;
}

/** Vega's own default. */
const FONT_SIZE = 11;

const widthOfItem: TextMetrics["width"] = (
  { fontSize = FONT_SIZE, fontWeight, limit = 0 },
  text,
) => {
  const width = textWidth(text, fontSize, fontWeight === "bold");
  return limit > 0 ? Math.min(limit, width) : width;
};

/** Compiles a Vega-Lite spec to Vega. Whatever the compiler warns of is a bug of our spec, and is thrown. */
export async function compileSpec(spec: TopLevelSpec): Promise<Spec> {
  const [{ compile }, { logger, Warn }] = await Promise.all([import("vega-lite"), import("vega")]);
  return compile(spec, { logger: logger(Warn, undefined, complain) }).spec;
}

function complain(_method: string, level: string, messages: readonly unknown[]): never {
  throw new EntlawError(
    "chart-spec",
    `internal: Vega-Lite has a doubt about a chart: ${level} ${messages.join(" ")}`,
  );
}

/**
 * Runs a Vega spec once and draws it as SVG.
 *
 * Expressions are interpreted from their syntax tree, and whatever the spec asks to load is refused.
 */
export async function drawSvg(spec: Spec): Promise<string> {
  const [vega, { expressionInterpreter }] = await Promise.all([
    import("vega"),
    import("vega-interpreter"),
  ]);
  // Vega measures text with a canvas where one is installed and guesses, far too wide, where none is: not the same
  // chart on all machines. Its typings leave out the door it has for this.
  const { textMetrics }: { readonly textMetrics?: TextMetrics; readonly version: string } = vega;
  if (textMetrics !== undefined) textMetrics.width = widthOfItem;
  const runtime = vega.parse(spec, undefined, { ast: true });
  const view = new vega.View(runtime, {
    expr: expressionInterpreter,
    loader: refusingLoader,
    renderer: "none",
    logLevel: vega.Error,
  });
  try {
    return await view.toSVG();
  } finally {
    view.finalize();
  }
}

const refuse = (what: string): Promise<never> =>
  Promise.reject(
    new EntlawError("chart-load", `internal: a chart may load nothing, got "${what}"`),
  );

/** A loader that loads nothing: our specs carry their data, and nothing in a log may make a chart read a file or a page. */
const refusingLoader = {
  load: refuse,
  sanitize: refuse,
  http: refuse,
  file: refuse,
};
