/** A child process that answers one line of JSON with another; knows nothing of what is asked. */
import { type ChildProcess, spawn } from "node:child_process";
import { createInterface, type Interface } from "node:readline";

/** Talks to one such process, one question at a time. */
export class LineWorker {
  private readonly child: ChildProcess;
  private readonly reader: Interface;
  private readonly lines: AsyncIterator<string>;

  constructor(command: string, args: readonly string[]) {
    this.child = spawn(command, args, { stdio: ["pipe", "pipe", "inherit"] });
    this.reader = createInterface({ input: this.child.stdout! });
    this.lines = this.reader[Symbol.asyncIterator]();
  }

  /**
   * Asks and waits for the answer.
   *
   * @throws Error if the process ends instead; what it wrote to stderr is on the screen.
   */
  async ask<Answer>(question: object): Promise<Answer> {
    this.child.stdin!.write(`${JSON.stringify(question)}\n`);
    const { value, done } = await this.lines.next();
    if (done === true) throw new Error(`a worker ended early: ${this.child.spawnargs.join(" ")}`);
    return JSON.parse(value) as Answer;
  }

  close(): void {
    this.child.stdin!.end(`${JSON.stringify({ do: "quit" })}\n`);
    this.reader.close();
  }
}
