/** The ceiling that a run's own steps predict while it goes on, as a few words; knows neither trainer nor terminal. */
import { fitEntropyLaw } from "../../analyze/finding/entropy-law.ts";
import { makeTable } from "../../log/table.ts";

/** Steps before the first fit: fewer say little. */
const FIRST_FIT = 40;
/** Steps between two fits. */
const EVERY = 10;

/** Collects steps and fits the law to them now and then. */
export class CeilingSoFar {
  private readonly steps: number[] = [];
  private readonly entropy: number[] = [];
  private readonly reward: number[] = [];
  private latest = "ceiling not known yet";

  /** Adds a step's row; one without entropy or reward is left out. */
  add(row: ReadonlyMap<string, number | null>): void {
    const [step, entropy, reward] = ["step", "entropy", "reward"].map((name) => row.get(name));
    if (step == null || entropy == null || reward == null) return;
    this.steps.push(step);
    this.entropy.push(entropy);
    this.reward.push(reward);
    const count = this.steps.length;
    if (count >= FIRST_FIT && count % EVERY === 0) this.latest = this.fit();
  }

  /** What is known now. */
  text(): string {
    return this.latest;
  }

  private fit(): string {
    const table = makeTable(
      new Map([
        ["step", Float64Array.from(this.steps)],
        ["entropy", Float64Array.from(this.entropy)],
        ["reward", Float64Array.from(this.reward)],
      ]),
    );
    const { fit } = fitEntropyLaw(table, { entropy: "entropy", reward: "reward" });
    if (fit.status === "degenerate" || fit.ceiling === undefined) return "ceiling not known yet";
    const { value, ci95 } = fit.ceiling;
    return `ceiling so far ${value.toFixed(2)} [${ci95[0].toFixed(2)}, ${ci95[1].toFixed(2)}]`;
  }
}
