/** What a policy is made of: sizes by name, and its parameters by name and shape; knows no values. */

/** Named sizes. Parameters without embeddings: 12 L D². */
export const POLICY_SIZES = {
  xxs: { layers: 2, width: 32, heads: 2 },
  xs: { layers: 2, width: 64, heads: 2 },
  s: { layers: 3, width: 128, heads: 4 },
  m: { layers: 6, width: 256, heads: 8 },
  l: { layers: 12, width: 512, heads: 8 },
} as const;

/** Everything that decides the shapes of a policy's parameters. */
export interface PolicyShape {
  readonly layers: number;
  /** D. */
  readonly width: number;
  readonly heads: number;
  /** V, the end token included. */
  readonly vocabulary: number;
  /** Most positions of a sequence, prompt and response. */
  readonly length: number;
  readonly positions: "learned" | "rotary";
  /** Whether a value is predicted beside the logits, for generalised advantage estimation. */
  readonly valueHead: boolean;
}

/** One parameter. */
export interface ParameterSpec {
  readonly name: string;
  readonly shape: readonly number[];
  /** Standard deviation of its normal start; `"ones"` for gains. */
  readonly start: number | "ones";
  /** Whether weight decay shrinks it: products do, embeddings and gains do not. */
  readonly decays: boolean;
}

const EMBEDDING_DEVIATION = 0.05;

/**
 * The parameters in the order in which they are made and stored.
 *
 * **Details** Pre-norm blocks (RMSNorm, attention, RMSNorm, ReLU² of width 4 D), no biases, head tied to the token
 * embedding. Products that add to the residual stream start smaller, by the root of their number.
 */
export function parameterSpecs(shape: PolicyShape): ParameterSpec[] {
  const { layers, width, vocabulary, length, positions, valueHead } = shape;
  const deviation = 1 / Math.sqrt(width);
  const residual = deviation / Math.sqrt(2 * layers);
  const gain = (name: string): ParameterSpec => ({
    name,
    shape: [width],
    start: "ones",
    decays: false,
  });
  const weight = (name: string, rows: number, columns: number, start: number): ParameterSpec => ({
    name,
    shape: [rows, columns],
    start,
    decays: true,
  });
  const table = (name: string, rows: number): ParameterSpec => ({
    name,
    shape: [rows, width],
    start: EMBEDDING_DEVIATION,
    decays: false,
  });
  const block = (layer: number): ParameterSpec[] => [
    gain(`blocks.${layer}.attention_norm.gain`),
    weight(`blocks.${layer}.attention.qkv`, width, 3 * width, deviation),
    weight(`blocks.${layer}.attention.out`, width, width, residual),
    gain(`blocks.${layer}.feed_forward_norm.gain`),
    weight(`blocks.${layer}.feed_forward.up`, width, 4 * width, deviation),
    weight(`blocks.${layer}.feed_forward.down`, 4 * width, width, residual / 2),
  ];
  return [
    table("tokens.weight", vocabulary),
    ...(positions === "learned" ? [table("positions.weight", length)] : []),
    ...Array.from({ length: layers }, (_, layer) => block(layer)).flat(),
    gain("norm.gain"),
    ...(valueHead ? [weight("value.weight", width, 1, 0)] : []),
  ];
}

/** Number of elements of a shape. */
export const elementsOf = (shape: readonly number[]): number =>
  shape.reduce((product, length) => product * length, 1);

/** Number of parameters, embeddings included. */
export const parameterCount = (shape: PolicyShape): number =>
  parameterSpecs(shape).reduce((sum, spec) => sum + elementsOf(spec.shape), 0);
