/** A token's whole policy loss: surrogate, then intervention; knows neither policy nor optimizer. */
import type { ExperimentConfig } from "../../config/experiment-config.ts";
import { type AdjustmentTensors } from "../intervention/intervention.ts";
import { adjustLoss, surrogateUnder } from "../intervention/interventions.ts";
import type { Surrogate } from "../loss/surrogate.ts";
import { surrogateLoss } from "../loss/surrogates.ts";

/** Token losses [B, T] as the configuration has them, and where the surrogate clips. */
export function policyLoss(
  { loss, intervention }: Pick<ExperimentConfig, "loss" | "intervention">,
  tensors: AdjustmentTensors,
): Surrogate {
  const { tokenLoss, clipped } = surrogateLoss(tensors, surrogateUnder(intervention, loss));
  return { tokenLoss: adjustLoss(tokenLoss, tensors, intervention), clipped };
}
