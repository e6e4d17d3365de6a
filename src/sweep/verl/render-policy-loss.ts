/** Our losses, aggregations and interventions in verl's settings; computes nothing. */
import type { ExperimentConfig } from "../../config/experiment-config.ts";
import type {
  InterventionConfig,
  InterventionKind,
  OptionsOf as InterventionOf,
} from "../../config/intervention-config.ts";
import type { LossConfig, LossKind, OptionsOf as LossOf } from "../../config/loss-config.ts";
import type { Override } from "./override.ts";
import { exactly, insist, joinRenderings, notInVerl, type Rendering } from "./rendering.ts";

const ACTOR = "actor_rollout_ref.actor";

const actor = (key: string, value: Override[1]): Override => [`${ACTOR}.${key}`, value];
const mode = (name: string): Override => actor("policy_loss.loss_mode", name);
const bounds = ({ clipLow, clipHigh }: { readonly clipLow: number; readonly clipHigh: number }) => [
  actor("clip_ratio_low", clipLow),
  actor("clip_ratio_high", clipHigh),
];

/** verl cuts log-ratios at ±20, so that no ratio reaches this: as a limit it is none. */
const NO_LIMIT = 1e9;

const dual = (limit: number | null): Override => actor("clip_ratio_c", limit ?? NO_LIMIT);

/** The losses by verl's `loss_mode`. */
const LOSSES: { readonly [K in LossKind]: (options: LossOf<K>) => readonly Override[] } = {
  "ppo-clip": (loss) => [mode("vanilla"), ...bounds(loss), dual(loss.dualClip)],
  cispo: (loss) => [mode("cispo"), ...bounds(loss)],
  gspo: (loss) => [mode("gspo"), ...bounds(loss)],
  gpg: () => [mode("gpg")],
  gmpo: (loss) => [mode("geo_mean"), ...bounds(loss)],
  sapo: ({ temperaturePositive, temperatureNegative }) => [
    mode("sapo"),
    actor("tau_pos", temperaturePositive),
    actor("tau_neg", temperatureNegative),
  ],
  "ce-gppo": () => {
    throw notInVerl("loss.kind", "be a loss of verl", { got: "ce-gppo" });
  },
  "policy-gradient": () => [
    mode("vanilla"),
    ...bounds({ clipLow: 1, clipHigh: NO_LIMIT }),
    dual(null),
  ],
};

const renderLoss = (config: LossConfig): Rendering =>
  exactly((LOSSES[config.kind] as (options: LossConfig) => readonly Override[])(config));

/** verl looks at one micro-batch at a time. */
const scopeNotes = (scope: string): readonly string[] =>
  scope === "micro"
    ? []
    : [
        `intervention.scope is ${scope}, but verl chooses tokens in each micro-batch, so that verl.maxTokensPerGpu changes what is chosen`,
      ];

type Renderer<K extends InterventionKind> = (
  options: InterventionOf<K>,
  loss: LossConfig,
) => Rendering;

const refused = ({ kind }: InterventionConfig): Rendering => {
  throw notInVerl("intervention.kind", "be one that verl has", {
    got: kind,
    fix: "verl has none, clip-cov, kl-cov, entropy-bonus and reference-kl",
  });
};

const KL_TYPES = { k1: "kl", k2: "mse", k3: "low_var_kl" } as const;

const INTERVENTIONS: { readonly [K in InterventionKind]: Renderer<K> } = {
  none: (_, loss) => renderLoss(loss),
  "clip-cov": ({ share, low, high, scope }, loss) => {
    if (loss.kind !== "ppo-clip") {
      throw notInVerl("loss.kind", "be ppo-clip with clip-cov", { got: loss.kind });
    }
    insist(loss.dualClip === null, "loss.dualClip", "be null with clip-cov", {
      got: loss.dualClip,
    });
    return {
      overrides: [
        mode("clip_cov"),
        ...bounds(loss),
        actor("policy_loss.clip_cov_ratio", share),
        actor("policy_loss.clip_cov_lb", low),
        actor("policy_loss.clip_cov_ub", high),
      ],
      notes: scopeNotes(scope),
    };
  },
  "kl-cov": ({ share, coefficient, scope }, loss) => {
    insist(loss.kind === "policy-gradient", "loss.kind", "be policy-gradient with kl-cov", {
      got: loss.kind,
    });
    return {
      overrides: [
        mode("kl_cov"),
        actor("policy_loss.kl_cov_ratio", share),
        actor("policy_loss.ppo_kl_coef", coefficient),
      ],
      notes: scopeNotes(scope),
    };
  },
  "entropy-bonus": ({ coefficient }, loss) =>
    joinRenderings([renderLoss(loss), exactly([actor("entropy_coeff", coefficient)])]),
  "reference-kl": ({ coefficient, estimator }, loss) =>
    joinRenderings([
      renderLoss(loss),
      exactly([
        actor("use_kl_loss", true),
        actor("kl_loss_coef", coefficient),
        actor("kl_loss_type", KL_TYPES[estimator]),
      ]),
    ]),
  "adaptive-entropy": refused,
  "sign-weights": refused,
  "high-entropy": refused,
  "entropy-advantage": refused,
  steer: refused,
  stare: refused,
  "covariance-weights": refused,
  "polarity-weights": refused,
  discriminator: refused,
  erc: refused,
  entropic: refused,
  dmpo: refused,
  flowrl: refused,
  disa: refused,
};

/** What holds where no intervention says otherwise; named, since defaults of verl have changed. */
const PLAIN: readonly Override[] = [actor("entropy_coeff", 0), actor("use_kl_loss", false)];

/**
 * Renders what the policy loss is made of.
 *
 * **Gotchas** `kl_cov_ratio` is a fraction, the `k_percent` of the paper's code was per cent. `ppo_kl_coef` is always
 * written: verl's configuration has 0.1 where the paper has 1.
 *
 * @see verl 0.9, `verl/workers/config/actor.py` and `verl/trainer/ppo/core_algos.py`
 * @throws {@link ConfigError} that names what verl does not have.
 */
export function renderPolicyLoss({
  loss,
  aggregation,
  intervention,
}: Pick<ExperimentConfig, "loss" | "aggregation" | "intervention">): Rendering {
  insist(aggregation !== "prompt-mean-token-mean", "aggregation", "be one of verl", {
    got: aggregation,
  });
  const render = INTERVENTIONS[intervention.kind] as (
    options: InterventionConfig,
    loss: LossConfig,
  ) => Rendering;
  const chosen = render(intervention, loss);
  const named = new Set(chosen.overrides.map(([key]) => key));
  const plain = PLAIN.filter(([key]) => !named.has(key));
  return joinRenderings([chosen, exactly([...plain, actor("loss_agg_mode", aggregation)])]);
}
