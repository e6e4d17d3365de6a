/** The claims of a sweep beside its runs, computed and written as one page; knows no command line. */
import { claimToJson } from "../analyze/claim/claim-to-json.ts";
import type { ClaimRun } from "../analyze/claim/claim-evidence.ts";
import { type ClaimFinding, findClaim } from "../analyze/claim/find-claim.ts";
import { writeFileAtomic } from "../base/atomic-write.ts";
import { disk } from "../base/file-system.ts";
import type { SweepClaim } from "../config/sweep-claims.ts";
import { renderClaims } from "./claims-page.ts";

/** What the page is made from. */
export interface ClaimsRequest {
  /** Of the sweep. */
  readonly name: string;
  readonly about: string | undefined;
  readonly claims: readonly SweepClaim[];
  /** Its finished runs, under every name that their arms have, in order of arm and seed. */
  readonly runs: readonly ClaimRun[];
  readonly count: { readonly finished: number; readonly all: number };
  readonly out: string;
  /** The command line, program first. */
  readonly command: readonly string[];
  /** Of entlaw. */
  readonly version: string;
}

/** What was written. */
export interface ClaimsResult {
  readonly findings: readonly ClaimFinding[];
  /** The findings for scripts. */
  readonly document: unknown;
  /** Size of the page. */
  readonly bytes: number;
}

/**
 * Computes all findings and writes the page, whole or not at all.
 *
 * @throws DataError if a log cannot give what its claim is told by; RunError if the disk refuses.
 */
export async function writeClaims(request: ClaimsRequest): Promise<ClaimsResult> {
  const { name, about, claims, runs, count, out, command, version } = request;
  const findings: ClaimFinding[] = [];
  for (const claim of claims) findings.push(await findClaim(disk, claim, runs));
  const document = { sweep: name, runs: count, claims: findings.map(claimToJson) };
  const page = await renderClaims({
    name,
    about,
    findings,
    runs: count,
    document,
    command,
    version,
  });
  const bytes = Buffer.from(page);
  writeFileAtomic(disk, out, bytes);
  return { findings, document, bytes: bytes.length };
}
