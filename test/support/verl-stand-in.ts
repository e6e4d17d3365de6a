/** A program in the place of a Python that has verl: it logs steps as verl's loggers do, and ends as it is told. */
import { chmodSync, writeFileSync } from "node:fs";

/**
 * Writes the program.
 *
 * **Details** It logs the steps from `first` to `last`, each with the first one of its attempt. To `-c`, the question whether
 * it has verl, it says yes.
 *
 * @param path - where it is to be.
 * @param ends - what it does at the end, for a shell.
 */
export function writeVerlStandIn(
  path: string,
  { first = 1, last = 4, ends = "exit 0" } = {},
): void {
  const step = `"actor/entropy": 0.%d, "critic/score/mean": 0.%d, "run/first": ${first}`;
  const lines = [
    "#!/bin/sh",
    '[ "$1" = -c ] && exit 0',
    'log="${VERL_FILE_LOGGER_PATH:-/dev/null}"',
    ': > "$log"',
    `k=${first}`,
    `while [ $k -le ${last} ]; do`,
    `  printf '{"step": %d, "data": {${step}}}\\n' $k $((9 - k)) $k >> "$log"`,
    "  printf 'step:%d - actor/entropy:0.%d - critic/score/mean:0.%d\\n' $k $((9 - k)) $k",
    "  k=$((k + 1))",
    "done",
    ends,
  ];
  writeFileSync(path, `${lines.join("\n")}\n`);
  chmodSync(path, 0o755);
}
