/** Findings and logs as danfojs frames, for those who go on in a notebook. */
import { readLog } from "../../ingest/read-log.ts";
import { makeTable } from "../../log/table.ts";
import { type DataFrame, toDataFrame } from "../frame/data-frame.ts";
import type { EntropyLawFinding } from "./entropy-law.ts";

/**
 * Reads any log as a frame, one row a step, with the log's own column names.
 *
 * @throws DataError if it cannot be read; ConfigError where danfojs-node is not installed.
 */
export async function readFrame(path: string): Promise<DataFrame> {
  return toDataFrame((await readLog(path)).table);
}

/**
 * Fits as a frame: one row a run, with a, b and ceiling, their standard errors and the ends of their 95 % intervals.
 *
 * A fit that could not be made has NaN in all of them. The column `run` numbers the findings as given.
 *
 * @throws ConfigError where danfojs-node is not installed.
 */
export async function fitsToFrame(findings: readonly EntropyLawFinding[]): Promise<DataFrame> {
  const column = (read: (finding: EntropyLawFinding) => number | undefined): Float64Array =>
    Float64Array.from(findings, (finding) => read(finding) ?? Number.NaN);
  const estimates = ["a", "b", "ceiling"].flatMap((name) => {
    const of = ({ fit }: EntropyLawFinding) => {
      if (fit.status === "degenerate") return undefined;
      return name === "ceiling" ? fit.ceiling : fit.parameters[name];
    };
    return [
      [name, column((finding) => of(finding)?.value)],
      [`${name}_se`, column((finding) => of(finding)?.se)],
      [`${name}_low`, column((finding) => of(finding)?.ci95[0])],
      [`${name}_high`, column((finding) => of(finding)?.ci95[1])],
    ] as const;
  });
  return toDataFrame(
    makeTable([
      ["run", Float64Array.from(findings, (_, i) => i)],
      ["n", column(({ fit }) => fit.n)],
      ...estimates,
    ]),
  );
}
