/** The programs of a rollout: prompts into a cache, one token a call, and smaller batches as sequences end. */
import { compile, type Compiled } from "../../engine/compile.ts";
import { type AttentionCache, makeAttentionCache } from "../../engine/op/cached-attention.ts";
import { tf } from "../../engine/tfjs.ts";
import { decode, prefill } from "../policy/forward.ts";
import type { Policy } from "../policy/policy.ts";
import { type DrawOptions, drawTokens } from "./draw-tokens.ts";

/** What a rollout's programs are made for. */
export interface RollerOptions extends DrawOptions {
  /** Most prompts of one wave. */
  readonly prompts: number;
  /** Most sequences of one wave. */
  readonly sequences: number;
  /** Most tokens of a prompt, the leading end token included. */
  readonly promptLength: number;
}

/** What one call of the token program gives of each sequence, [b] each. */
export interface TokenStep {
  readonly tokens: Int32Array;
  readonly logProb: Float32Array;
  readonly entropy: Float32Array;
  readonly polarity: Float32Array;
  /** [b, V]. */
  readonly logits: Float32Array;
}

/** Shares of the full batch at which sequences that ended are left behind. */
const LADDER = [1, 0.75, 0.5, 0.375, 0.25, 0.125, 0.0625];

/** One size of batch with its cache. */
interface Rung {
  readonly size: number;
  readonly caches: readonly AttentionCache[];
  step?: (feeds: Feeds) => Promise<TokenStep>;
}

interface Feeds {
  readonly tokens: Int32Array;
  readonly seen: Int32Array;
  readonly uniforms: Float32Array;
  readonly greedy: number;
}

type Mover = (rows: Int32Array) => Promise<unknown>;

/** Programs of different sizes take turns, and threads that wait busily would be in each other's way. */
const SETTINGS = { spin: false } as const;

/**
 * The compiled programs over one policy. They are made when they are first needed and read the policy's parameters as they
 * are at each call.
 */
export class Roller {
  readonly policy: Policy;
  readonly options: RollerOptions;
  /** Sizes of batches, falling. */
  readonly sizes: readonly number[];
  private readonly rungs: readonly Rung[];
  private readonly promptCaches: readonly AttentionCache[];
  private readonly movers = new Map<string, Mover>();
  private readonly programs: { dispose(): Promise<void> }[] = [];
  private readPrompts: Compiled<PromptSpecs, Record<string, tf.Tensor>> | undefined;

  constructor(policy: Policy, options: RollerOptions) {
    this.policy = policy;
    this.options = options;
    const sizes = LADDER.map((share) => Math.ceil(share * options.sequences));
    this.sizes = [...new Set(sizes)];
    this.rungs = this.sizes.map((size) => ({ size, caches: this.makeCaches(size) }));
    this.promptCaches = this.makeCaches(options.prompts);
  }

  /**
   * Reads prompts into the cache of the largest batch.
   *
   * @param tokens - [P, S], int32, padded at the end; fewer than `prompts` rows are filled up by the caller.
   * @param lengths - [P], in [1, S]: positions to read.
   * @param promptOf - [size of the rung], the prompt of each sequence.
   */
  async begin(
    tokens: Int32Array,
    lengths: Int32Array,
    promptOf: Int32Array,
    rung: number,
  ): Promise<void> {
    this.readPrompts ??= await this.compilePrompts();
    await this.readPrompts({ tokens, lengths });
    await this.move("prompts", this.promptCaches, rung, promptOf);
  }

  /** The next token of each sequence of a batch. */
  async step(rung: number, feeds: Feeds): Promise<TokenStep> {
    const one = this.rungs[rung]!;
    one.step ??= await this.compileStep(one);
    return one.step(feeds);
  }

  /**
   * Goes on with some sequences in a smaller batch.
   *
   * @param rows - [size of the new rung], which old row each new one continues.
   */
  async shrink(from: number, to: number, rows: Int32Array): Promise<void> {
    await this.move(String(from), this.rungs[from]!.caches, to, rows);
  }

  /** The smallest batch that holds `count` sequences. */
  rungFor(count: number): number {
    return Math.max(
      0,
      this.sizes.findLastIndex((size) => size >= count),
    );
  }

  /** Frees programs and caches; the policy stays. */
  async dispose(): Promise<void> {
    for (const program of this.programs) await program.dispose();
    for (const { keys, values } of [
      this.promptCaches,
      ...this.rungs.map((rung) => rung.caches),
    ].flat()) {
      keys.dispose();
      values.dispose();
    }
  }

  private makeCaches(batch: number): AttentionCache[] {
    const { layers, heads, width, length } = this.policy.shape;
    return Array.from({ length: layers }, () =>
      makeAttentionCache(batch, length, { heads, keyHeads: heads }, width / heads),
    );
  }

  private keep<P extends { dispose(): Promise<void> }>(program: P): P {
    this.programs.push(program);
    return program;
  }

  private async compilePrompts(): Promise<Compiled<PromptSpecs, Record<string, tf.Tensor>>> {
    const { prompts, promptLength } = this.options;
    const specs: PromptSpecs = {
      tokens: { shape: [prompts, promptLength], dtype: "int32" },
      lengths: { shape: [prompts], dtype: "int32" },
    };
    const program = await compile(
      ({ tokens, lengths }): Record<string, tf.Tensor> => {
        prefill(this.policy, tokens, lengths as tf.Tensor1D, this.promptCaches);
        return {};
      },
      specs,
      { name: "read prompts", ...SETTINGS },
    );
    return this.keep(program);
  }

  private async compileStep({ size, caches }: Rung): Promise<(feeds: Feeds) => Promise<TokenStep>> {
    const program = await compile(
      ({ tokens, seen, uniforms, greedy }) => {
        const logits = decode(this.policy, tokens as tf.Tensor1D, seen as tf.Tensor1D, caches);
        const drawn = drawTokens(logits, uniforms, greedy, this.options);
        const { logProb, entropy, polarity } = drawn;
        return { tokens: drawn.tokens, logProb, entropy, polarity, logits };
      },
      {
        tokens: { shape: [size], dtype: "int32" },
        seen: { shape: [size], dtype: "int32" },
        uniforms: { shape: [size] },
        greedy: { shape: [] },
      },
      { name: `next tokens of ${size}`, ...SETTINGS },
    );
    this.keep(program);
    return async (feeds) => {
      const { tokens, ...statistics } = await program({ ...feeds });
      return { tokens: tokens as Int32Array, ...(statistics as Omit<TokenStep, "tokens">) };
    };
  }

  /** Copies rows of one cache to another; one program for each pair of sizes. */
  private async move(
    name: string,
    from: readonly AttentionCache[],
    to: number,
    rows: Int32Array,
  ): Promise<void> {
    const key = `${name}>${to}`;
    const known = this.movers.get(key) ?? (await this.compileMove(key, from, this.rungs[to]!));
    this.movers.set(key, known);
    await known(rows);
  }

  private async compileMove(
    name: string,
    from: readonly AttentionCache[],
    { size, caches }: Rung,
  ): Promise<Mover> {
    const program = await compile(
      ({ rows }): Record<string, tf.Tensor> => {
        caches.forEach(({ keys, values }, layer) => {
          keys.assign(tf.gather(from[layer]!.keys as tf.Tensor, rows as tf.Tensor1D));
          values.assign(tf.gather(from[layer]!.values as tf.Tensor, rows as tf.Tensor1D));
        });
        return {};
      },
      { rows: { shape: [size], dtype: "int32" } },
      { name: `move ${name}`, ...SETTINGS },
    );
    this.keep(program);
    return (rows) => program({ rows });
  }
}

type PromptSpecs = {
  readonly tokens: { readonly shape: readonly [number, number]; readonly dtype: "int32" };
  readonly lengths: { readonly shape: readonly [number]; readonly dtype: "int32" };
};
