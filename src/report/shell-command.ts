/** Arguments as a line for a POSIX shell, to copy and run; runs nothing. */

const PLAIN = /^[\w@%+=:,./-]+$/;

/** Joins arguments, quoting those that a shell would take apart. */
export function shellCommand(args: readonly string[]): string {
  return args
    .map((arg) => (PLAIN.test(arg) ? arg : `'${arg.replaceAll("'", String.raw`'\''`)}'`))
    .join(" ");
}
