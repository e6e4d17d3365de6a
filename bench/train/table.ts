/** Rows of a Markdown table that compares milliseconds of two sides; knows nothing of what was timed. */

/** Milliseconds of both sides, repetition by repetition. */
export interface Pairs {
  readonly peer: string;
  readonly what: string;
  readonly ours: readonly number[];
  readonly theirs: readonly number[];
}

/** The value below which a share of the list lies. */
function quantile(list: readonly number[], share: number): number {
  const sorted = list.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}

/** Middle of a list. */
export const median = (list: readonly number[]): number => quantile(list, 0.5);

/** Mean of a list. */
export const mean = (list: readonly number[]): number =>
  list.reduce((sum, value) => sum + value, 0) / list.length;

/** Standard error of the mean of independent values. */
export function standardError(list: readonly number[]): number {
  const centre = mean(list);
  const squares = list.reduce((sum, value) => sum + (value - centre) ** 2, 0);
  return Math.sqrt(squares / (list.length - 1) / list.length);
}

/** The middle half of the ratios of neighbouring repetitions. */
function middleHalf({ ours, theirs }: Pick<Pairs, "ours" | "theirs">): string {
  const ratios = theirs.map((ms, k) => ms / ours[k]!);
  return `${quantile(ratios, 0.25).toFixed(2)}–${quantile(ratios, 0.75).toFixed(2)}`;
}

/** Head of the table. */
export const TABLE_HEAD =
  "| peer | what | entlaw min | median | peer min | median | ratio of minima | of medians | middle half |\n" +
  "| --- | --- | --- | --- | --- | --- | --- | --- | --- |";

/** One row; only our side where there is no other. */
export function tableRow({ peer, what, ours, theirs }: Pairs): string {
  const [least, middle] = [Math.min(...ours), median(ours)];
  const cells = [peer, what, least.toFixed(0), middle.toFixed(0)];
  if (theirs.length === 0) cells.push("-", "-", "-", "-", "-");
  else
    cells.push(
      Math.min(...theirs).toFixed(0),
      median(theirs).toFixed(0),
      (Math.min(...theirs) / least).toFixed(2),
      (median(theirs) / middle).toFixed(2),
      middleHalf({ ours, theirs }),
    );
  return `| ${cells.join(" | ")} |`;
}
