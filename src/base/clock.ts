/** The one place that reads the time, so that everything else is a function of its inputs. */

/** Monotonic time in milliseconds, for durations only. */
export function monotonicMs(): number {
  return performance.now();
}
