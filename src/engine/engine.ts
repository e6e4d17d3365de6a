/** The engine's public API, `entlaw/engine`: choose an engine, write tfjs, compile. A door of its own, since it loads TensorFlow.js. */
export { type EngineKind } from "../config/engine-kind.ts";
export { type ChosenEngine, type EngineOptions, useEngine } from "./backend/use-engine.ts";
export { type CompileInfo, type CompileOptions, type Compiled, compile } from "./compile.ts";
export { gelu, geluExact, reluSquared, silu } from "./op/activations.ts";
export { type AdamW, adamW, type AdamWOptions } from "./op/adam-w.ts";
export {
  type AttentionCache,
  type CachedAttentionShape,
  decodeAttention,
  makeAttentionCache,
  prefillAttention,
} from "./op/cached-attention.ts";
export { type AttentionShape, causalAttention, segmentMask } from "./op/causal-attention.ts";
export {
  differentiable,
  type Forms,
  type Gradient,
  stopGradient,
  withoutGradient,
} from "./op/differentiable.ts";
export {
  accumulateGradients,
  clipByGlobalNorm,
  clipFactor,
  globalNorm,
  type LossAndGradients,
  lossAndGradients,
  microBatches,
  type NamedGradients,
} from "./op/gradients.ts";
export { embedding, tiedLogits } from "./op/embedding.ts";
export { linear } from "./op/linear.ts";
export type { Optimizer } from "./op/optimizer.ts";
export { sgd } from "./op/sgd.ts";
export { layerNorm, rmsNorm } from "./op/layer-norm.ts";
export { learningRateAt, type LearningRateSchedule } from "./op/learning-rate.ts";
export {
  bandMask,
  maskedCovariance,
  maskedMean,
  maskedSum,
  topMask,
} from "./op/masked-statistics.ts";
export { rotaryEmbedding } from "./op/rotary-embedding.ts";
export {
  gumbelNoise,
  type SampledTokens,
  sampleTokens,
  type SamplingOptions,
} from "./op/sample-tokens.ts";
export { type TokenStatistics, tokenStatistics } from "./op/token-statistics.ts";
export { tf } from "./tfjs.ts";
export type { TensorSpec } from "./trace/trace-program.ts";
