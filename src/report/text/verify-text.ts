/** How near our losses and advantages are to another trainer's, as lines for the terminal. */
import type { CaseErrors, Verification } from "../../train/verify/verify-cases.ts";
import { textTable } from "./text-table.ts";

/** Below this, relative to max(1e-3, |expected|), two implementations of one formula count as agreeing. */
const AGREEMENT = 1e-5;

const DIGITS = 2;
/** Digits of numbers that are shown beside each other because they differ. */
const COMPARED_DIGITS = 9;

const short = (value: number): string => (value === 0 ? "0" : value.toExponential(DIGITS - 1));
const long = (value: number): string =>
  Number.isFinite(value) ? String(Number(value.toPrecision(COMPARED_DIGITS))) : String(value);

/** The cases of each loss and estimator, in the order in which they come first. */
function byName(cases: readonly CaseErrors[]): readonly (readonly CaseErrors[])[] {
  const groups = Map.groupBy(cases, ({ kind, name }) => `${kind} ${name}`);
  return [...groups.values()];
}

function row(cases: readonly CaseErrors[]): readonly string[] {
  const [first] = cases;
  const largest = (pick: (one: CaseErrors) => number): string =>
    short(Math.max(...cases.map(pick)));
  return [
    `${first?.kind ?? ""} ${first?.name ?? ""}`,
    String(cases.length),
    largest(({ maxAbsError }) => maxAbsError),
    largest(({ maxRelError }) => maxRelError),
  ];
}

/** Where the two differ most, with both numbers. */
function placeText({
  kind,
  index,
  name,
  quantity,
  expected,
  found,
  maxRelError,
}: CaseErrors): string {
  const list = kind === "loss" ? "losses" : "advantages";
  return `${list}[${index}] (${name}), ${quantity}: expected ${long(expected)}, got ${long(found)}, relative error ${short(maxRelError)}`;
}

/** One line a loss or estimator, whether all agree, and where the largest error is. */
export function verifyText({ source, cases, worst }: Verification): string {
  const apart = cases.filter(({ maxRelError }) => maxRelError > AGREEMENT);
  const agreement =
    apart.length === 0
      ? `All ${cases.length} cases agree to ${AGREEMENT} of max(1e-3, |expected|).`
      : `${apart.length} of ${cases.length} cases differ by more than ${AGREEMENT} of max(1e-3, |expected|).`;
  const head = ["CASES OF", "NUMBER", "LARGEST ERROR", "RELATIVE"];
  return [
    ...(source === undefined ? [] : [`computed by ${source}`, ""]),
    textTable([head, ...byName(cases).map(row)], [1, 2, 3]),
    "",
    agreement,
    ...(worst === undefined ? [] : [`Largest: ${placeText(worst)}`]),
  ].join("\n");
}
