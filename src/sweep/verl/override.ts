/** One setting of verl as its command line takes it; knows Hydra's grammar and no setting. */

/** What a setting can be. */
export type OverrideValue =
  | string
  | number
  | boolean
  | null
  | readonly OverrideValue[]
  | { readonly [key: string]: OverrideValue };

/** A key of verl's configuration and its value. */
export type Override = readonly [key: string, value: OverrideValue];

const PLAIN = /^[A-Za-z_/][\w./-]*$/;
/** What Hydra would read as something else than a text. */
const WORD = /^(true|false|null|nan|inf)$/i;

/**
 * KEY=VALUE.
 *
 * **Details** Texts that Hydra would take apart or for another type are quoted for it; quoting for a shell comes on top.
 */
export const overrideText = ([key, value]: Override): string => `${key}=${valueText(value)}`;

function valueText(value: OverrideValue): string {
  if (value === null) return "null";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (typeof value === "number") return String(value);
  if (typeof value === "string")
    return PLAIN.test(value) && !WORD.test(value) ? value : quoted(value);
  if (isList(value)) return `[${value.map(valueText).join(",")}]`;
  const fields = Object.entries(value).map(([key, field]) => `${keyText(key)}:${valueText(field)}`);
  return `{${fields.join(",")}}`;
}

const isList = (value: OverrideValue): value is readonly OverrideValue[] => Array.isArray(value);

const keyText = (key: string): string => (PLAIN.test(key) ? key : quoted(key));

/** Backslashes count as themselves except before a quote and at the end; `${` would be looked up by OmegaConf. */
function quoted(text: string): string {
  const escaped = text
    .replaceAll(/(\\*)'/g, (_, slashes: string) => String.raw`${slashes}${slashes}\'`)
    .replaceAll(/(\\+)$/g, "$1$1");
  return `'${escaped.replaceAll("${", String.raw`\${`)}'`;
}
