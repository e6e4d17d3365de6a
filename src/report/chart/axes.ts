/** Encodings that charts repeat: quantitative axes with fixed ranges, tooltips, colours by name; knows no finding. */
import type { ColourName } from "../palette.ts";
import { lightPalette } from "../palette.ts";
import type { Range } from "./domain.ts";

/** A quantitative axis over a fixed range. `field` is one of our own names, never one of a log's. */
export function axis(field: string, title: string | null, domain: Range) {
  return {
    field,
    type: "quantitative" as const,
    title,
    scale: { domain: [...domain], nice: false, zero: false },
  };
}

/** What is shown of a point under the pointer. `fields` are our own names. */
export function tooltip(...fields: readonly string[]) {
  return fields.map((field) => ({ field, type: "quantitative" as const, format: ".4~g" }));
}

/** A legend that gives names their colours, in the order given. */
export function colours(names: readonly string[], palette: readonly ColourName[]) {
  return { domain: [...names], range: palette.map((name) => lightPalette[name]) };
}
