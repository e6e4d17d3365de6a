/** A Vega-Lite spec as an SVG text of fixed size, the same bytes each time; knows no finding. */
import type { TopLevelSpec } from "vega-lite";
import { type ColourName, darkPalette, lightPalette } from "./palette.ts";
import { darkModeRules } from "./dark-mode.ts";
import { escapeHtml } from "./markup.ts";
import { CHART_FONT } from "./theme.ts";
import { compileSpec, drawSvg } from "./vega-view.ts";

/** The ground a picture is for. `auto` follows the reader's setting, which only a browser knows. */
export type Ground = "auto" | "light" | "dark";

/** Draws a spec as a complete SVG document. The spec's `description` becomes its accessible name. */
export async function renderSvg(spec: TopLevelSpec, ground: Ground = "auto"): Promise<string> {
  const svg = await drawFragment(spec);
  if (ground === "light") return svg;
  if (ground === "dark") return darken(svg);
  return svg.replace(/^<svg[^>]*>/, (root) => `${root}<style>${darkModeRules("")}</style>`);
}

/** Draws a spec as an SVG element for a page that brings the style itself. */
export async function drawFragment(spec: TopLevelSpec): Promise<string> {
  const svg = compact(await drawSvg(await compileSpec(spec)));
  // The font stands once, on the root; without it a text would be set in whatever surrounds the SVG.
  const font = `font-family="${escapeHtml(CHART_FONT)}"`;
  const label = escapeHtml(typeof spec.description === "string" ? spec.description : "chart");
  return svg.replace(
    /^<svg[^>]*>/,
    (root) => `${root.slice(0, -1)} ${font} role="img" aria-label="${label}">`,
  );
}

/** Attributes that change nothing in a picture without pointer, stand on the root anyway, and that a screen reader should not meet below its one label. */
const IDLE_ATTRIBUTES =
  / (?:font-family|aria-[a-z]+|role|class|pointer-events|version|xmlns:xlink)="[^"]*"| (?:opacity|stroke-width|stroke-opacity)="1"/g;

/** Vega's invisible group outlines: a path that has neither colour nor anything inside. */
const EMPTY_PATH = /<path (?:aria-hidden="true" )?(?:d="[^"]*" ?)?(?:display="none")?\/>/g;

/** A circle as Vega writes it, a path of two arcs around a translated origin. */
const CIRCLE_PATH =
  /<path transform="translate\(([-\d.]+),([-\d.]+)\)" d="M([\d.]+),0A\3,\3,0,1,1,-\3,0A\3,\3,0,1,1,\3,0"( fill="[^"]*")?(?: stroke-width="[^"]*")?( opacity="[^"]*")?\/>/g;

/** Shortens an SVG by two thirds without changing a pixel: idle attributes, empty paths, circles as circles, digits below a hundredth. */
function compact(svg: string): string {
  const withoutIdle = svg.replace(/<[a-z][^<>]*>/g, (tag) =>
    tag
      .replace(IDLE_ATTRIBUTES, "")
      .replace(/-?\d+\.\d{3,}/g, (digits) => String(Number(Number(digits).toFixed(2)))),
  );
  let before = "";
  let after = withoutIdle
    .replace(EMPTY_PATH, "")
    .replace(CIRCLE_PATH, '<circle cx="$1" cy="$2" r="$3"$4$5/>');
  while (after !== before) {
    before = after;
    after = after.replace(/<g(?: [^<>]*)?><\/g>/g, "");
  }
  return after;
}

/** Replaces the light colours by their dark twins in the attributes that paint. */
function darken(svg: string): string {
  const twins = new Map(
    (Object.keys(lightPalette) as ColourName[]).map((name) => [
      lightPalette[name] as string,
      darkPalette[name],
    ]),
  );
  return svg.replace(/ (fill|stroke)="(#[0-9a-f]{6})"/g, (all, paint: string, colour: string) => {
    const twin = twins.get(colour);
    return twin === undefined ? all : ` ${paint}="${twin}"`;
  });
}
