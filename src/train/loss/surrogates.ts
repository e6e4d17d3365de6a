/**
 * The table of surrogate losses: one row a kind of the configuration.
 *
 * Every loss but CE-GPPO, which verl lacks, follows verl 0.9.1. Deviation: log-ratios are held within ±20 nats everywhere, where verl does so in
 * `vanilla`, `cispo` and `sapo` only.
 */
import type { LossConfig, LossKind, OptionsOf } from "../../config/loss-config.ts";
import type { Aggregation, AggregationRule } from "./aggregation.ts";
import { ceGppo } from "./ce-gppo.ts";
import { cispo } from "./cispo.ts";
import { gmpo } from "./gmpo.ts";
import { gpg } from "./gpg.ts";
import { gspo } from "./gspo.ts";
import { policyGradient } from "./policy-gradient.ts";
import { ppoClip } from "./ppo-clip.ts";
import { sapo } from "./sapo.ts";
import type { Surrogate, SurrogateLoss, TokenTensors } from "./surrogate.ts";

/** Surrogates by kind. */
export const surrogates: { readonly [K in LossKind]: SurrogateLoss<K> } = {
  "ppo-clip": { loss: ppoClip },
  cispo: { loss: cispo },
  gspo: { loss: gspo },
  gpg: { loss: gpg },
  gmpo: { loss: gmpo, aggregation: "row-mean-token-mean" },
  sapo: { loss: sapo, aggregation: "seq-mean-token-mean" },
  "ce-gppo": { loss: ceGppo },
  "policy-gradient": { loss: policyGradient },
};

function lossOf<K extends LossKind>(tokens: TokenTensors, options: OptionsOf<K>): Surrogate {
  const { loss }: SurrogateLoss<K> = surrogates[options.kind as K];
  return loss(tokens, options);
}

/** Token losses of the surrogate that the configuration names; differentiable. */
export function surrogateLoss(tokens: TokenTensors, config: LossConfig): Surrogate {
  return lossOf(tokens, config);
}

/** The aggregation that applies: the surrogate's own, else the chosen one. */
export function aggregationOf(config: LossConfig, chosen: Aggregation): AggregationRule {
  return surrogates[config.kind].aggregation ?? chosen;
}
