/** Ctrl-C and its kin as a request to stop: the first ends the step in flight, the second ends the process. */

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
/** What a run that was interrupted ends with. */
const INTERRUPTED = 4;

/** Aborted by the first signal that asks the process to end. */
export function stopSignal(): AbortSignal {
  const controller = new AbortController();
  const onSignal = (signal: string): void => {
    if (controller.signal.aborted) process.exit(INTERRUPTED);
    process.stderr.write(
      `\n${signal}: ending after the step in flight, with a checkpoint; once more ends at once\n`,
    );
    controller.abort();
  };
  for (const signal of SIGNALS) process.on(signal, onSignal);
  return controller.signal;
}
