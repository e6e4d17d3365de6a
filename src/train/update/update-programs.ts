/** The programs that change a policy: gradients of a part added up, then one step of the optimizer. */
import type { ExperimentConfig } from "../../config/experiment-config.ts";
import { compile, type Compiled } from "../../engine/compile.ts";
import { adamW } from "../../engine/op/adam-w.ts";
import { withoutGradient } from "../../engine/op/differentiable.ts";
import { clipFactor, globalNorm, lossAndGradients } from "../../engine/op/gradients.ts";
import type { Optimizer } from "../../engine/op/optimizer.ts";
import { tokenStatistics } from "../../engine/op/token-statistics.ts";
import { tf } from "../../engine/tfjs.ts";
import type { Specs, TensorSpec } from "../../engine/trace/trace-program.ts";
import type { Elements } from "../../engine/trace/graph-backend.ts";
import { hasController, hasResponseLoss, learnsLogZ } from "../intervention/interventions.ts";
import { policyLoss } from "../intervention/policy-loss.ts";
import { valueLoss } from "../loss/value-loss.ts";
import { forward } from "../policy/forward.ts";
import { parameterSpecs } from "../policy/policy-shape.ts";
import type { Policy } from "../policy/policy.ts";
import { SETTINGS } from "./forward-programs.ts";
import type { Part } from "./lay-out.ts";

type Program = Compiled<Specs, Record<string, tf.Tensor>>;
type Tensors = Readonly<Record<string, tf.Tensor>>;

/** Rows and positions of a part. */
type Shape = Pick<Part, "size" | "length" | "skip">;

const nameOf = ({ size, length, skip }: Shape): string => `${size} × ${length} from ${skip}`;

const SCALAR: TensorSpec = { shape: [] };

/** Inputs of the gradient program that are [size, L − skip] of float32, besides tokens and targets. */
export const COLUMNS = [
  "mask",
  "weight",
  "advantage",
  "oldLogProb",
  "selected",
  "referenceLogProb",
] as const;

/** Those that generalised advantage estimation needs. */
const VALUE_COLUMNS = ["valueWeight", "returns", "oldValues"] as const;

/** Derivatives of a loss of whole responses: with respect to log π, and to the value head. */
const PULL = "pull";
const VALUE_PULL = "valuePull";

/** What an update's settings are, for the programs. */
export type UpdateSettings = Pick<
  ExperimentConfig,
  "advantage" | "loss" | "intervention" | "optimizer" | "rollout"
>;

/** The old log-probabilities, or the present ones where the policy is the one that sampled: then every ratio is 1. */
function oldLogProbs(inputs: Tensors, logProb: tf.Tensor): tf.Tensor2D {
  return withoutGradient([logProb], ([present]) =>
    tf.where(
      tf.greater(tf.mul(inputs["onPolicy"]!, tf.onesLike(present)), 0),
      present,
      inputs["oldLogProb"]!,
    ),
  ) as tf.Tensor2D;
}

/**
 * Gradient and optimizer programs over one policy, each shape compiled when it first comes.
 *
 * **Details** The gradients of a mini-batch are added up in variables, part by part; weights are per token, so that how a
 * mini-batch is cut changes nothing but the rounding of sums.
 */
export class UpdatePrograms {
  readonly optimizer: Optimizer;
  private readonly policy: Policy;
  private readonly settings: UpdateSettings;
  private readonly sums: ReadonlyMap<string, tf.Variable>;
  private readonly programs = new Map<string, Program>();
  private readonly previews = new Map<string, Program>();
  private applying: Program | undefined;

  constructor(policy: Policy, settings: UpdateSettings) {
    this.policy = policy;
    this.settings = settings;
    const { beta1, beta2, epsilon, weightDecay } = settings.optimizer;
    const decaying = new Set(
      parameterSpecs(policy.shape).flatMap(({ name, decays }) =>
        decays ? [policy.parameters.get(name)!] : [],
      ),
    );
    this.optimizer = adamW([...policy.parameters.values()], {
      beta1,
      beta2,
      epsilon,
      weightDecay,
      decays: (variable) => decaying.has(variable),
    });
    this.sums = new Map(
      [...policy.parameters.values()].map((variable) => [
        variable.name,
        tf.variable(tf.zeros(variable.shape), false, `${variable.name}/gradient`),
      ]),
    );
  }

  /**
   * Adds the gradients of a part to those of the parts before.
   *
   * @param feeds - tokens, targets, {@link COLUMNS} and what the settings need besides; `onPolicy` and `first` are 0 or 1.
   * @returns loss (scalar), logProb, entropy, clipped [size · (L − skip)], logits [size · (L − skip), V].
   */
  async accumulate(
    shape: Shape,
    feeds: Readonly<Record<string, Elements | number>>,
  ): Promise<Readonly<Record<string, Elements>>> {
    const key = nameOf(shape);
    const program = this.programs.get(key) ?? (await this.compileGradients(shape));
    this.programs.set(key, program);
    return program(feeds);
  }

  /**
   * What the policy says of a part before an update, without a gradient.
   *
   * @param feeds - as of {@link UpdatePrograms.accumulate}, without `first`.
   * @returns logProb, entropy, clipped [size · (L − skip)]; with a value head also values.
   */
  async preview(
    shape: Shape,
    feeds: Readonly<Record<string, Elements | number>>,
  ): Promise<Readonly<Record<string, Elements>>> {
    const key = nameOf(shape);
    const program = this.previews.get(key) ?? (await this.compilePreview(shape));
    this.previews.set(key, program);
    return program(feeds);
  }

  /** Clips the gradients, takes a step, and tells the norm they had. */
  async apply(learningRate: number): Promise<number> {
    this.applying ??= await this.compileStep();
    const { norm } = await this.applying({ learningRate });
    return norm![0]!;
  }

  async dispose(): Promise<void> {
    for (const program of [...this.programs.values(), ...this.previews.values()])
      await program.dispose();
    await this.applying?.dispose();
    for (const variable of [...this.sums.values(), ...this.optimizer.state]) variable.dispose();
  }

  private compileGradients(shape: Shape): Promise<Program> {
    const specs: Specs = { ...this.specs(shape), first: SCALAR };
    return compile((inputs) => this.gradients(inputs, shape.skip), specs, {
      name: `gradients of ${nameOf(shape)}`,
      ...SETTINGS,
    });
  }

  private compilePreview(shape: Shape): Promise<Program> {
    return compile(
      (inputs): Record<string, tf.Tensor> => {
        const { logProb, entropy, clipped, values } = this.loss(inputs, shape.skip);
        const found = { logProb: logProb!, entropy: entropy!, clipped: clipped! };
        return values === undefined ? found : { ...found, values };
      },
      this.specs(shape),
      { name: `preview of ${nameOf(shape)}`, ...SETTINGS },
    );
  }

  private specs({ size, length, skip }: Shape): Specs {
    const answers = length - skip;
    const floats: TensorSpec = { shape: [size, answers] };
    const { advantage, intervention } = this.settings;
    const columns = [
      ...COLUMNS,
      ...(advantage.kind === "gae" ? VALUE_COLUMNS : []),
      ...(hasResponseLoss(intervention) ? [PULL] : []),
      ...(learnsLogZ(intervention) ? [VALUE_PULL] : []),
    ];
    return {
      tokens: { shape: [size, length], dtype: "int32" },
      targets: { shape: [size, answers], dtype: "int32" },
      onPolicy: SCALAR,
      ...(hasController(intervention) ? { coefficient: SCALAR } : {}),
      ...Object.fromEntries(columns.map((name) => [name, floats])),
    };
  }

  private gradients(inputs: Tensors, skip: number): Record<string, tf.Tensor> {
    const variables = [...this.policy.parameters.values()];
    const { loss, gradients, others } = lossAndGradients(() => this.loss(inputs, skip), variables);
    const keep = tf.sub(1, inputs["first"]!);
    for (const [name, sum] of this.sums)
      sum.assign(tf.add(tf.mul(sum, keep), gradients[name]!) as tf.Tensor);
    return { loss, ...others };
  }

  private loss(inputs: Tensors, skip: number): { loss: tf.Tensor; [name: string]: tf.Tensor } {
    const shape = inputs["mask"]!.shape as [number, number];
    const { logits, values } = forward(this.policy, inputs["tokens"]!, skip);
    const targets = tf.reshape(inputs["targets"]!, [shape[0] * shape[1]]);
    const statistics = tokenStatistics(logits, targets, this.settings.rollout.temperature);
    const logProb = tf.reshape(statistics.logProb, shape) as tf.Tensor2D; // [b, L]
    const entropy = tf.reshape(statistics.entropy, shape) as tf.Tensor2D;
    const { tokenLoss, clipped } = policyLoss(this.settings, {
      logProb,
      oldLogProb: oldLogProbs(inputs, logProb),
      advantage: inputs["advantage"] as tf.Tensor2D,
      mask: inputs["mask"] as tf.Tensor2D,
      entropy,
      selected: inputs["selected"] as tf.Tensor2D,
      referenceLogProb: inputs["referenceLogProb"] as tf.Tensor2D,
      coefficient: inputs["coefficient"],
    });
    const terms = [
      tf.mul(tokenLoss, inputs["weight"]!),
      ...(inputs[PULL] === undefined ? [] : [tf.mul(inputs[PULL], logProb)]),
      ...(inputs[VALUE_PULL] === undefined ? [] : [tf.mul(inputs[VALUE_PULL], values!)]),
    ].map((term) => tf.sum(term));
    const policy = terms.reduce((sum, term) => tf.add(sum, term));
    const total = values === undefined ? policy : tf.add(policy, this.valueLoss(inputs, values));
    return { loss: total, logProb, entropy, clipped, logits, ...(values && { values }) };
  }

  private valueLoss(inputs: Tensors, values: tf.Tensor2D): tf.Tensor {
    const { advantage } = this.settings;
    if (advantage.kind !== "gae") return tf.scalar(0);
    const { tokenLoss } = valueLoss(
      {
        value: values,
        oldValue: inputs["oldValues"] as tf.Tensor2D,
        target: inputs["returns"] as tf.Tensor2D,
      },
      advantage.valueClip,
    );
    return tf.mul(tf.sum(tf.mul(tokenLoss, inputs["valueWeight"]!)), advantage.valueCoefficient);
  }

  private compileStep(): Promise<Program> {
    return compile(
      ({ learningRate }): Record<string, tf.Tensor> => {
        const gradients: Tensors = Object.fromEntries(this.sums);
        const norm = globalNorm(gradients);
        const factor = clipFactor(norm, this.settings.optimizer.gradientClip);
        this.optimizer.apply(gradients, learningRate!, factor);
        return { norm };
      },
      { learningRate: { shape: [] } } as Specs,
      { name: "optimizer step", ...SETTINGS },
    );
  }
}
