/** Responses as rows of whole sequences, cut into parts of like length; knows no tensor and no loss. */
import type { Responses } from "../rollout/roll-out.ts";

/** A few sequences computed at once, padded to one length. */
export interface Part {
  /** The sequences, at most `size` of them. */
  readonly sequences: readonly number[];
  /** Rows of the program: those beyond the sequences are empty. */
  readonly size: number;
  /** L, positions of a row. */
  readonly length: number;
  /** Positions at the start of a row that predict nothing: all rows have prompt there. */
  readonly skip: number;
}

/** Positions of a row whose predictions count. */
export const answerLength = ({ length, skip }: Pick<Part, "length" | "skip">): number =>
  length - skip;

/** Lengths of parts are multiples of this: few programs, little padding. */
const LENGTH_STEP = 4;

/** Positions of a sequence that predict a token: all but its last. */
export const positionsOf = ({ prompts, promptOf, lengths }: Responses, b: number): number =>
  prompts[promptOf[b]!]!.length + lengths[b]! - 1;

/** The position that predicts a response's first token. */
const firstPosition = ({ prompts, promptOf }: Responses, b: number): number =>
  prompts[promptOf[b]!]!.length - 1;

/**
 * Cuts sequences into parts of like length, the longest first.
 *
 * @param size - rows of a part.
 * @param longest - positions that no part exceeds: the policy's.
 */
export function cutByLength(
  responses: Responses,
  sequences: readonly number[],
  { size, longest }: { readonly size: number; readonly longest: number },
): Part[] {
  const sorted = sequences.toSorted(
    (a, b) => positionsOf(responses, b) - positionsOf(responses, a) || a - b,
  );
  const parts: Part[] = [];
  const shortest = Math.min(...responses.prompts.map((prompt) => prompt.length - 1));
  const skip = Math.floor(shortest / LENGTH_STEP) * LENGTH_STEP; // one for the whole step: few programs
  for (let start = 0; start < sorted.length; start += size) {
    const chosen = sorted.slice(start, start + size);
    const most = positionsOf(responses, chosen[0]!);
    const length = Math.min(longest, Math.ceil(most / LENGTH_STEP) * LENGTH_STEP);
    parts.push({ sequences: chosen, size, length, skip });
  }
  return parts;
}

/** Input tokens, the tokens they predict, and which of those belong to the response. */
export interface LaidTokens {
  /** [size · L]. */
  readonly tokens: Int32Array;
  /** [size · (L − skip)]. */
  readonly targets: Int32Array;
  /** [size · (L − skip)]. */
  readonly mask: Float32Array;
}

/** The tokens of a part. */
export function layOutTokens(responses: Responses, part: Part): LaidTokens {
  const { sequences, size, length, skip } = part;
  const answers = answerLength(part);
  const tokens = new Int32Array(size * length);
  const targets = new Int32Array(size * answers);
  const mask = new Float32Array(size * answers);
  sequences.forEach((b, row) => {
    const prompt = responses.prompts[responses.promptOf[b]!]!;
    const answered = responses.lengths[b]!;
    const from = b * responses.longest;
    const response = responses.tokens.subarray(from, from + answered);
    tokens.set(prompt, row * length);
    tokens.set(response.subarray(0, answered - 1), row * length + prompt.length);
    const first = row * answers + prompt.length - 1 - skip;
    targets.set(response, first);
    mask.fill(1, first, first + answered);
  });
  return { tokens, targets, mask };
}

/** Zeros for every token: [B, R]. */
export const nothing = ({ count, longest }: Responses): Float32Array =>
  new Float32Array(count * longest);

type Numbers = Float32Array | Float64Array | Uint8Array;

/**
 * A quantity of responses at the places of a part's rows, 0 elsewhere.
 *
 * @param values - [B · R · depth].
 * @returns [size · (L − skip) · depth].
 */
export function layOut(responses: Responses, part: Part, values: Numbers, depth = 1): Float32Array {
  const { sequences, size, skip } = part;
  const answers = answerLength(part);
  const laid = new Float32Array(size * answers * depth);
  sequences.forEach((b, row) => {
    const from = b * responses.longest * depth;
    const to = (row * answers + firstPosition(responses, b) - skip) * depth;
    laid.set(values.subarray(from, from + responses.lengths[b]! * depth), to);
  });
  return laid;
}

/** The inverse of {@link layOut}: writes a part's quantity [size · (L − skip)] to its responses' places in `into` [B · R]. */
export function takeBack(
  responses: Responses,
  part: Part,
  laid: Numbers | Int32Array,
  into: Float32Array | Int8Array,
): void {
  const answers = answerLength(part);
  part.sequences.forEach((b, row) => {
    const from = row * answers + firstPosition(responses, b) - part.skip;
    into.set(laid.subarray(from, from + responses.lengths[b]!), b * responses.longest);
  });
}
