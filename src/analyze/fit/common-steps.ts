/** Several series held together at the steps that all of them have; logs may start late, end early or lack steps. */

/** What has steps: each once, rising. */
interface Stepped {
  readonly step: Float64Array;
}

/** Steps that every one has, rising. */
export function commonSteps(runs: readonly Stepped[]): number[] {
  const [first, ...rest] = runs;
  const others = rest.map(({ step }) => new Set(step));
  return [...(first?.step ?? [])].filter((step) => others.every((steps) => steps.has(step)));
}

/** The values of a run at steps that it has. */
export function atSteps(
  run: Stepped,
  values: Float64Array,
  steps: readonly number[],
): Float64Array {
  const rowOf = new Map([...run.step].map((step, row) => [step, row]));
  return Float64Array.from(steps, (step) => values[rowOf.get(step)!]!);
}

/** Mean of several series of one length, row by row. @param series - at least one. */
export function meanAcross(series: readonly Float64Array[]): Float64Array {
  return series[0]!.map((_, i) => series.reduce((sum, one) => sum + one[i]!, 0) / series.length);
}
