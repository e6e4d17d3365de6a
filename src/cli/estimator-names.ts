/** The names of the estimators of `agree`, for those who list or check them; computes nothing. */
import type { EstimatorName } from "../analyze/agreement/estimators.ts";

const names: { readonly [N in EstimatorName]: true } = {
  batch: true,
  "npg-group": true,
  npg: true,
  "pg-token": true,
  "pg-group": true,
  pg: true,
  "pg-centred-token": true,
  "pg-centred-group": true,
  "pg-centred-response": true,
  "discriminator-token": true,
  "discriminator-group": true,
  "discriminator-response": true,
  polarity: true,
  "polarity-group": true,
  "polarity-response": true,
  lemma: true,
};

/** In the order of their table. */
export const ESTIMATOR_NAMES = Object.keys(names) as readonly EstimatorName[];
