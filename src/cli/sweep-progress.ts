/** What happens in a sweep, on stderr: a line when a run starts or ends. */
import { printable } from "../base/printable.ts";
import type { SweepEvent } from "../sweep/drive-sweep.ts";
import { duration, givenUpText } from "../sweep/sweep-text.ts";

/** Tells of a sweep as it goes on. */
export class SweepProgress {
  private ended = 0;
  private readonly total: number;

  /** @param total - runs that are left to do. */
  constructor(total: number) {
    this.total = total;
  }

  /** Tells of an event. */
  tell(event: SweepEvent): void {
    process.stderr.write(`${printable(this.textOf(event))}\n`);
  }

  private textOf(event: SweepEvent): string {
    switch (event.kind) {
      case "start": {
        const again = event.attempt > 1 ? ` (attempt ${event.attempt})` : "";
        return `start     ${event.job.run.id}${again}`;
      }
      case "end": {
        this.ended += 1;
        const { state, message = "" } = event.outcome;
        const id = event.job.run.id;
        return `${state.padEnd(9)} ${id} [${this.ended}/${this.total}] ${message}`.trimEnd();
      }
      case "lost": {
        const pause = duration(event.waitMs / 1000);
        return `lost      ${event.job.run.id}: ${event.detail}; again in ${pause}`;
      }
      case "give-up":
        return givenUpText(event.arm);
    }
  }
}
