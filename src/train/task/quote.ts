/** Puts a piece of a response into a sentence; knows no task. */

// Longer pieces say no more of what went wrong.
const LONGEST = 24;

/** The piece in quotes, cut where it is long; the word "nothing" for an empty one. */
export function quote(piece: string): string {
  if (piece === "") return "nothing";
  return `"${piece.length > LONGEST ? `${piece.slice(0, LONGEST)}…` : piece}"`;
}
