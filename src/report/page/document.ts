/** An HTML document that may do nothing but what it carries: policy, style, script, data; knows no finding. */
import { createHash } from "node:crypto";
import { type Markup, markup, trusted } from "../markup.ts";
import { jsonIsland } from "../json-island.ts";
import { pageStyle } from "./page-style.ts";

export interface DocumentParts {
  readonly title: string;
  readonly body: Markup;
  /** Data by element id, as `application/json`: readable by scripts and people, never executed. */
  readonly islands: Readonly<Record<string, unknown>>;
  /** The one script of the page, our own text. */
  readonly script: string;
}

/**
 * The document as one file.
 *
 * Its policy allows the style and the script by their hashes and images that are data, and nothing else: no request, no
 * eval, no inline handler, no frame, no form.
 */
export function renderDocument({ title, body, islands, script }: DocumentParts): string {
  const policy = [
    "default-src 'none'",
    `script-src '${hashOf(script)}'`,
    `style-src '${hashOf(pageStyle)}'`,
    "img-src data:",
    "connect-src 'none'",
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
  const data = Object.entries(islands).map(([id, value]) =>
    element(`script type="application/json" id="${id}"`, jsonIsland(value)),
  );
  return markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${trusted(policy)}">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${title}</title>
${element("style", pageStyle)}
</head>
<body>
${body}
${data}
${element("script", script)}
</body>
</html>
`.html;
}

/** An element around raw text that cannot end it. Not even a space may come between tag and text, or the hash would not fit. */
function element(tag: string, text: string): Markup {
  return trusted(`<${tag}>${text}</${tag.split(" ", 1)[0] ?? tag}>`);
}

/** A source expression of the policy: the hash of what stands between the tags. */
function hashOf(text: string): string {
  return `sha256-${createHash("sha256").update(text).digest("base64")}`;
}
