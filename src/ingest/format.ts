/** What a format is: how its logs are recognised and how they become rows; knows no particular format. */
import type { EntropyDefinition } from "../log/step-log.ts";
import type { StepRows } from "./row-collector.ts";

/** Why a file or directory is taken for a log of some format. */
export interface Recognition {
  /** `certain`: nothing else looks so; `likely`: the shape fits; `possible`: only if no other format claims it. */
  readonly confidence: "certain" | "likely" | "possible";
  /** What was seen, in words a user can check. */
  readonly reason: string;
}

/** A log as its format reads it, before rows of one step are joined and columns get their roles. */
export interface RawLog {
  readonly rows: StepRows;
  /** The column that counts steps; undefined where the format does not say and it must be guessed. */
  readonly stepColumn: string | undefined;
  /**
   * What a second row of a step means within one pass over the steps: a whole row written again (`replace`), or more
   * columns of the same step (`merge`).
   */
  readonly sameStep: "replace" | "merge";
  /** How the column `entropy` was computed, where the log itself says so. */
  readonly entropyDefinition?: EntropyDefinition | undefined;
  /** Sentences about what could not be read. */
  readonly warnings: readonly string[];
}

interface FormatDescription {
  /** What writes such logs, one line. */
  readonly summary: string;
  /** What it is recognised by, one line. */
  readonly recognisedBy: string;
  /** A made-up piece of such a log, or of its folder. */
  readonly example: string;
  /** Why such a log may have no entropy, and how to get one; a sentence for those who miss it. */
  readonly withoutEntropy?: string;
}

/** A log that is one file. */
export interface FileFormat extends FormatDescription {
  readonly input: "file";
  /**
   * @param bytes - the whole file, inflated and without byte order mark; look at as little of it as possible.
   * @returns undefined if this is no such log.
   */
  recognise(bytes: Buffer, path: string): Recognition | undefined;
  /**
   * @throws {@link DataError} if the bytes cannot be read as such a log. Anything else thrown is a bug.
   */
  read(bytes: Buffer, path: string): RawLog | Promise<RawLog>;
}

/** A log that is a directory. */
export interface DirectoryFormat extends FormatDescription {
  readonly input: "directory";
  /** @param names - what the directory holds, sorted. */
  recognise(names: readonly string[], path: string): Recognition | undefined;
  /** @throws {@link DataError} if the directory cannot be read as such a log. */
  read(path: string): RawLog | Promise<RawLog>;
}

/** One row of the table of formats. */
export type LogFormat = FileFormat | DirectoryFormat;
