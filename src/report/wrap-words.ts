/** Breaks a text into lines, which neither Vega nor a terminal does at spaces; knows no chart and no terminal. */

/** Spaces, but not the one after the comma of an interval such as [0.58, 0.61]. */
const BREAKS = /(?<!\[[^\s[\]]*,)\s+/;

/**
 * Lines that are no wider than `limit`, broken at spaces; a word that is wider alone is broken hard.
 *
 * @param widthOf - width of a text in the unit of `limit`.
 */
export function wrapWords(
  text: string,
  limit: number,
  widthOf: (text: string) => number,
): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(BREAKS)) {
    const longer = line === "" ? word : `${line} ${word}`;
    if (widthOf(longer) <= limit) {
      line = longer;
      continue;
    }
    if (line !== "") lines.push(line);
    line = "";
    for (const letter of word) {
      if (widthOf(line + letter) > limit && line !== "") {
        lines.push(line);
        line = "";
      }
      line += letter;
    }
  }
  return [...lines, line];
}
