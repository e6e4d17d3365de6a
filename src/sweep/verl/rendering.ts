/** What rendering a part of an experiment for verl comes to, and how a part is refused; knows no part. */
import { ConfigError } from "../../base/errors.ts";
import type { Override } from "./override.ts";

/** Settings of verl, and what of the experiment they do not carry over exactly. */
export interface Rendering {
  readonly overrides: readonly Override[];
  /** Sentences. */
  readonly notes: readonly string[];
}

/** A rendering that says the same. */
export const exactly = (overrides: readonly Override[]): Rendering => ({ overrides, notes: [] });

/** Renderings one after the other. */
export const joinRenderings = (parts: readonly Rendering[]): Rendering => ({
  overrides: parts.flatMap(({ overrides }) => overrides),
  notes: parts.flatMap(({ notes }) => notes),
});

/**
 * The error for a setting that verl does not have.
 *
 * @param must - what must hold of it, from "must" on.
 */
export function notInVerl(
  setting: string,
  must: string,
  { got, fix }: { readonly got: unknown; readonly fix?: string },
): ConfigError {
  const message = `${setting} must ${must} in a sweep of verl, got ${JSON.stringify(got)}`;
  return new ConfigError("verl", message, fix === undefined ? {} : { fix });
}

/** {@link notInVerl} thrown unless the condition holds. */
export function insist(
  holds: boolean,
  ...[setting, must, more]: Parameters<typeof notInVerl>
): void {
  if (!holds) throw notInVerl(setting, must, more);
}
