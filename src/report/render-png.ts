/** A Vega-Lite spec as a PNG picture; knows no finding. */
import { fileURLToPath } from "node:url";
import type { TopLevelSpec } from "vega-lite";
import { type Ground, renderSvg } from "./render-svg.ts";

/** Pixels of the picture for each px of the chart: sharp on a screen with two pixels a point, and in print. */
const SCALE = 2;
/** Near Helvetica in width, which is what labels are laid out by. */
const faces = [
  import.meta.resolve("dejavu-fonts-ttf/ttf/DejaVuSansCondensed.ttf"),
  import.meta.resolve("dejavu-fonts-ttf/ttf/DejaVuSansCondensed-Bold.ttf"),
];
const FAMILY = "DejaVu Sans";

/**
 * Draws a spec as PNG bytes at twice its size.
 *
 * Text is set in a font that comes with entlaw, so that a picture is the same on every machine, one without fonts
 * included.
 */
export async function renderPng(
  spec: TopLevelSpec,
  ground: Exclude<Ground, "auto"> = "light",
): Promise<Uint8Array> {
  const svg = await renderSvg(spec, ground);
  const { Resvg } = await import("@resvg/resvg-js");
  const picture = new Resvg(svg, {
    font: {
      loadSystemFonts: false,
      fontFiles: faces.map((face) => fileURLToPath(face)),
      defaultFontFamily: FAMILY,
      sansSerifFamily: FAMILY,
    },
    fitTo: { mode: "zoom", value: SCALE },
  });
  return picture.render().asPng();
}
