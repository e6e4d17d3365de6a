/** The token and rollout tables of a step as columns of a file, in the order of their column tables; knows no disk. */
import type { ColumnSpec, Dtype } from "./column-spec.ts";
import type { ParquetColumn } from "./encode-parquet.ts";
import { rolloutColumns } from "./rollout-columns.ts";
import type { Table } from "./table.ts";
import { tokenColumns } from "./token-columns.ts";

/** One response of a step. */
export interface RolloutRow {
  /** The prompt, as in the token table. */
  readonly groupId: number;
  /** The response, as in the token table. */
  readonly sequenceId: number;
  readonly prompt: string;
  readonly response: string;
  readonly reward: number;
  /** What the reward is made of, by part. */
  readonly verdict: Readonly<Record<string, number>> | undefined;
}

/** Stored types by column name. */
export function dtypesOf(
  columns: Readonly<Record<string, ColumnSpec>>,
): ReadonlyMap<string, Exclude<Dtype, "text">> {
  return new Map(
    Object.values(columns).flatMap(({ name, dtype }) =>
      dtype === "text" ? [] : [[name, dtype] as const],
    ),
  );
}

const tokenDtypes = dtypesOf(tokenColumns);

/** Columns of `tokens/step-NNNNNN.parquet`; the column `step` is added if the table has none. */
export function tokenFileColumns(step: number, table: Table): ParquetColumn[] {
  const steps = table.columns.get("step") ?? new Float64Array(table.length).fill(step);
  const others = [...table.columns].filter(([name]) => name !== "step");
  return [["step", steps] as const, ...others].map(([name, values]) => ({
    name,
    values,
    dtype: tokenDtypes.get(name) ?? "f64",
  }));
}

/** Columns of `rollouts/step-NNNNNN.parquet`. */
export function rolloutFileColumns(step: number, rows: readonly RolloutRow[]): ParquetColumn[] {
  const { dtypes, numbers, words } = {
    dtypes: rolloutColumns,
    numbers: (value: (row: RolloutRow) => number) => Float64Array.from(rows, value),
    words: (value: (row: RolloutRow) => string | null) => rows.map(value),
  };
  return [
    { ...dtypes.step, values: numbers(() => step) },
    { ...dtypes.groupId, values: numbers(({ groupId }) => groupId) },
    { ...dtypes.sequenceId, values: numbers(({ sequenceId }) => sequenceId) },
    { ...dtypes.prompt, values: words(({ prompt }) => prompt) },
    { ...dtypes.response, values: words(({ response }) => response) },
    { ...dtypes.reward, values: numbers(({ reward }) => reward) },
    {
      ...dtypes.verdict,
      values: words(({ verdict }) => (verdict === undefined ? null : JSON.stringify(verdict))),
    },
  ];
}
