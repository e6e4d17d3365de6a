/** A claim beside its runs as sentences and a table of text, the same for terminal and page; computes no statistic. */
import type { ExpectationOutcome, OutcomeStep } from "../analyze/claim/expectation-outcome.ts";
import type { ClaimArm, ClaimFinding } from "../analyze/claim/find-claim.ts";
import {
  CLAIM_COLUMNS,
  type ClaimKind,
  type Relation,
  relationOf,
} from "../config/sweep-claims.ts";
import { type CompareTable, countedText, plusMinus, sizeSentences } from "./compare-tables.ts";
import { formatNumber } from "./format-number.ts";

const NO_NUMBER = "-";
const TOKENS = ", which come from the tokens in run directories";
/** Numbers of a run that are 0 or 1; a mean of three of them has no interval worth the name. */
const SHARES: ReadonlySet<string> = new Set(["given", "kept"]);

/** Numbers of each arm, and below them those that were published. */
export function claimTable({ claim, arms }: ClaimFinding): CompareTable {
  const columns = Object.entries(CLAIM_COLUMNS[claim.shows]);
  const paper = (name: string) => {
    const numbers = claim.published[name] ?? {};
    return [`paper: ${name}`, "", ...columns.map(([key]) => publishedText(numbers[key]))];
  };
  const own = Object.keys(claim.published).filter((name) => !claim.arms.includes(name));
  return {
    caption: "Mean over seeds ± half the 95 % interval (Student's t)",
    head: ["", "seeds", ...columns.map(([, label]) => label)],
    rows: [
      ...arms.flatMap((arm) => [
        [arm.name, String(arm.runs.length), ...columns.map(([key]) => numberText(arm, key))],
        ...(Object.hasOwn(claim.published, arm.name) ? [paper(arm.name)] : []),
      ]),
      ...own.map(paper),
    ],
  };
}

const publishedText = (value: number | string | undefined): string =>
  typeof value === "number" ? formatNumber(value) : (value ?? NO_NUMBER);

/** Says how many seeds have a number, where not all do. */
function numberText({ runs, numbers }: ClaimArm, key: string): string {
  const number = numbers[key];
  if (number === undefined) return NO_NUMBER;
  if (SHARES.has(key)) return `${Math.round(number.value * number.n)} of ${number.n}`;
  return countedText(plusMinus(number.value, number.ci95), number.n, runs.length);
}

/** What became of each expectation, and the lines of a claim on sizes; that nothing can be said, where no run has a number. */
export function outcomeSentences(finding: ClaimFinding): string[] {
  const { claim, outcomes, evidence } = finding;
  if (hasNoNumber(finding))
    return [`Not told: no run has these numbers${NEEDS[claim.shows] ?? ""}`];
  const lines = evidence?.shows === "sizes" ? sizeSentences(evidence.comparison.sizes) : [];
  return [...outcomes.map((one) => outcomeSentence(one, CLAIM_COLUMNS[claim.shows])), ...lines];
}

/** Where numbers come from that not every log has. */
const NEEDS: { readonly [K in ClaimKind]?: string } = {
  agreement: TOKENS,
  tail: TOKENS,
};

const hasNoNumber = ({ arms }: ClaimFinding): boolean =>
  arms.some(({ runs }) => runs.length > 0) &&
  arms.every(({ numbers }) => Object.keys(numbers).length === 0);

function outcomeSentence(
  { expectation, outcome, steps }: ExpectationOutcome,
  labels: Readonly<Record<string, string>>,
): string {
  const label = labels[expectation.in] ?? expectation.in;
  const [relation, arms] = relationOf(expectation);
  const what = `${label} ${RELATIONS[relation]} ${arms.join(", ")}`;
  if (relation !== "rises") {
    const [largest] = steps.toSorted((one, other) => sizeOf(other) - sizeOf(one));
    return `${what}: ${wordsOf({ expectation, outcome, steps })} (largest: ${stepText(largest)})`;
  }
  const [whole, ...between] = steps;
  const against = between.filter(({ difference }) => (difference?.value ?? 0) < 0);
  const turns =
    against.length === 0 || outcome === "contradicted"
      ? ""
      : `; not in order: ${against.map(stepText).join(", ")}`;
  return `${what}: ${OUTCOMES[outcome]} (${stepText(whole)}${turns})`;
}

const RELATIONS: { readonly [K in Relation]: string } = {
  rises: "rises along",
  alike: "is alike in",
  differ: "differs between",
};

const OUTCOMES: { readonly [K in ExpectationOutcome["outcome"]]: string } = {
  "borne-out": "borne out",
  contradicted: "contradicted",
  open: "not told",
};

const sizeOf = ({ difference }: OutcomeStep): number => Math.abs(difference?.value ?? 0);

function stepText(step: OutcomeStep | undefined): string {
  if (step?.difference === undefined) return "no runs of both";
  const { from, to, difference } = step;
  const count = difference.paired ? `${difference.n} pairs` : `${difference.n} seeds apart`;
  return `${to} less ${from} ${plusMinus(difference.value, difference.ci95)}, ${count}`;
}

/** All outcomes of a claim in a few words. */
export function outcomeWords(finding: ClaimFinding): string {
  const { arms, outcomes } = finding;
  if (arms.every(({ runs }) => runs.length === 0)) return "no finished run";
  if (hasNoNumber(finding)) return OUTCOMES.open;
  if (outcomes.length === 0) return "numbers beside each other";
  return [...Map.groupBy(outcomes, wordsOf)]
    .map(([words, own]) => (outcomes.length === 1 ? words : countedWords(own.length, words)))
    .join(", ");
}

const countedWords = (count: number, words: string): string =>
  `${count} ${words === NO_DIFFERENCE ? "with " : ""}${words}`;

/** Of likeness nothing better can be said than that no difference is clear. */
function wordsOf({ expectation, outcome }: ExpectationOutcome): string {
  const [relation] = relationOf(expectation);
  return outcome === "open" && relation !== "rises" ? NO_DIFFERENCE : OUTCOMES[outcome];
}

const NO_DIFFERENCE = "no clear difference";
