/** Reads one file of the NIST reference datasets for nonlinear regression; knows no model and no fit. */
import { DataError } from "../../src/base/errors.ts";

/** One certified parameter. */
interface CertifiedParameter {
  readonly name: string;
  /** The far and the near starting value. */
  readonly starts: readonly [number, number];
  readonly value: number;
  readonly standardDeviation: number;
}

/** One dataset. */
export interface NistDataset {
  readonly name: string;
  readonly parameters: readonly CertifiedParameter[];
  readonly residualSumOfSquares: number;
  /** [n]; the logarithm of the response where the certified model is one of log[y]. */
  readonly y: Float64Array;
  /** [n] rows of one or two predictors. */
  readonly x: ReadonlyArray<readonly number[]>;
}

const NUMBER = String.raw`\s+([-+.\dEe]+)`;
const PARAMETER = new RegExp(String.raw`^\s*(b\d+) =${NUMBER}${NUMBER}${NUMBER}${NUMBER}\s*$`);
const RSS = new RegExp(`^Residual Sum of Squares:${NUMBER}`, "m");

/**
 * Parses a dataset.
 *
 * @param text - the file, header and all.
 * @throws {@link DataError} if it is not such a file.
 */
export function parseNistDataset(text: string): NistDataset {
  const lines = text.split(/\r?\n/);
  const name = /^Dataset Name:\s+(\w+)/m.exec(text)?.[1];
  const rss = RSS.exec(text)?.[1];
  // "Data:" heads a description first and, last, the numbers.
  const dataAt = lines.findLastIndex((line) => line.startsWith("Data:"));
  if (name === undefined || rss === undefined || dataAt === -1) {
    throw new DataError("nist-file", "the file must be a NIST dataset for nonlinear regression");
  }
  const parameters = lines.flatMap((line): CertifiedParameter[] => {
    const [, parameter, far, near, value, deviation] = PARAMETER.exec(line) ?? [];
    if (parameter === undefined) return [];
    const starts = [Number(far), Number(near)] as const;
    return [
      { name: parameter, starts, value: Number(value), standardDeviation: Number(deviation) },
    ];
  });
  const rows = lines
    .slice(dataAt + 1)
    .filter((line) => line.trim() !== "")
    .map((line) => line.trim().split(/\s+/).map(Number));
  const isLogged = /^\s+log\[y\]/m.test(text);
  return {
    name,
    parameters,
    residualSumOfSquares: Number(rss),
    y: Float64Array.from(rows, ([response = Number.NaN]) =>
      isLogged ? Math.log(response) : response,
    ),
    x: rows.map(([, ...predictors]) => predictors),
  };
}
