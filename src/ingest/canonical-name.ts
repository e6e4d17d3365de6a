/** Column names with the spelling of their logger taken out, for matching alone; knows no roles. */

/** `mean@8` is written mean_8 by tensorboardX and mean_at_8 by MLflow. */
const AT = /(^|\/)(mean|std|maj|best|worst|avg|pass)(?:_at_|_|@)(\d+|k)(?=$|\/)/g;
/** A table exported by W&B has columns `run - actor/entropy`. */
const RUN_SEPARATOR = " - ";

/** A unit as people write it in a header: `entropy (nats)`. A number there tells equal names apart, and stays. */
const UNIT = /\([^()\d][^()]*\)$/;

/** The run's name in front of a column's; "" if there is none. */
export function runName(name: string): string {
  return name.slice(0, Math.max(0, name.lastIndexOf(RUN_SEPARATOR)));
}

/** The name in lower case, with `@` restored, blanks as `_`, and the run's name in front and a unit behind taken off. */
export function canonicalName(name: string): string {
  const separator = name.lastIndexOf(RUN_SEPARATOR);
  const own = separator < 0 ? name : name.slice(separator + RUN_SEPARATOR.length);
  return own
    .toLowerCase()
    .trim()
    .replace(UNIT, "")
    .trim()
    .replace(/\s+/g, "_")
    .replace(AT, "$1$2@$3");
}
