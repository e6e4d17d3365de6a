/** Programs that give, for one response, the gradients of its entropy and of its loss; knows no optimizer. */
import type { ExperimentConfig } from "../../src/config/experiment-config.ts";
import { compile, type Compiled } from "../../src/engine/compile.ts";
import { lossAndGradients } from "../../src/engine/op/gradients.ts";
import { tokenStatistics } from "../../src/engine/op/token-statistics.ts";
import { tf } from "../../src/engine/tfjs.ts";
import type { Specs } from "../../src/engine/trace/trace-program.ts";
import { policyLoss } from "../../src/train/intervention/policy-loss.ts";
import { forward } from "../../src/train/policy/forward.ts";
import type { Policy } from "../../src/train/policy/policy.ts";
import type { Responses } from "../../src/train/rollout/roll-out.ts";
import { SETTINGS } from "../../src/train/update/forward-programs.ts";
import {
  answerLength,
  layOut,
  layOutTokens,
  type Part,
  takeBack,
} from "../../src/train/update/lay-out.ts";

type Program = Compiled<Specs, Record<string, tf.Tensor>>;

/** Where the numbers of each token go, [B, R]. */
export interface TokenNumbers {
  readonly logProb: Float32Array;
  readonly entropy: Float32Array;
  readonly polarity: Float32Array;
  readonly clipped: Float32Array;
}

/** What each token of a step weighs and earned, [B, R]. */
export interface TokenFeeds {
  readonly weight: Float64Array;
  readonly advantage: Float64Array;
}

/** One response's share of its mini-batch's gradients; each [P], all parameters one after another. */
export interface ResponseGradients {
  /** Of Σ w H. */
  readonly entropy: Float32Array;
  /** Of Σ w A log π: ascent of the plain policy gradient, without ratios and clipping. */
  readonly plain: Float32Array;
  /** Of minus the loss: ascent with ratios and clipping. */
  readonly loss: Float32Array;
  /** [positions, V], before the update. */
  readonly logits: Float32Array;
}

/** The gradient programs of one policy, a response at a time. */
export class ResponseGradientPrograms {
  private readonly policy: Policy;
  private readonly config: ExperimentConfig;
  private readonly programs = new Map<string, Program>();

  constructor(policy: Policy, config: ExperimentConfig) {
    this.policy = policy;
    this.config = config;
  }

  /** @param part - one response; its tokens' numbers go to `into`. */
  async compute(
    responses: Responses,
    part: Part,
    feeds: TokenFeeds,
    into: TokenNumbers,
  ): Promise<ResponseGradients> {
    const program = await this.program(part);
    const found = await program({
      ...layOutTokens(responses, part),
      weight: layOut(responses, part, feeds.weight),
      advantage: layOut(responses, part, feeds.advantage),
      oldLogProb: layOut(responses, part, responses.logProb),
    });
    for (const name of ["logProb", "entropy", "polarity", "clipped"] as const) {
      takeBack(responses, part, found[name]!, into[name]);
    }
    return {
      entropy: found["byEntropy"] as Float32Array,
      plain: found["byPlain"] as Float32Array,
      loss: found["byLoss"] as Float32Array,
      logits: found["logits"] as Float32Array,
    };
  }

  async dispose(): Promise<void> {
    for (const program of this.programs.values()) await program.dispose();
  }

  private async program(part: Part): Promise<Program> {
    const key = `gradients of ${part.size} × ${part.length} from ${part.skip}`;
    const known = this.programs.get(key) ?? (await this.compile(part, key));
    this.programs.set(key, known);
    return known;
  }

  private compile(part: Part, name: string): Promise<Program> {
    const answers = [part.size, answerLength(part)];
    const columns = ["mask", "weight", "advantage", "oldLogProb"].map(
      (column) => [column, { shape: answers }] as const,
    );
    const specs: Specs = {
      tokens: { shape: [part.size, part.length], dtype: "int32" },
      targets: { shape: answers, dtype: "int32" },
      ...Object.fromEntries(columns),
    };
    return compile((inputs) => this.gradients(inputs, part.skip), specs, { name, ...SETTINGS });
  }

  private gradients(
    inputs: Readonly<Record<string, tf.Tensor>>,
    skip: number,
  ): Record<string, tf.Tensor> {
    const variables = [...this.policy.parameters.values()];
    const flat = (pick: (numbers: Numbers) => tf.Tensor): tf.Tensor => {
      const { gradients } = lossAndGradients(
        () => ({ loss: pick(this.numbers(inputs, skip)) }),
        variables,
      );
      return tf.concat(variables.map(({ name }) => tf.reshape(gradients[name]!, [-1])));
    };
    const { logProb, entropy, polarity, clipped, logits } = this.numbers(inputs, skip);
    return {
      byEntropy: flat((numbers) => numbers.weightedEntropy),
      byPlain: flat((numbers) => numbers.plain),
      byLoss: flat((numbers) => numbers.ascent),
      logProb,
      entropy,
      polarity,
      clipped,
      logits,
    };
  }

  private numbers(inputs: Readonly<Record<string, tf.Tensor>>, skip: number): Numbers {
    const { mask, weight, advantage, oldLogProb } = inputs as Record<string, tf.Tensor2D>;
    const shape = mask!.shape;
    const { logits } = forward(this.policy, inputs["tokens"]!, skip);
    const targets = tf.reshape(inputs["targets"]!, [shape[0] * shape[1]]);
    const found = tokenStatistics(logits, targets, this.config.rollout.temperature);
    const laid = (values: tf.Tensor): tf.Tensor2D => tf.reshape(values, shape) as tf.Tensor2D;
    const [logProb, entropy] = [laid(found.logProb), laid(found.entropy)];
    const { tokenLoss, clipped } = policyLoss(this.config, {
      logProb,
      oldLogProb: oldLogProb!,
      advantage: advantage!,
      mask: mask!,
      entropy,
      selected: tf.zerosLike(mask!) as tf.Tensor2D,
    });
    const weighted = (values: tf.Tensor): tf.Tensor => tf.sum(tf.mul(values, weight!));
    return {
      weightedEntropy: weighted(entropy),
      plain: weighted(tf.mul(logProb, advantage!)),
      ascent: tf.neg(weighted(tokenLoss)),
      logProb,
      entropy,
      polarity: laid(found.polarity),
      clipped,
      logits,
    };
  }
}

interface Numbers {
  readonly weightedEntropy: tf.Tensor;
  readonly plain: tf.Tensor;
  readonly ascent: tf.Tensor;
  readonly logProb: tf.Tensor;
  readonly entropy: tf.Tensor;
  readonly polarity: tf.Tensor;
  readonly clipped: tf.Tensor;
  readonly logits: tf.Tensor;
}
