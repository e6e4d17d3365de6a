/** The records of updates as Markdown tables; knows no policy. */
import { agreementStatistics } from "../../src/analyze/agreement/agreement-statistics.ts";
import { dot, mean, variance } from "../../src/analyze/fit/moments.ts";
import { markdownTable } from "../simulation/markdown-table.ts";
import { CHANGE_PARTS, type GroupSample, PREDICTIONS, type UpdateRecord } from "./update-record.ts";

/** Records of one optimizer. */
export interface Setting {
  readonly name: string;
  readonly records: readonly UpdateRecord[];
}

const column = (
  records: readonly UpdateRecord[],
  value: (record: UpdateRecord) => number,
): Float64Array => Float64Array.from(records, value);

/** The numbers that only mean something together, in the order of {@link AGREEMENT}. */
function agreementCell(x: Float64Array, y: Float64Array): string {
  const { pearson, spearman, sign, r2, slope } = agreementStatistics(x, y);
  return [pearson, spearman, sign, r2]
    .map((value) => value.toFixed(2))
    .concat(slope.toPrecision(2))
    .join(" / ");
}

/** What the cells of {@link agreementTable} hold. */
export const AGREEMENT = "Pearson / Spearman / share of equal signs / R2 / slope";

/** Agreement of every prediction with the measured change, one column for each set of updates. */
export function agreementTable(
  sets: readonly (readonly [string, readonly UpdateRecord[]])[],
): string {
  const names = Object.keys(PREDICTIONS) as (keyof typeof PREDICTIONS)[];
  const rows = names.map((name) => [
    PREDICTIONS[name],
    ...sets.map(([, records]) =>
      agreementCell(
        column(records, (one) => one.predictions[name]),
        column(records, (one) => one.measured),
      ),
    ),
  ]);
  const heads = sets.map(([title, { length }]) => `${title} (${length})`);
  return markdownTable(["prediction", ...heads], rows);
}

/** Cov(x, y) / Var(y): over parts that add up to y it adds up to 1. */
function shareOfVariance(x: Float64Array, y: Float64Array): number {
  const [meanX, meanY] = [mean(x), mean(y)];
  const covariance = dot(
    x.map((value) => value - meanX),
    y.map((value) => value - meanY),
  );
  return covariance / y.length / variance(y);
}

/** Share of the mean and share of the variance, as cells show them. */
function shares(part: Float64Array, whole: Float64Array): string {
  return [mean(part) / mean(whole), shareOfVariance(part, whole)]
    .map((value) => value.toFixed(2))
    .join(" / ");
}

/** What the measured change is made of, one column a setting: share of its mean / share of its variance. */
export function partsTable(settings: readonly Setting[]): string {
  const names = Object.keys(CHANGE_PARTS) as (keyof typeof CHANGE_PARTS)[];
  const rows = names.map((name) => [
    CHANGE_PARTS[name],
    ...settings.map(({ records }) =>
      shares(
        column(records, (one) => one.parts[name]),
        column(records, (one) => one.measured),
      ),
    ),
  ]);
  return markdownTable(["part", ...settings.map(({ name }) => name)], rows);
}

/** What a prompt group's effect on itself is made of: shares of its variance over the sampled groups that have a signal. */
export function groupsTable(settings: readonly Setting[]): string {
  const columns = settings.map(({ name, records }) => {
    const samples = records.flatMap(({ sample }) =>
      sample === undefined || sample.group === 0 ? [] : [sample],
    );
    const of = (value: (sample: GroupSample) => number): Float64Array =>
      Float64Array.from(samples, value);
    const whole = of(({ group }) => group);
    return {
      head: `${name} (${samples.length})`,
      cells: [
        of(({ tokens }) => tokens),
        of(({ tokens, states }) => states - tokens),
        of(({ states, group }) => group - states),
      ].map((part) => shareOfVariance(part, whole).toFixed(2)),
    };
  });
  const titles = [
    "each token on itself",
    "on other tokens of the same prefix",
    "on tokens of other prefixes",
  ];
  const rows = titles.map((title, k) => [title, ...columns.map(({ cells }) => cells[k]!)]);
  return markdownTable(["within a prompt group", ...columns.map(({ head }) => head)], rows);
}

/** One line on what the updates were like. */
export function describeUpdates(records: readonly UpdateRecord[]): string {
  const measured = column(records, (one) => one.measured);
  const clipped = mean(column(records, (one) => one.clippedShare));
  const norm = mean(column(records, (one) => one.gradientNorm));
  const change = `${(1e3 * mean(measured)).toFixed(3)} ± ${(1e3 * Math.sqrt(variance(measured))).toFixed(3)}`;
  return `Change of entropy ${change} millinats (mean ± standard deviation); ${(100 * clipped).toFixed(3)} % of the tokens clipped; gradient norm ${norm.toFixed(2)}`;
}
