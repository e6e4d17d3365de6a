import { expect, test } from "vitest";
import type { ClaimRun } from "../../../src/analyze/claim/claim-evidence.ts";
import { type ClaimFinding, findClaim } from "../../../src/analyze/claim/find-claim.ts";
import { disk } from "../../../src/base/file-system.ts";
import { checkExperiment } from "../../../src/config/parse-experiment.ts";
import { readLog } from "../../../src/ingest/read-log.ts";
import { CLAIM_KINDS, sweepClaim } from "../../../src/config/sweep-claims.ts";
import { renderClaims } from "../../../src/report/claims-page.ts";
import { claimTable, outcomeSentences, outcomeWords } from "../../../src/report/claim-tables.ts";
import { claimsText } from "../../../src/report/text/claims-text.ts";
import { armLog } from "../../support/arm-logs.ts";
import { HOSTILE, hostileText } from "../../support/chart-cases.ts";

const SIZES = ["xs", "xxs", "s"] as const;
const ARMS = ["plain", "kept", "lost"] as const;

const runs = ARMS.slice(0, 2).flatMap((arm, i) =>
  [0, 1, 2].map((seed): ClaimRun => ({
    arm,
    seed,
    config: checkExperiment({ seed, policy: { size: SIZES[i] } }),
    log: armLog({ source: `/runs/${arm}-${seed}`, steps: 60, end: 0.1 + 0.1 * i }),
  })),
);

const rises = { rises: ["plain", "kept"], in: "entropy" };
const findingOf = (more = {}): Promise<ClaimFinding> =>
  findClaim(
    disk,
    sweepClaim.parse({
      title: "Kept is kept",
      source: "Table 9",
      claim: "it keeps .2",
      shows: "arms",
      arms: ARMS,
      published: { plain: { entropy: 0.02 }, "another model": { reward: "some 40 %" } },
      expects: [rises],
      ...more,
    }),
    runs,
  );

const pageOf = (findings: readonly ClaimFinding[], words: string | undefined = "about it") =>
  renderClaims({
    name: "mine",
    about: words,
    findings,
    runs: { finished: 6, all: 9 },
    document: { claims: findings.length },
    command: ["entlaw", "sweep", "report"],
    version: "0",
  });
const visibleOf = (page: string): string => page.replace(/<(script|style)[^>]*>.*?<\/\1>/gs, "");

test("the table has the paper's row below the arm of its name, and others at the end", async () => {
  const { head, rows } = claimTable(await findingOf());
  expect(head).toEqual(["", "seeds", "end entropy, nats", "end reward", "held-out"]);
  expect(rows.map(([name, seeds]) => [name, seeds])).toEqual([
    ["plain", "3"],
    ["paper: plain", ""],
    ["kept", "3"],
    ["lost", "0"],
    ["paper: another model", ""],
  ]);
  expect(rows[1]).toEqual(["paper: plain", "", "0.02", "-", "-"]);
  expect(rows[4]).toEqual(["paper: another model", "", "-", "some 40 %", "-"]);
  expect(rows[0]![2]).toMatch(/^0\.1\d* ± 0\.0/);
});

test("what became of an expectation is said with its numbers", async () => {
  const finding = await findingOf({
    expects: [
      rises,
      { rises: ["kept", "plain"], in: "entropy" },
      { alike: ["plain", "kept"], in: "reward" },
    ],
  });
  const [up, down, alike] = outcomeSentences(finding);
  expect(up).toMatch(/rises along plain, kept: borne out \(kept less plain 0\.\d+ ± .*, 3 pairs\)/);
  expect(down).toMatch(/rises along kept, plain: contradicted \(plain less kept -0\.\d+ ± /);
  expect(alike).toMatch(
    /end reward is alike in plain, kept: contradicted \(largest: kept less plain -/,
  );
  expect(outcomeWords(finding)).toBe("1 borne out, 2 contradicted");
  expect(outcomeWords(await findingOf({ expects: [] }))).toBe("numbers beside each other");
  const alikes = { alike: ["kept", "lost"], in: "reward" };
  expect(outcomeWords(await findingOf({ expects: [rises, alikes] }))).toBe(
    "1 borne out, 1 with no clear difference",
  );
  const none = await findingOf({ expects: [alikes] });
  expect(outcomeWords(none)).toBe("no clear difference");
});

test("the page has all claims in a table and a section each, headings in order, ids and charts of their own", async () => {
  const findings: ClaimFinding[] = [];
  for (const shows of CLAIM_KINDS) {
    findings.push(await findingOf({ shows, published: {}, expects: [], title: `on ${shows}` }));
  }
  const page = await pageOf(findings);
  const visible = visibleOf(page);
  expect(visible).toContain("about it");
  expect(visible).toContain("6 of 9 runs");
  for (const shows of CLAIM_KINDS) expect(visible.split(`on ${shows}<`)).toHaveLength(3);
  const levels = [...visible.matchAll(/<h(\d)/g)].map((match) => Number(match[1]));
  expect(levels[0]).toBe(1);
  const ids = [...page.matchAll(/ id="([^"]*)"/g)].map((match) => match[1]!);
  expect(new Set(ids).size).toBe(ids.length);
  const indices = [...page.matchAll(/data-chart="(\d+)"/g)].map((match) => Number(match[1]));
  expect(indices).toEqual([...indices.keys()]);
  // Two sizes make no line; runs without tokens have the charts that need none.
  const kinds = [...visible.matchAll(/<figure id="claim-\d+-([\w-]+)"/g)].map((match) => match[1]);
  expect(kinds).toEqual(["budget", "prediction", "arm-curves", "arm-steps", "arms"]);
});

test("a claim whose numbers no log has is not told, and shows nothing in their place", async () => {
  // A compact log predicts the change of entropy by another estimator than the paper's, and well.
  const log = await readLog("data/paper/on-policy-0-2eb9dcaa.csv", {});
  for (const shows of ["agreement", "tail"]) {
    const { claim } = await findingOf({ shows, published: {}, expects: [] });
    const finding = await findClaim(disk, claim, [{ ...runs[0]!, log }]);
    expect(outcomeWords(finding)).toBe("not told");
    expect(outcomeSentences(finding)).toEqual([
      "Not told: no run has these numbers, which come from the tokens in run directories",
    ]);
    expect(visibleOf(await pageOf([finding]))).not.toContain("<svg ");
  }
});

test("shares of runs are told as counts", async () => {
  const { head, rows } = claimTable(await findingOf({ shows: "law", published: {}, expects: [] }));
  expect(rows[0]![head.indexOf("law not refused")]).toBe("3 of 3");
  expect(rows[2]![head.indexOf("law not refused")]).toBe("-");
});

test("a claim without runs has its words and no picture", async () => {
  const empty = await findClaim(disk, (await findingOf()).claim, []);
  const visible = visibleOf(await pageOf([empty], undefined));
  expect(visible).toContain("no finished run");
  expect(visible).toContain("it keeps .2");
  expect(visible).not.toContain("<svg ");
});

test("words of a sweep file are text and nothing else, on the page and in the terminal", async () => {
  const text = hostileText;
  const hostile = await findingOf({
    title: text,
    source: text,
    claim: text,
    published: { [text]: { entropy: text } },
  });
  const visible = visibleOf(await pageOf([hostile], text));
  expect(visible).toContain(HOSTILE);
  expect(visible).not.toMatch(/<img/);
  const said = claimsText([hostile]);
  expect(said).toContain(HOSTILE);
  expect(said).not.toContain("\u001b");
  expect(said).not.toContain("\u2028");
});
