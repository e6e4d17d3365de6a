/** The kinds of charts by what they are drawn from, for those who list or check them; draws nothing. */
import type {
  AgreementChartKind,
  ArmsChartKind,
  ChartKind,
  LogChartKind,
} from "../report/chart/chart.ts";

const logKinds: { readonly [K in LogChartKind]: true } = {
  law: true,
  steps: true,
  residuals: true,
  prediction: true,
  window: true,
  comparison: true,
  budget: true,
};

const agreementKinds: { readonly [K in AgreementChartKind]: true } = {
  agreement: true,
  covariance: true,
  "accuracy-groups": true,
  "covariance-tail": true,
};

const armsKinds: { readonly [K in ArmsChartKind]: true } = {
  arms: true,
  "arm-curves": true,
  "arm-steps": true,
  sizes: true,
};

/** All kinds, as a caller may name them. */
export const CHART_KINDS = Object.keys({
  ...logKinds,
  ...agreementKinds,
  scaling: true,
  ...armsKinds,
}) as readonly ChartKind[];

/** Whether a chart is drawn from several logs. */
export function isArmsKind(kind: ChartKind): kind is ArmsChartKind {
  return Object.hasOwn(armsKinds, kind);
}

/** Whether a chart is drawn from a run's tokens. */
export function isAgreementKind(kind: ChartKind): kind is AgreementChartKind {
  return Object.hasOwn(agreementKinds, kind);
}
