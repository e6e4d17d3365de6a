/** The script of a page: Vega with its interpreter, and the few lines that bring drawn charts to life; runs nothing here. */
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { EntlawError } from "../../base/errors.ts";
import { disk } from "../../base/file-system.ts";

/** Vega and its interpreter are BSD-licensed, which asks for this line where they are passed on. */
const NOTICE =
  "/*! Vega and vega-interpreter, Copyright University of Washington Interactive Data Lab, BSD-3-Clause. Contains d3 (Mike Bostock) and topojson, ISC. */";

/** What every page does if it may run a script: buttons copy, folds open for printing. */
const BASICS = `
for (const button of document.querySelectorAll("[data-copy]")) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    const said = button.textContent;
    try {
      await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent);
      button.textContent = "Copied";
    } catch { button.textContent = "This browser does not let a file copy"; }
    setTimeout(() => { button.textContent = said; }, 2000);
  });
}
addEventListener("beforeprint", () => { for (const fold of document.querySelectorAll("details")) fold.open = true; });
`;

/** Charts near the screen are drawn again by Vega, which adds the values under the pointer. */
const ENLIVEN = `
const read = (id) => JSON.parse(document.getElementById(id)?.textContent ?? "[]");
const specs = read("charts");
const tip = document.createElement("div");
tip.className = "tip"; tip.hidden = true; tip.setAttribute("aria-hidden", "true");
document.body.append(tip);
const showTip = (_, event, item, value) => {
  tip.hidden = value == null || typeof value !== "object";
  if (tip.hidden) return;
  tip.textContent = Object.entries(value).map(([name, text]) => name + "  " + text).join("\\n");
  const right = event.clientX + 14 + tip.offsetWidth > innerWidth;
  tip.style.left = (right ? event.clientX - 14 - tip.offsetWidth : event.clientX + 14) + "px";
  tip.style.top = Math.max(4, event.clientY - tip.offsetHeight - 8) + "px";
};
const refuse = (what) => Promise.reject(new Error("a chart may load nothing, got " + what));
const enliven = async (place) => {
  const still = place.firstElementChild;
  const live = document.createElement("div");
  try {
    const runtime = vega.parse(specs[Number(place.dataset.chart)], undefined, { ast: true });
    const view = new vega.View(runtime, {
      expr: expressionInterpreter, renderer: "svg", container: live, hover: true, tooltip: showTip,
      loader: { load: refuse, sanitize: refuse, http: refuse, file: refuse }, logLevel: vega.Error,
    });
    await view.runAsync();
    const svg = live.querySelector("svg");
    for (const name of ["role", "aria-label"]) svg.setAttribute(name, still.getAttribute(name));
    for (const name of ["role", "aria-roledescription", "aria-label"]) live.removeAttribute(name);
    still.replaceWith(live);
  } catch { /* The still picture stays. */ }
};
const near = new IntersectionObserver((entries) => {
  for (const { isIntersecting, target } of entries) {
    if (!isIntersecting) continue;
    near.unobserve(target);
    enliven(target);
  }
}, { rootMargin: "200px" });
for (const place of document.querySelectorAll("[data-chart]")) near.observe(place);
`;

/**
 * The whole script as one text; the page is complete without it. It leaves nothing on `window`.
 *
 * @param options - `live`: whether charts react to the pointer, which takes half a megabyte.
 */
export function pageScript({ live }: { readonly live: boolean }): string {
  const parts = [
    "(() => {",
    '"use strict";',
    ...(live ? vegaParts() : []),
    BASICS,
    ...(live ? [ENLIVEN] : []),
    "})();",
    "",
  ];
  const script = parts.join("\n");
  if (/<\/script|<!--/i.test(script)) {
    throw new EntlawError(
      "page-script",
      "internal: the page's script contains the end of its own element",
    );
  }
  return script;
}

/** Statements that define `vega` and `expressionInterpreter`. */
function vegaParts(): string[] {
  const require = createRequire(import.meta.url);
  // The package exports its module only; the self-contained build lies beside it.
  const vega = readText(join(dirname(require.resolve("vega")), "vega.min.js"));
  const interpreter = readText(require.resolve("vega-interpreter"));
  return [
    NOTICE,
    "const exports = {}, module = { exports };",
    `(function () {${withoutSourceMap(vega)}\n}).call({});`,
    "const vega = exports;",
    `const expressionInterpreter = (() => {\n${interpreterBody(interpreter)}\n})();`,
  ];
}

/** The interpreter's module as the body of a function: its imports come from Vega, its export is returned. */
function interpreterBody(source: string): string {
  const body = withoutSourceMap(source)
    .replace(/^import (\{[^}]*\}) from 'vega-util';$/m, "const $1 = vega;")
    .replace(/^export \{ expression as expressionInterpreter \};$/m, "return expression;");
  if (/^(?:import|export)\b/m.test(body)) {
    throw new EntlawError(
      "page-script",
      "internal: vega-interpreter is not the module this page was written for",
    );
  }
  return body;
}

const readText = (path: string): string => disk.readFile(path).toString("utf8");
const withoutSourceMap = (source: string): string =>
  source.replace(/^\/\/# sourceMappingURL=.*$/gm, "");
