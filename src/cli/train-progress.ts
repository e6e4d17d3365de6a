/** How far a training run is, on stderr: one line that is redrawn on a terminal, a plain one now and then elsewhere. */
import { monotonicMs } from "../base/clock.ts";
import { printable } from "../base/printable.ts";
import { CeilingSoFar } from "../report/text/ceiling-so-far.ts";
import type { TrainEvent } from "../train/run/train.ts";

const CLEAR_LINE = "\r\u001b[2K";
/** Time between two plain lines. */
const PLAIN_MS = 10_000;
/** Weight of the newest step in the pace from which the time left is told. */
const NEWEST = 0.1;

/** Prints what happens in a run. */
export class TrainProgress {
  private readonly steps: number;
  private readonly warn: (message: string) => void;
  private readonly onTerminal = process.stderr.isTTY;
  private readonly ceiling = new CeilingSoFar();
  private lastStepAt = monotonicMs();
  private lastPrintedAt = -PLAIN_MS;
  /** Milliseconds a step, of late. */
  private pace: number | undefined;

  constructor(steps: number, warn: (message: string) => void) {
    this.steps = steps;
    this.warn = warn;
  }

  /** Tells of an event. */
  tell(event: TrainEvent): void {
    switch (event.kind) {
      case "warm-start": {
        const { update, maxUpdates, loss, passRate } = event.progress;
        const doing = `warm start: update ${update} of at most ${maxUpdates}`;
        return this.line(
          `${doing}, loss ${loss.toFixed(3)} nats, pass rate ${passRate.toFixed(3)}`,
          false,
        );
      }
      case "start":
        this.lastStepAt = monotonicMs();
        return this.line(
          `training ${event.parameters.toLocaleString("en")} parameters from ${printable(event.source)}`,
          true,
        );
      case "step":
        return this.step(event.step, event.row);
      case "warning":
        this.clear();
        return this.warn(event.message);
    }
  }

  /** Leaves the terminal's line. */
  end(): void {
    this.clear();
  }

  private step(step: number, row: ReadonlyMap<string, number | null>): void {
    const now = monotonicMs();
    const took = now - this.lastStepAt;
    this.lastStepAt = now;
    this.pace = this.pace === undefined ? took : this.pace + NEWEST * (took - this.pace);
    this.ceiling.add(row);
    const number = (name: string): number => row.get(name) ?? Number.NaN;
    const rate = (number("tokens") / took) * 1000;
    const left = ((this.steps - step) * this.pace) / 1000;
    const parts = [
      `step ${step}/${this.steps}`,
      `reward ${number("reward").toFixed(3)}`,
      `entropy ${number("entropy").toFixed(3)}`,
      this.ceiling.text(),
      `${Math.round(rate).toLocaleString("en")} tokens/s`,
      `${duration(left)} left`,
    ];
    this.line(parts.join("  "), step === this.steps);
  }

  private line(text: string, always: boolean): void {
    if (this.onTerminal) {
      process.stderr.write(`${CLEAR_LINE}${text}`);
      if (always) process.stderr.write("\n");
      return;
    }
    const now = monotonicMs();
    if (!always && now - this.lastPrintedAt < PLAIN_MS) return;
    this.lastPrintedAt = now;
    process.stderr.write(`${text}\n`);
  }

  private clear(): void {
    if (this.onTerminal) process.stderr.write(CLEAR_LINE);
  }
}

/** 75 as `1 min 15 s`. */
function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const minutes = Math.floor(whole / 60);
  return minutes === 0 ? `${whole} s` : `${minutes} min ${whole % 60} s`;
}
