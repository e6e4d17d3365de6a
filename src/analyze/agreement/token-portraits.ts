/** Who the tokens with the largest covariance are, and those that the intervention chose; reads no log. */
import { QUADRANTS, type Quadrant, type TokenCell } from "../../log/token-cells.ts";
import type { TokenPortrait } from "./agreement-finding.ts";

/** Portraits of all tokens, of the top ones, and of the chosen ones where there are any. */
export function tokenPortraits(cells: readonly TokenCell[]): TokenPortrait[] {
  const sets = [
    ["all", cells],
    ["top 2 %", cells.filter(({ top }) => top)],
    ["selected", cells.filter(({ selected }) => selected === true)],
  ] as const;
  return sets.filter(([, set]) => set.length > 0).map(([of, set]) => portrait(of, set));
}

function portrait(of: TokenPortrait["of"], cells: readonly TokenCell[]): TokenPortrait {
  const sum = (read: (cell: TokenCell) => number): number =>
    cells.reduce((total, cell) => total + read(cell), 0);
  const tokens = sum((cell) => cell.tokens);
  const shares = QUADRANTS.map((quadrant) => [
    quadrant,
    sum((cell) => (cell.quadrant === quadrant ? cell.tokens : 0)) / tokens,
  ]);
  return {
    of,
    tokens,
    quadrants: Object.fromEntries(shares) as Record<Quadrant, number>,
    probability: sum((cell) => cell.probability) / tokens,
    entropy: sum((cell) => cell.entropy) / sum((cell) => cell.entropies),
    advantage: sum((cell) => cell.advantage) / tokens,
    covariance: sum((cell) => cell.covariance) / tokens,
  };
}
