/** Laws of laying sequences out in parts: nothing is lost, nothing is there twice. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Responses } from "../../../../src/train/rollout/roll-out.ts";
import {
  answerLength,
  cutByLength,
  layOut,
  layOutTokens,
  positionsOf,
  takeBack,
} from "../../../../src/train/update/lay-out.ts";

const LONGEST = 9;
const VOCABULARY = 5;

/** Responses of given lengths to prompts of given lengths, tokens numbered so that each place has its own. */
function responsesOf(sizes: readonly (readonly [prompt: number, response: number])[]): Responses {
  const count = sizes.length;
  const places = count * LONGEST;
  const numbers = (scale: number): Float32Array =>
    Float32Array.from({ length: places }, (_, place) => 1 + place * scale);
  return {
    count,
    longest: LONGEST,
    vocabulary: VOCABULARY,
    prompts: sizes.map(([length], p) => Int32Array.from({ length }, (_, k) => 1000 * (p + 1) + k)),
    promptOf: Int32Array.from({ length: count }, (_, b) => b),
    tokens: Int32Array.from({ length: places }, (_, place) => 1 + place),
    lengths: Int32Array.from(sizes, ([, length]) => length),
    ended: new Uint8Array(count).fill(1),
    logProb: numbers(1),
    entropy: numbers(2),
    polarity: numbers(3),
    logits: Float32Array.from({ length: places * VOCABULARY }, (_, k) => k),
  };
}

const someResponses = fc
  .array(fc.tuple(fc.integer({ min: 1, max: 14 }), fc.integer({ min: 1, max: LONGEST })), {
    minLength: 1,
    maxLength: 20,
  })
  .map(responsesOf);

const cut = (responses: Responses, size: number) =>
  cutByLength(
    responses,
    Array.from({ length: responses.count }, (_, b) => b),
    { size, longest: 14 + LONGEST },
  );

describe("parts of a batch", () => {
  test("hold each sequence once, in rows long enough for it", () => {
    fc.assert(
      fc.property(someResponses, fc.integer({ min: 1, max: 8 }), (responses, size) => {
        const parts = cut(responses, size);
        const seen = parts.flatMap(({ sequences }) => sequences).toSorted((a, b) => a - b);
        expect(seen).toEqual(Array.from({ length: responses.count }, (_, b) => b));
        for (const part of parts) {
          expect(part.sequences.length).toBeLessThanOrEqual(size);
          for (const b of part.sequences)
            expect(positionsOf(responses, b)).toBeLessThanOrEqual(part.length);
        }
      }),
    );
  });

  test("give back every number of a response that was laid out, and touch no other place", () => {
    fc.assert(
      fc.property(someResponses, fc.integer({ min: 1, max: 8 }), (responses, size) => {
        const back = new Float32Array(responses.logProb.length).fill(-1);
        for (const part of cut(responses, size))
          takeBack(responses, part, layOut(responses, part, responses.logProb), back);
        back.forEach((value, place) => {
          const valid = place % LONGEST < responses.lengths[Math.floor(place / LONGEST)]!;
          expect(value).toBe(valid ? responses.logProb[place] : -1);
        });
      }),
    );
  });

  test("predict each response token from the tokens before it", () => {
    fc.assert(
      fc.property(someResponses, fc.integer({ min: 1, max: 8 }), (responses, size) => {
        for (const part of cut(responses, size)) {
          const { tokens, targets, mask } = layOutTokens(responses, part);
          const places = layOut(responses, part, Float32Array.from(responses.tokens));
          const answers = answerLength(part);
          part.sequences.forEach((b, row) => {
            const from = row * part.length;
            const prompt = responses.prompts[b]!;
            const answer = responses.tokens.subarray(
              b * LONGEST,
              b * LONGEST + responses.lengths[b]!,
            );
            const whole = [...prompt, ...answer];
            expect([...tokens.subarray(from, from + whole.length - 1)]).toEqual(whole.slice(0, -1));
            whole.forEach((token, k) => {
              if (k < prompt.length) return;
              const at = row * answers + k - 1 - part.skip;
              expect(targets[at]).toBe(token);
              expect(mask[at]).toBe(1);
              expect(places[at]).toBe(token);
            });
          });
          const valid = part.sequences.reduce((sum, b) => sum + responses.lengths[b]!, 0);
          expect(mask.reduce((sum, one) => sum + one, 0)).toBe(valid);
        }
      }),
    );
  });
});
