/** How often each problem has been answered rightly in a run, and which are therefore drawn no more; knows no task. */
import { z } from "zod";
import { DataError } from "../../base/errors.ts";

/** What the responses to a problem have earned, and how many they were. */
interface Tally {
  readonly earned: number;
  readonly responses: number;
}

const fileSchema = z.strictObject({
  schema: z.literal(1),
  /** Key, rewards earned, responses. */
  problems: z.array(z.tuple([z.string(), z.number(), z.int().positive()])),
});

/**
 * The rewards that problems have earned over a run. A problem whose mean reward has come to `retireAt` is retired for
 * good: it is drawn no more, so that its tally stays.
 *
 * @see arXiv:2510.13786, no-positive-resampling
 */
export class PassHistory {
  private readonly retireAt: number;
  private readonly tallies = new Map<string, Tally>();

  constructor(retireAt: number) {
    this.retireAt = retireAt;
  }

  /** Whether a problem is drawn no more. */
  isRetired(key: string): boolean {
    const tally = this.tallies.get(key);
    return tally !== undefined && tally.earned / tally.responses >= this.retireAt;
  }

  /** How many problems are retired. */
  get retired(): number {
    return [...this.tallies.keys()].filter((key) => this.isRetired(key)).length;
  }

  /** Adds the rewards of the responses to a problem. */
  record(key: string, rewards: readonly number[]): void {
    const before = this.tallies.get(key) ?? { earned: 0, responses: 0 };
    this.tallies.set(key, {
      earned: rewards.reduce((sum, reward) => sum + reward, before.earned),
      responses: before.responses + rewards.length,
    });
  }

  /** The tallies as JSON. */
  toJson(): string {
    const problems = Array.from(this.tallies, ([key, { earned, responses }]) => [
      key,
      earned,
      responses,
    ]);
    return JSON.stringify({ schema: 1, problems });
  }

  /**
   * Takes over the tallies of a text.
   *
   * @param from - where it comes from, as the message names it.
   * @throws {@link DataError} if it is not what {@link toJson} writes.
   */
  restore(text: string, from: string): void {
    const parsed = fileSchema.safeParse(JSON.parse(text));
    if (!parsed.success) {
      throw new DataError(
        "pass-history",
        `"${from}" must hold the rewards of problems, got: ${z.prettifyError(parsed.error)}`,
        { fix: "update entlaw, or remove this checkpoint" },
      );
    }
    this.tallies.clear();
    for (const [key, earned, responses] of parsed.data.problems) {
      this.tallies.set(key, { earned, responses });
    }
  }
}
