/** The style sheet of every page: type, tables, figures, dark, narrow and printed; knows no content. */
import { darkModeRules } from "../dark-mode.ts";
import { type ColourName, darkPalette, lightPalette } from "../palette.ts";

const pageColours = [
  "ground",
  "tint",
  "grid",
  "ink",
  "muted",
  "law",
] as const satisfies readonly ColourName[];

const variables = (palette: Readonly<Record<ColourName, string>>): string =>
  pageColours.map((name) => `--${name}:${palette[name]}`).join(";");

/** The style sheet, complete; the page's policy names its hash. */
export const pageStyle = `
:root{color-scheme:light dark;${variables(lightPalette)};--serif:"Iowan Old Style","Palatino Linotype",Palatino,Charter,Georgia,"Liberation Serif",serif;--sans:"Helvetica Neue",Helvetica,Arial,"Liberation Sans",sans-serif;--mono:ui-monospace,Menlo,Consolas,"Liberation Mono",monospace}
@media screen and (prefers-color-scheme:dark){:root{${variables(darkPalette)}}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%}
body{margin:0;background:var(--ground);color:var(--ink);font:1.0625rem/1.55 var(--serif);overflow-wrap:break-word}
.page{max-width:66rem;margin:0 auto;padding:2.5rem 1.25rem 4rem}
.skip{position:absolute;left:-99rem;top:.5rem;background:var(--ground);padding:.4rem .8rem}
.skip:focus{left:1rem}
:focus-visible{outline:2px solid var(--law);outline-offset:3px}
h1,h2,h3,h4{font-family:var(--serif);font-weight:600;line-height:1.25;text-wrap:balance}
h1{font-size:1.9rem;margin:0 0 .3rem;letter-spacing:-.01em}
h2{font-size:1.35rem;margin:3.2rem 0 .8rem;padding-top:1.1rem;border-top:1px solid var(--grid)}
h3{font-size:1.08rem;margin:2.2rem 0 .5rem}
h4,figcaption h1{font-size:1rem;margin:0 0 .2rem;line-height:1.35}
p,ul,ol,dl{max-width:42rem;margin:0 0 .8rem}
.byline,.method,.note{color:var(--muted);font:.86rem/1.45 var(--sans)}
.byline{margin-bottom:2rem}
.answer{border-left:3px solid var(--law);padding:.1rem 0 .1rem 1.1rem;margin:1rem 0 1.6rem;max-width:44rem}
.answer p{margin:0 0 .55rem}
.answer p:last-child{margin:0}
.badge{font:600 .86rem/1.4 var(--sans);letter-spacing:.01em}
.badge .mark{font-size:1.1em;margin-right:.35em}
a{color:var(--law);text-underline-offset:.15em}
.scroll{overflow-x:auto;max-width:100%;margin:0 0 1rem}
table{border-collapse:collapse;font:.86rem/1.4 var(--sans);font-variant-numeric:tabular-nums}
caption{text-align:left;color:var(--muted);padding:0 0 .4rem}
th,td{text-align:left;padding:.32rem .9rem .32rem 0;vertical-align:top;border-bottom:1px solid var(--grid)}
thead th{font-weight:600;border-bottom:1px solid var(--muted);vertical-align:bottom}
tbody th{font-weight:400}
.number{text-align:right;white-space:nowrap}
td.words:not(:last-child){white-space:nowrap}
td.words:last-child{min-width:11rem}
.figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,27rem),1fr));gap:2.4rem 2.6rem;margin-top:1.2rem;align-items:start}
figure{margin:0;min-width:0}
figcaption{margin-bottom:.7rem;break-inside:avoid;break-after:avoid}
.method{margin:0}
.drawing{max-width:38rem;break-inside:avoid}
.drawing svg{display:block;width:100%;height:auto}
details{margin:.5rem 0;font:.86rem/1.45 var(--sans)}
summary{cursor:pointer;color:var(--muted);padding:.15rem 0}
details .scroll{max-height:22rem;overflow:auto;margin-top:.4rem}
pre{font:.82rem/1.5 var(--mono);background:var(--tint);padding:.7rem .9rem;margin:0 0 .8rem;white-space:pre-wrap;overflow-wrap:anywhere;max-width:44rem}
code{font-family:var(--mono);font-size:.88em}
button{font:.84rem/1.2 var(--sans);color:var(--ink);background:transparent;border:1px solid var(--muted);border-radius:3px;padding:.35rem .7rem;cursor:pointer}
button:hover{background:var(--tint)}
.tip{position:fixed;pointer-events:none;background:var(--ground);color:var(--ink);border:1px solid var(--muted);border-radius:3px;padding:.3rem .55rem;font:.8rem/1.4 var(--sans);font-variant-numeric:tabular-nums;white-space:pre;z-index:2}
@media (max-width:40rem){.page{padding:1.4rem 1rem 3rem}h1{font-size:1.55rem}.answer{padding-left:.8rem}}
@media print{
@page{size:A4;margin:16mm}
html{font-size:9.5pt}
.page{max-width:none;padding:0}
.skip,button,.tip{display:none}
h2,h3,h4{break-after:avoid}
.figures{grid-template-columns:1fr 1fr;gap:7mm}
details::details-content{content-visibility:visible;display:block;height:auto}
details .scroll{max-height:none;overflow:visible}
.scroll{overflow:visible}
tr{break-inside:avoid}
a[href^="http"]::after{content:" (" attr(href) ")";font-size:.85em}
}
${darkModeRules(".drawing")}
`;
