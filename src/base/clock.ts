/** The one place that reads the time, so that everything else is a function of its inputs. */

/** Monotonic time in milliseconds, for durations only. */
export function monotonicMs(): number {
  return performance.now();
}

/** The time of day as ISO 8601 in UTC with milliseconds, for records; it may jump, so no duration is taken from it. */
export function wallTime(): string {
  return new Date().toISOString();
}
