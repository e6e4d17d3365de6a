/**
 * The table of advantage estimators: one row a kind of the configuration.
 *
 * Every estimator but `prime`, which is not in verl itself, follows verl 0.9.1, guards included. One deviation: advantages and returns are 0 outside the mask,
 * where verl's `gae` and `remax` leave what their recursions give.
 */
import { ShapeError } from "../../base/errors.ts";
import type { Matrix } from "../../base/matrix.ts";
import type { AdvantageConfig, AdvantageKind, OptionsOf } from "../../config/advantage-config.ts";
import type { AdvantageEstimator, AdvantageInput, Advantages } from "./advantage.ts";
import { gae } from "./gae.ts";
import { gpg } from "./gpg.ts";
import { grpo } from "./grpo.ts";
import { grpoPassK } from "./grpo-pass-k.ts";
import { opo } from "./opo.ts";
import { prime } from "./prime.ts";
import { reinforcePlusPlus } from "./reinforce-plus-plus.ts";
import { reinforcePlusPlusBaseline } from "./reinforce-plus-plus-baseline.ts";
import { remax } from "./remax.ts";
import { rloo } from "./rloo.ts";

/** Estimators by kind. */
export const advantageEstimators: { readonly [K in AdvantageKind]: AdvantageEstimator<K> } = {
  grpo,
  rloo,
  "reinforce-plus-plus": reinforcePlusPlus,
  "reinforce-plus-plus-baseline": reinforcePlusPlusBaseline,
  remax,
  opo,
  gae,
  "grpo-pass-k": grpoPassK,
  gpg,
  prime,
};

function checkMatrix(name: string, matrix: Matrix, { rows, columns }: Matrix): void {
  if (matrix.rows === rows && matrix.columns === columns) return;
  throw new ShapeError(
    "advantage-shape",
    `${name} must have the shape of rewards, [${rows}, ${columns}], got [${matrix.rows}, ${matrix.columns}]`,
  );
}

function checkRows(name: string, length: number, { rows }: Matrix): void {
  if (length === rows) return;
  throw new ShapeError(
    "advantage-shape",
    `${name} must have one entry for each of the ${rows} rows of rewards, got ${length}`,
  );
}

function checkInput({
  rewards,
  mask,
  group,
  values,
  baseline,
  processRewards,
}: AdvantageInput): void {
  checkMatrix("mask", mask, rewards);
  checkRows("group", group.length, rewards);
  if (values !== undefined) checkMatrix("values", values, rewards);
  if (processRewards !== undefined) checkMatrix("processRewards", processRewards, rewards);
  if (baseline !== undefined) checkRows("baseline", baseline.length, rewards);
}

function estimate<K extends AdvantageKind>(
  input: AdvantageInput,
  options: OptionsOf<K>,
): Advantages {
  const estimator: AdvantageEstimator<K> = advantageEstimators[options.kind as K];
  return estimator(input, options);
}

/**
 * Advantages and returns of one step by the estimator that the configuration names.
 *
 * @throws {@link ShapeError} if the shapes do not fit, or the estimator lacks what it needs.
 */
export function computeAdvantages(input: AdvantageInput, config: AdvantageConfig): Advantages {
  checkInput(input);
  return estimate(input, config);
}
