/** Programs that look at sequences without changing the policy: scores, and what an update did to entropy. */
import { compile, type Compiled } from "../../engine/compile.ts";
import { tokenStatistics } from "../../engine/op/token-statistics.ts";
import { tf } from "../../engine/tfjs.ts";
import type { Specs } from "../../engine/trace/trace-program.ts";
import { forward } from "../policy/forward.ts";
import type { Policy } from "../policy/policy.ts";
import type { Responses } from "../rollout/roll-out.ts";
import { answerLength, layOut, layOutTokens, nothing, type Part, takeBack } from "./lay-out.ts";

type Program = Compiled<Specs, Record<string, tf.Tensor>>;

/** Programs of different shapes take turns, and threads that wait busily would be in each other's way. */
export const SETTINGS = { spin: false } as const;

/** What the present policy says of tokens that were sampled, [B, R] each. */
export interface Scores {
  readonly logProb: Float32Array;
  readonly entropy: Float32Array;
  /** Predicted returns, all 0 without a value head. */
  readonly values: Float32Array;
}

/** What became of tokens since their logits were recorded, [B, R] each. */
export interface Changes {
  readonly logProb: Float32Array;
  readonly entropy: Float32Array;
  /**
   * −Cov_p(log p, Δz), p the recorded distribution and Δz the change of the logits since: the change of entropy to first
   * order (arXiv 2505.22617, Lemma 1).
   */
  readonly firstOrder: Float32Array;
}

/** −Cov_p(log p, Δz) of each row; both [N, V]. */
function firstOrderChange(before: tf.Tensor, after: tf.Tensor): tf.Tensor {
  const logP = tf.logSoftmax(before);
  const p = tf.exp(logP);
  const change = tf.sub(after, before);
  const mean = (x: tf.Tensor): tf.Tensor => tf.sum(tf.mul(p, x), 1);
  return tf.sub(tf.mul(mean(logP), mean(change)), mean(tf.mul(logP, change)));
}

/** Forward passes of one policy over parts of any length; each length is compiled once, when it first comes. */
export class ForwardPrograms {
  readonly policy: Policy;
  private readonly temperature: number;
  private readonly programs = new Map<string, Program>();

  /** @param temperature - divides the logits in log-probabilities. */
  constructor(policy: Policy, temperature: number) {
    this.policy = policy;
    this.temperature = temperature;
  }

  /** Log-probability, entropy and value of the sampled tokens. */
  async score(responses: Responses, parts: readonly Part[]): Promise<Scores> {
    const scores = {
      logProb: nothing(responses),
      entropy: nothing(responses),
      values: nothing(responses),
    };
    for (const part of parts) {
      const program = await this.program("score", part);
      const { tokens, targets } = layOutTokens(responses, part);
      const found = await program({ tokens, targets });
      takeBack(responses, part, found["logProb"]!, scores.logProb);
      takeBack(responses, part, found["entropy"]!, scores.entropy);
      if (found["values"] !== undefined) takeBack(responses, part, found["values"], scores.values);
    }
    return scores;
  }

  /**
   * What has changed since the logits were recorded.
   *
   * @param before - [B, R, V], or a function that gives the part's own [size · (L − skip), V].
   */
  async compare(
    responses: Responses,
    parts: readonly Part[],
    before: Float32Array | ((part: number) => Float32Array),
  ): Promise<Changes> {
    const changes = {
      logProb: nothing(responses),
      entropy: nothing(responses),
      firstOrder: nothing(responses),
    };
    for (const [k, part] of parts.entries()) {
      const program = await this.program("compare", part);
      const { tokens, targets } = layOutTokens(responses, part);
      const logits =
        typeof before === "function"
          ? before(k)
          : layOut(responses, part, before, responses.vocabulary);
      const found = await program({ tokens, targets, logits });
      takeBack(responses, part, found["logProb"]!, changes.logProb);
      takeBack(responses, part, found["entropy"]!, changes.entropy);
      takeBack(responses, part, found["firstOrder"]!, changes.firstOrder);
    }
    return changes;
  }

  async dispose(): Promise<void> {
    for (const program of this.programs.values()) await program.dispose();
  }

  private async program(what: "score" | "compare", part: Part): Promise<Program> {
    const key = `${what} ${part.size} × ${part.length} from ${part.skip}`;
    const known = this.programs.get(key) ?? (await this.compile(what, key, part));
    this.programs.set(key, known);
    return known;
  }

  private compile(what: "score" | "compare", name: string, part: Part): Promise<Program> {
    const { size, length, skip } = part;
    const rows = size * answerLength(part);
    const { vocabulary } = this.policy.shape;
    const tokens = { shape: [size, length], dtype: "int32" } as const;
    const targets = { shape: [size, answerLength(part)], dtype: "int32" } as const;
    const logits = { shape: [rows, vocabulary] } as const;
    return compile(
      (inputs): Record<string, tf.Tensor> => {
        const outputs = forward(this.policy, inputs["tokens"]!, skip);
        const chosen = tf.reshape(inputs["targets"]!, [rows]);
        const { logProb, entropy } = tokenStatistics(outputs.logits, chosen, this.temperature);
        if (what === "compare") {
          const firstOrder = firstOrderChange(inputs["logits"]!, outputs.logits);
          return { logProb, entropy, firstOrder };
        }
        return outputs.values === undefined
          ? { logProb, entropy }
          : { logProb, entropy, values: outputs.values };
      },
      (what === "score" ? { tokens, targets } : { tokens, targets, logits }) as Specs,
      { name, ...SETTINGS },
    );
  }
}
