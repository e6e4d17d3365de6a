/** Style rules that turn a chart drawn in light colours dark where the reader prefers it; knows no chart. */
import { type ColourName, darkPalette, lightPalette } from "./palette.ts";

/**
 * CSS that replaces each light colour of an SVG by its dark twin under `prefers-color-scheme: dark`.
 *
 * A rule beats a presentation attribute, so neither the drawn chart nor the running one needs to know of it.
 *
 * @param scope - selector that the SVG's elements lie under; empty inside a file that is only the SVG.
 */
export function darkModeRules(scope: string): string {
  const rules = (Object.keys(lightPalette) as ColourName[]).flatMap((name) =>
    (["fill", "stroke"] as const).map((paint) =>
      `${scope} [${paint}="${lightPalette[name]}"]{${paint}:${darkPalette[name]}}`.trimStart(),
    ),
  );
  return `@media screen and (prefers-color-scheme:dark){${rules.join("")}}`;
}
