/** Divides the problems of a task into train, validation and held-out by a hash of their keys; knows no task. */
import { ConfigError } from "../../base/errors.ts";
import type { Split } from "./task.ts";

/** Shares of the splits in per cent: the hash of a key decides, the same for every seed and every run. */
const TRAIN_BELOW = 80;
const VALIDATION_BELOW = 90;
const HUNDRED = 100;

// Even where one draw in a thousand leads to a problem, a tenth of the problems is missed so often with probability e^-10.
const MAX_DRAWS = 100_000;

/** FNV-1a over UTF-16 code units, finished by MurmurHash3's mixer. */
function hashKey(key: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < key.length; i += 1) hash = Math.imul(hash ^ key.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** The split that a problem belongs to: a function of its key alone, so that no problem is in two. */
export function splitOf(key: string): Split {
  const place = hashKey(key) % HUNDRED;
  if (place < TRAIN_BELOW) return "train";
  return place < VALIDATION_BELOW ? "validation" : "held-out";
}

/**
 * Draws until a problem of the split comes up.
 *
 * @param draw - draws a problem of any split, or undefined where the draw led to none.
 * @param what - the task, as the message names it.
 * @throws {@link ConfigError} after 100,000 draws in vain: the knobs leave too few problems.
 */
export function sampleSplit<P extends { readonly key: string }>(
  draw: () => P | undefined,
  split: Split,
  what: string,
): P {
  for (let i = 0; i < MAX_DRAWS; i += 1) {
    const problem = draw();
    if (problem !== undefined && splitOf(problem.key) === split) return problem;
  }
  throw new ConfigError(
    "too-few-problems",
    `the task ${what} must have ${split} problems, got none in ${MAX_DRAWS.toLocaleString("en")} draws`,
    { fix: "make its problems larger or its numbers more varied, so that there are more of them" },
  );
}
