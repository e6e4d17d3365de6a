/** Sentences as lines that fit a terminal and a chat window; knows nothing of what they say. */
import { wrapWords } from "../wrap-words.ts";

/** Width of the terminal that is written for. */
const LINE_WIDTH = 100;

/**
 * A text broken at spaces into lines of at most 100 letters, the later ones below the first.
 *
 * @param lead - what stands before the first line, such as an indent or a list mark; the other lines get as many spaces.
 */
export function paragraph(text: string, lead = ""): string {
  const lines = wrapWords(text.trim(), LINE_WIDTH - lead.length, (line) => line.length);
  return `${lead}${lines.join(`\n${" ".repeat(lead.length)}`)}`;
}
