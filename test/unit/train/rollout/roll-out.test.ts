/** A rollout says what the policy says: against whole-sequence passes, other batches, and the distribution itself. */
import { beforeAll, describe, expect, test } from "vitest";
import { makeRng } from "../../../../src/base/random.ts";
import { useEngine } from "../../../../src/engine/backend/use-engine.ts";
import { makePolicy } from "../../../../src/train/policy/policy.ts";
import { type Responses, rollOut } from "../../../../src/train/rollout/roll-out.ts";
import { Roller } from "../../../../src/train/rollout/roller.ts";
import { ForwardPrograms } from "../../../../src/train/update/forward-programs.ts";
import { partsOfStep } from "../../../../src/train/update/step-batch.ts";
import { smallPrompts, smallShape } from "../../../support/small-lab.ts";

beforeAll(() => useEngine("graph", { threads: 1 }));

const LONGEST = 12;

async function sample(
  { sequences = 24, positions = "learned" as const, temperature = 1, topP = 1, greedy = false },
  prompts = smallPrompts(6),
): Promise<{ responses: Responses; forward: ForwardPrograms; length: number }> {
  const shape = smallShape({ positions: positions as "learned" | "rotary" });
  const policy = makePolicy(shape, makeRng(4));
  const roller = new Roller(policy, { prompts: 6, sequences, promptLength: 7, temperature, topP });
  const request = { prompts, samples: 4, longest: LONGEST, greedy };
  const responses = await rollOut(roller, request, makeRng(5));
  return { responses, forward: new ForwardPrograms(policy, temperature), length: shape.length };
}

const largestDifference = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Array.from(a).reduce((most, value, k) => Math.max(most, Math.abs(value - b[k]!)), 0);

describe("a rollout", () => {
  test.each([
    ["learned", 1],
    ["rotary", 1],
    ["learned", 0.7],
  ] as const)(
    "gives the log-probabilities and entropies of a pass over whole sequences (%s positions, temperature %f)",
    async (positions, temperature) => {
      const { responses, forward, length } = await sample({
        positions: positions as "learned",
        temperature,
      });
      const parts = partsOfStep(responses, 5, length);
      const scores = await forward.score(responses, parts);
      expect(largestDifference(scores.logProb, responses.logProb)).toBeLessThan(1e-5);
      expect(largestDifference(scores.entropy, responses.entropy)).toBeLessThan(1e-5);
      const changes = await forward.compare(responses, parts, responses.logits);
      expect(largestDifference(changes.firstOrder, new Float32Array(24 * LONGEST))).toBeLessThan(
        1e-5,
      );
    },
  );

  test("is the same whatever else is computed beside a sequence", async () => {
    const whole = await sample({ sequences: 24 });
    const waves = await sample({ sequences: 8 });
    expect(waves.responses.tokens).toEqual(whole.responses.tokens);
    expect(waves.responses.lengths).toEqual(whole.responses.lengths);
    expect(largestDifference(waves.responses.logProb, whole.responses.logProb)).toBeLessThan(1e-5);
  });

  test("ends a response at its end token, or at the longest length", async () => {
    const { responses } = await sample({});
    const lengths = new Set(responses.lengths);
    expect(lengths.size).toBeGreaterThan(3); // otherwise no sequence ever left the batch early
    responses.lengths.forEach((length, b) => {
      const tokens = responses.tokens.subarray(b * LONGEST, b * LONGEST + length);
      expect(tokens.indexOf(0)).toBe(responses.ended[b] === 1 ? length - 1 : -1);
      if (responses.ended[b] === 0) expect(length).toBe(LONGEST);
    });
  });

  test("takes the likeliest token when it is greedy", async () => {
    const { responses } = await sample({ greedy: true });
    const { vocabulary } = responses;
    responses.lengths.forEach((length, b) => {
      for (let t = 0; t < length; t++) {
        const place = b * LONGEST + t;
        const logits = responses.logits.subarray(place * vocabulary, (place + 1) * vocabulary);
        expect(responses.tokens[place]).toBe(logits.indexOf(Math.max(...logits)));
      }
    });
  });

  test("draws tokens as often as the policy gives them probability, within the set that top-p leaves", async () => {
    const draws = 4000;
    for (const topP of [1, 0.6]) {
      const policy = makePolicy(smallShape(), makeRng(9));
      const sizes = { prompts: 1, sequences: draws, promptLength: 4, temperature: 1, topP };
      const roller = new Roller(policy, sizes);
      const request = { prompts: [Int32Array.of(1, 2, 3)], samples: draws, longest: 1 };
      const { tokens, logits } = await rollOut(roller, request, makeRng(10));
      const weights = Array.from(logits.subarray(0, 9), Math.exp);
      const total = weights.reduce((a, b) => a + b, 0);
      const p = weights.map((weight) => weight / total);
      const order = p.map((_, token) => token).toSorted((a, b) => p[b]! - p[a]!);
      let mass = 0;
      const open = order.filter((token) => {
        const kept = mass < topP;
        mass += p[token]!;
        return kept;
      });
      const openMass = open.reduce((sum, token) => sum + p[token]!, 0);
      let chiSquare = 0;
      for (const token of open) {
        const expected = (draws * p[token]!) / openMass;
        const seen = tokens.reduce((count, drawn) => count + (drawn === token ? 1 : 0), 0);
        chiSquare += (seen - expected) ** 2 / expected;
      }
      expect(tokens.every((token) => open.includes(token))).toBe(true);
      expect(chiSquare).toBeLessThan(30); // 8 degrees of freedom: beyond 26 once in a thousand
    }
  });
});
