/** Characters to token numbers and back, in memory and as `tokenizer.json`; knows no task. */
import { DataError } from "../../base/errors.ts";

/** The number of the end token, which also fills up what is shorter than its row. */
export const END = 0;

/** How the end token is written in `tokenizer.json`. */
const END_NAME = "<end>";

/** One token a character; 0 is the end token. */
export interface Tokenizer {
  /** The characters in the order of their numbers, which begin at 1. */
  readonly alphabet: string;
  /** V: characters and the end token. */
  readonly size: number;
  /**
   * Token numbers of a text, without an end token.
   *
   * @throws DataError if a character is not of the alphabet.
   */
  encode(text: string): Int32Array;
  /**
   * The text of token numbers up to the first end token.
   *
   * @throws DataError if a number is no token.
   */
  decode(tokens: ArrayLike<number>): string;
}

/**
 * Makes the tokenizer of an alphabet.
 *
 * @throws {@link DataError} if a character is there twice, or is half of a surrogate pair.
 */
export function makeTokenizer(alphabet: string): Tokenizer {
  const numbers = new Map<string, number>();
  for (const [index, character] of alphabet.split("").entries()) {
    if (!character.isWellFormed() || numbers.has(character)) {
      throw new DataError(
        "alphabet",
        `an alphabet must have every character once, and none of more than 16 bits, got "${alphabet}"`,
      );
    }
    numbers.set(character, index + 1);
  }
  const size = alphabet.length + 1;
  return {
    alphabet,
    size,
    encode(text) {
      const tokens = new Int32Array(text.length);
      for (let i = 0; i < text.length; i += 1) {
        const number = numbers.get(text.charAt(i));
        if (number === undefined) {
          throw new DataError(
            "unknown-character",
            `the text must be made of "${alphabet}", got "${text}"`,
          );
        }
        tokens[i] = number;
      }
      return tokens;
    },
    decode(tokens) {
      let text = "";
      for (let i = 0; i < tokens.length; i += 1) {
        const token = tokens[i] ?? END;
        if (token === END) break;
        const character = alphabet.charAt(token - 1);
        if (character === "") {
          throw new DataError(
            "unknown-token",
            `a token must be from 0 to ${size - 1}, got ${token}`,
          );
        }
        text += character;
      }
      return text;
    },
  };
}

/**
 * The text of `tokenizer.json`.
 *
 * **Details** It is a file of Hugging Face's `tokenizers`: byte-pair encoding without any pairs, which leaves
 * characters. `Tokenizer.from_file` in Python reads it.
 */
export function toTokenizerJson({ alphabet }: Tokenizer): string {
  const vocab: Record<string, number> = { [END_NAME]: END };
  for (const [index, character] of alphabet.split("").entries()) vocab[character] = index + 1;
  const end = { id: END, content: END_NAME, special: true };
  const flags = { single_word: false, lstrip: false, rstrip: false, normalized: false };
  const json = {
    version: "1.0",
    truncation: null,
    padding: null,
    added_tokens: [{ ...end, ...flags }],
    normalizer: null,
    pre_tokenizer: null,
    post_processor: null,
    decoder: { type: "Fuse" },
    model: { type: "BPE", vocab, merges: [] },
  };
  return `${JSON.stringify(json, null, 2)}\n`;
}

/**
 * Reads the text of `tokenizer.json`.
 *
 * @param from - the file, as messages name it.
 * @throws {@link DataError} if it is not the file of a tokenizer whose tokens are `<end>`, numbered 0, and characters.
 */
export function parseTokenizerJson(text: string, from = "tokenizer.json"): Tokenizer {
  const vocab = Object.entries(readVocabulary(text, from));
  const characters: string[] = [];
  for (const [name, number] of vocab.toSorted(([, a], [, b]) => Number(a) - Number(b))) {
    // Sorted, the numbers must be 0, 1, 2, …: the end token and one character after the other.
    const isNext = number === (name === END_NAME ? END : characters.length + 1);
    if (!isNext || (name !== END_NAME && name.length !== 1)) {
      throw notTokenizer(from, `"${name}" as token ${String(number)}`);
    }
    if (name !== END_NAME) characters.push(name);
  }
  if (characters.length !== vocab.length - 1) throw notTokenizer(from, `no ${END_NAME}`);
  return makeTokenizer(characters.join(""));
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function readVocabulary(text: string, from: string): Record<string, unknown> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw notTokenizer(from, cause instanceof Error ? cause.message : String(cause));
  }
  const model = isRecord(json) ? json["model"] : undefined;
  if (!isRecord(model) || !isRecord(model["vocab"])) throw notTokenizer(from, "no model.vocab");
  const { merges } = model;
  if (!Array.isArray(merges) || merges.length > 0) {
    throw notTokenizer(from, "merges, which would make tokens of several characters");
  }
  return model["vocab"];
}

function notTokenizer(from: string, got: string): DataError {
  return new DataError(
    "not-a-tokenizer",
    `"${from}" must be a tokenizer with one token a character, got ${got}`,
    { fix: "take the tokenizer.json that lies beside the checkpoint" },
  );
}
