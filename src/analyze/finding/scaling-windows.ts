/** How do asymptote and exponent of a scaling curve move when early or late points are left out? */
import { fitLaw } from "../fit/fit-law.ts";
import type { Estimate } from "../fit/result.ts";
import type { ScalingInput } from "./scaling-input.ts";

/** The sigmoid and the power law on one range of compute. */
export interface ScalingWindow {
  readonly label: string;
  /** First and last compute used, in the unit of x. */
  readonly from: number;
  readonly to: number;
  readonly n: number;
  /** Undefined where the sigmoid could not be fitted. */
  readonly sigmoid:
    | { readonly A: Estimate; readonly B: Estimate; readonly C_mid: Estimate }
    | undefined;
  /** Asymptote of the power law; undefined where it could not be fitted. */
  readonly powerA: Estimate | undefined;
}

/** Ranges as shares of the largest compute. The first rows are those of the paper's own table. */
const WINDOWS: ReadonlyArray<{
  readonly label: string;
  readonly from: number;
  readonly to: number;
}> = [
  { label: "all", from: 0, to: 1 },
  { label: "first half", from: 0, to: 0.5 },
  { label: "2 % to half", from: 0.02, to: 0.5 },
  { label: "5 % to half", from: 0.05, to: 0.5 },
  { label: "from 5 %", from: 0.05, to: 1 },
  { label: "from 25 %", from: 0.25, to: 1 },
];

/**
 * Fits both curves on each range, with R0 held where it is known.
 *
 * @see arXiv:2510.13786, App. A.7: its 100k-hour run gives A = .645 or .655 by sigmoid on four ranges, and 1.0 or .74 by
 *   power law on two.
 */
export function findScalingWindows({ x, reward, startReward }: ScalingInput): ScalingWindow[] {
  const last = x.at(-1) ?? 0;
  return WINDOWS.map(({ label, from, to }) => {
    const rows = [...x.keys()].filter((row) => x[row]! >= from * last && x[row]! <= to * last);
    const [cx, cy] = [x, reward].map((values) => Float64Array.from(rows, (row) => values[row]!));
    const fixed = startReward === undefined ? {} : { fixed: { R0: startReward } };
    const sigmoid = fitLaw("sigmoid", cx!, cy!, fixed);
    const power = fitLaw("power", cx!, cy!);
    return {
      label,
      from: cx![0] ?? from * last,
      to: cx!.at(-1) ?? to * last,
      n: rows.length,
      sigmoid:
        sigmoid.status === "degenerate"
          ? undefined
          : {
              A: sigmoid.parameters["A"]!,
              B: sigmoid.parameters["B"]!,
              C_mid: sigmoid.parameters["C_mid"]!,
            },
      powerA: power.status === "degenerate" ? undefined : power.parameters["A"],
    };
  });
}
