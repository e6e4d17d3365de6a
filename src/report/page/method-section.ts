/** How the numbers of a report were computed, with references; holds no numbers of a run. */
import { laws } from "../../analyze/fit/laws.ts";
import type { EntropyLawFinding } from "../../analyze/finding/entropy-law.ts";
import type { FitMethod } from "../../analyze/fit/result.ts";
import { type Markup, markup } from "../markup.ts";
import { methodWords } from "../method-words.ts";

const references: ReadonlyArray<readonly [string, string]> = [
  [
    "Cui et al. (2025), The Entropy Mechanism of Reinforcement Learning for Reasoning Language Models",
    "https://arxiv.org/abs/2505.22617",
  ],
  [
    "Khatri et al. (2025), The Art of Scaling Reinforcement Learning Compute for LLMs",
    "https://arxiv.org/abs/2510.13786",
  ],
];

/** The section for the methods that these findings used. */
export function methodSection(findings: readonly EntropyLawFinding[]): Markup {
  const used = new Set<FitMethod>(
    findings.flatMap(({ fit, crossChecks }) => [
      fit.method,
      ...crossChecks.map((check) => check.fit.method),
    ]),
  );
  return markup`<section aria-labelledby="methods">
    <h2 id="methods">How it was computed</h2>
    <p>
      The law is <code>${laws.entropy.formula}</code>, with R the mean reward and H the mean
      policy entropy of a step in nats. Its ceiling is the reward at H = 0, b - a. Intervals are
      two-sided and 95 % unless a line says otherwise.
    </p>
    <ul>
      ${[...used].map(
        (method) => markup`<li>${methodWords[method].name}: ${methodWords[method].sentence}</li>`,
      )}
    </ul>
    <p>
      AICc and BIC count the parameters and the error variance, under Gaussian errors. A
      Durbin-Watson statistic near 2 means that neighbouring residuals are unrelated. A ceiling is
      stated only where the verdict is yes or weak; <em>not identified</em> is never evidence
      against the law.
    </p>
    <ol>
      ${references.map(([text, address]) => markup`<li><a href="${address}">${text}</a></li>`)}
    </ol>
  </section>`;
}
