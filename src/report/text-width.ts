/** How wide a text will be, from the letter widths of Helvetica, since charts are laid out without a screen; knows no chart. */

/** Advance widths of Helvetica in thousandths of the font size; Arial and Liberation Sans have the same. */
const WIDTHS: ReadonlyArray<readonly [number, string]> = [
  [191, "'"],
  [222, "ijl"],
  [260, "|"],
  [278, " !,./:;I[\\]ft"],
  [333, "()-`r"],
  [334, "{}"],
  [355, '"'],
  [389, "*"],
  [469, "^"],
  [500, "Jckvsxyz"],
  [556, "#$0123456789?L_abdeghnopqu"],
  [584, "+<=>~"],
  [611, "FTZ"],
  [667, "&ABEKPSVXY"],
  [722, "CDHNRUw"],
  [778, "GOQ"],
  [833, "Mm"],
  [889, "%"],
  [944, "W"],
  [1015, "@"],
];
/** Anything else may be as wide as it is high. */
const WIDEST = 1000;
/** Bold is wider, by about this factor over a sentence. */
const BOLD = 1.07;

const widthOf = new Map(
  WIDTHS.flatMap(([width, letters]) => Array.from(letters, (letter) => [letter, width] as const)),
);

/** Width of a line in px, at a font size in px. */
export function textWidth(text: string, fontSize: number, bold = false): number {
  let thousandths = 0;
  for (const letter of text) thousandths += widthOf.get(letter) ?? WIDEST;
  return (thousandths / 1000) * fontSize * (bold ? BOLD : 1);
}
