/** Makes text of unknown origin safe to print; knows nothing of who prints it. */

// C0 but TAB and LF, DEL, C1, line and paragraph separators, bidirectional and invisible format controls, BOM.
const UNSAFE =
  // oxlint-disable-next-line no-control-regex -- control characters are what this expression is for
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]/g;

const escapeOne = (character: string): string =>
  `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;

/**
 * Replaces control characters by visible `\uXXXX` escapes, so that a log cannot drive the terminal.
 *
 * Keeps line feeds and tabs. JSON text stays valid JSON of the same value, since the escapes are JSON's own
 * (a raw carriage return between two tokens is the exception; `JSON.stringify` never writes one).
 */
export function printable(text: string): string {
  return text.replace(UNSAFE, escapeOne);
}

/** {@link printable} for names that must stay on one line: line feeds and tabs are escaped as well. */
export function printableName(text: string): string {
  return printable(text).replace(/[\n\t]/g, escapeOne);
}
