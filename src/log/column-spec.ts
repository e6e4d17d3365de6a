/** What there is to say about a column of our own files; knows no particular one. */

/** How a value is stored: integers, floats, or UTF-8 text. */
export type Dtype = "i8" | "i32" | "f32" | "f64" | "text";

/** One column. docs/metrics.md is printed from tables of these. */
export interface ColumnSpec {
  readonly name: string;
  readonly dtype: Dtype;
  /** Axes: S steps, U updates, N response tokens of a step, B responses of a step. */
  readonly shape: "[S]" | "[U]" | "[N]" | "[B]";
  /** Unit of the value; "1" for a pure number. */
  readonly unit: string;
  /** When the value is null; undefined if it never is. */
  readonly nullWhen?: string;
  /** What it is and how it is computed. */
  readonly doc: string;
  /** Where to find the same number in the logs of other trainers, and how theirs differs. */
  readonly elsewhere?: string;
}
