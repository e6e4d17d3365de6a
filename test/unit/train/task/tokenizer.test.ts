import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { DataError } from "../../../../src/base/errors.ts";
import {
  END,
  makeTokenizer,
  parseTokenizerJson,
  toTokenizerJson,
} from "../../../../src/train/task/tokenizer.ts";

const tokenizer = makeTokenizer("0123456789+-*/=,;:");
const file = (): { model: { vocab: Record<string, unknown>; merges: unknown[] } } =>
  JSON.parse(toTokenizerJson(tokenizer));

describe("a tokenizer", () => {
  test("numbers the end 0 and the characters from 1", () => {
    expect(END).toBe(0);
    expect([...tokenizer.encode("09:")]).toEqual([1, 10, 18]);
    expect(tokenizer.size).toBe(19);
  });

  test("takes any text of its alphabet there and back", () => {
    const text = fc.string({ unit: fc.constantFrom(...tokenizer.alphabet.split("")) });
    fc.assert(fc.property(text, (one) => tokenizer.decode(tokenizer.encode(one)) === one));
  });

  test("reads up to the end token, whatever follows", () => {
    expect(tokenizer.decode([4, 14, 0, 8, 99])).toBe("3/");
    expect(tokenizer.decode([])).toBe("");
  });

  test("refuses characters and numbers that it does not have", () => {
    expect(() => tokenizer.encode("3x")).toThrow(
      'the text must be made of "0123456789+-*/=,;:", got "3x"',
    );
    expect(() => tokenizer.decode([19])).toThrow("a token must be from 0 to 18, got 19");
    expect(() => tokenizer.decode([-1])).toThrow(DataError);
  });

  test("has each character once", () => {
    expect(() => makeTokenizer("aba")).toThrow(DataError);
    expect(() => makeTokenizer("a😀")).toThrow(DataError);
  });
});

describe("tokenizer.json", () => {
  test("comes back as the tokenizer it was written from, for any alphabet", () => {
    const alphabet = fc
      .uniqueArray(fc.string({ unit: "grapheme-ascii", minLength: 1, maxLength: 1 }))
      .map((characters) => characters.join(""));
    fc.assert(
      fc.property(alphabet, (one) => {
        const read = parseTokenizerJson(toTokenizerJson(makeTokenizer(one)));
        expect(read.alphabet).toBe(one);
      }),
    );
  });

  test("has what Hugging Face's tokenizers reads: byte-pair encoding without pairs", () => {
    // Read with tokenizers 0.23.3: encode("3,7,5=26:3*7=21;21+5=26").ids are the numbers of encode().
    expect(file()).toMatchObject({
      version: "1.0",
      added_tokens: [{ id: 0, content: "<end>", special: true }],
      decoder: { type: "Fuse" },
      model: { type: "BPE", vocab: { "<end>": 0, "0": 1, ":": 18 }, merges: [] },
    });
  });

  test.each([
    ["no JSON", "{"],
    ["no table", "[]"],
    ["no model", "{}"],
    ["no vocabulary", '{"model": {"merges": []}}'],
    ["pairs", JSON.stringify({ model: { vocab: { "<end>": 0, a: 1 }, merges: ["a a"] } })],
    ["no end token", JSON.stringify({ model: { vocab: { a: 0, b: 1 }, merges: [] } })],
    [
      "an end token elsewhere",
      JSON.stringify({ model: { vocab: { a: 0, "<end>": 1 }, merges: [] } }),
    ],
    ["a hole", JSON.stringify({ model: { vocab: { "<end>": 0, a: 2 }, merges: [] } })],
    [
      "a number twice",
      JSON.stringify({ model: { vocab: { "<end>": 0, a: 1, b: 1 }, merges: [] } }),
    ],
    [
      "a number that is none",
      JSON.stringify({ model: { vocab: { "<end>": 0, a: "1" }, merges: [] } }),
    ],
    [
      "an enormous number",
      JSON.stringify({ model: { vocab: { "<end>": 0, a: 4e9 }, merges: [] } }),
    ],
    ["a word", JSON.stringify({ model: { vocab: { "<end>": 0, ab: 1 }, merges: [] } })],
    ["an empty token", JSON.stringify({ model: { vocab: { "<end>": 0, "": 1 }, merges: [] } })],
    ["nothing at all", JSON.stringify({ model: { vocab: {}, merges: [] } })],
  ])("with %s is refused by the name of the file", (_, text) => {
    expect(() => parseTokenizerJson(text, "run/tokenizer.json")).toThrow(DataError);
    expect(() => parseTokenizerJson(text, "run/tokenizer.json")).toThrow(
      '"run/tokenizer.json" must be a tokenizer with one token a character, got',
    );
  });
});
