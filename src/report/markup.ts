/** HTML built from templates in which every value is escaped unless it is markup of ours; knows no page. */
import { printable } from "../base/printable.ts";

/** Markup made by {@link markup}, which may stand in other markup as it is. */
export interface Markup {
  readonly html: string;
}

/** What a template takes: text is escaped, lists are joined, undefined is nothing. */
export type MarkupValue = string | number | Markup | undefined | readonly MarkupValue[];

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Text as it may stand in an element or a quoted attribute: control characters made visible, the five marks escaped. */
export function escapeHtml(text: string): string {
  return printable(text).replace(/[&<>"']/g, (mark) => ENTITIES[mark] ?? mark);
}

/**
 * Template tag for markup. Values are escaped; to insert markup, insert a {@link Markup}.
 *
 * Place values between tags or inside double quotes only, never in a script, a style or an unquoted attribute.
 */
export function markup(parts: TemplateStringsArray, ...values: readonly MarkupValue[]): Markup {
  return {
    html: parts.map((part, i) => (i === 0 ? part : render(values[i - 1]) + part)).join(""),
  };
}

/** Declares a string to be markup. For markup from the outside world there is no legitimate use. */
export function trusted(html: string): Markup {
  return { html };
}

function render(value: MarkupValue): string {
  if (value === undefined) return "";
  if (typeof value === "number") return String(value);
  if (typeof value === "string") return escapeHtml(value);
  return "html" in value ? value.html : value.map(render).join("");
}
