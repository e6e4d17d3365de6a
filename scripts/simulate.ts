/**
 * Prints how the fitting protocol does on simulated runs: `node scripts/simulate.ts [--replicates N] [--seed N]
 * [--only coverage,confusion,forms,forecast,arms]`. Nothing here is drawn from a real log.
 */
import { parseArgs } from "node:util";
import { monotonicMs } from "../src/base/clock.ts";
import { armsPower } from "./simulation/arms-power.ts";
import { confusion } from "./simulation/confusion.ts";
import { coverage } from "./simulation/coverage.ts";
import { forecastCoverage } from "./simulation/forecast-coverage.ts";
import { formCoverage, TRUE_FORMS } from "./simulation/form-coverage.ts";
import { LAW_SETTINGS, MEMORIES } from "./simulation/law-run.ts";
import { markdownTable, percent, shareError } from "./simulation/markdown-table.ts";
import { WORLDS } from "./simulation/worlds.ts";

const { values } = parseArgs({
  options: {
    replicates: { type: "string", default: "400" },
    seed: { type: "string", default: "1" },
    only: { type: "string" },
  },
});
const replicates = Number(values.replicates);
const seed = Number(values.seed);
const LENGTHS = [60, 120, 250, 400] as const;

const oneDecimal = (share: number): string => (100 * share).toFixed(1);

/** Says how far a share of 95 % may be off by chance alone. */
function printTitle(title: string, count: number): void {
  console.log(
    `\n${title}: ${count} runs a cell, Monte-Carlo error of 95 % ±${shareError(0.95, count).toFixed(1)} points\n`,
  );
}

function printCoverage(): void {
  printTitle("95 % intervals and bias of the default fit", replicates);
  const rows = Object.entries(LAW_SETTINGS).flatMap(([noise, setting]) =>
    Object.entries(MEMORIES).flatMap(([memory, lags]) =>
      LENGTHS.map((n) => {
        const cell = { n, setting, memory: lags, replicates, seed };
        const found = coverage({ ...cell, bootstrap: n === 250 ? 200 : 0 });
        return [
          noise,
          memory,
          String(n),
          [found.a, found.b, found.ceiling].map(percent).join(" / "),
          oneDecimal(found.bias),
          oneDecimal(found.medianBias),
          oneDecimal(found.leastSquaresBias),
          percent(found.identified),
          percent(found.wide),
          percent(found.bootstrapA),
        ];
      }),
    ),
  );
  const head =
    "noise|memory|n|coverage a / b / ceiling|mean bias of a, %|median bias, %|bias of least squares, %|F >= 10, %|wide gap, %|coverage of a by moving blocks";
  console.log(markdownTable(head.split("|"), rows));
}

function printConfusion(): void {
  const count = Math.ceil(replicates / 2);
  printTitle("Verdicts, yes / weak / no in % (of which contradicted)", count);
  const yes = { found: 0, runs: 0, worst: 0 };
  const contradicted = { found: 0, runs: 0, worst: 0 };
  const rows = WORLDS.map((world) => [
    world.name,
    ...LENGTHS.map((n) => {
      const found = confusion(world, n, count, seed);
      const wrong = world.truth === "unrelated" ? yes : contradicted;
      const share = world.truth === "unrelated" ? found.yes : found.contradicted;
      if (world.truth !== "common cause") {
        wrong.found += share * count;
        wrong.runs += count;
        wrong.worst = Math.max(wrong.worst, share);
      }
      return `${[found.yes, found.weak, found.no].map(percent).join(" / ")} (${percent(found.contradicted)})`;
    }),
  ]);
  console.log(markdownTable(["world", ...LENGTHS.map((n) => `n ${n}`)], rows));
  console.log(
    `\nfalse yes over the unrelated worlds: ${Math.round(yes.found)} of ${yes.runs} (worst cell ${oneDecimal(yes.worst)} %)`,
  );
  console.log(
    `false contradicted over the law worlds: ${Math.round(contradicted.found)} of ${contradicted.runs} (worst cell ${oneDecimal(contradicted.worst)} %)`,
  );
}

function printForms(): void {
  const count = Math.ceil(replicates / 2);
  printTitle("The true ceiling by the law's own interval and by the band", count);
  const noises = [
    { entropy: 0.015, reward: 0.01 },
    { entropy: 0.04, reward: 0.02 },
  ];
  const rows = Object.entries(TRUE_FORMS).flatMap(([name, curve]) =>
    [0.05, 0.15, 0.3].flatMap((end) =>
      noises.map((noise) => {
        const found = formCoverage({ curve, end, noise, replicates: count, seed });
        return [
          name,
          String(end),
          `${noise.entropy} / ${noise.reward}`,
          percent(found.law),
          percent(found.band),
          found.medianWidth.toFixed(2),
          percent(found.bounded),
        ];
      }),
    ),
  );
  const head =
    "true curve|end entropy|noise H / R|law's interval, %|band, %|median width of band|bounded, %";
  console.log(markdownTable(head.split("|"), rows));
}

function printForecasts(): void {
  const count = Math.ceil(replicates / 2);
  printTitle("Forecasts given later entropy, n = 300, nominal 90 %", count);
  const worlds = WORLDS.filter(({ name }) => /^(N1|N2|L[124567]) /.test(name));
  const rows = worlds.flatMap((world) =>
    [0.25, 0.36, 0.5].map((prefix) => {
      const found = forecastCoverage({ world, n: 300, prefix, replicates: count, seed });
      const { accepted, coverage: inside, beatsConstant, beatsLogLine } = found;
      return [
        world.name,
        percent(prefix),
        ...[accepted, inside, beatsConstant, beatsLogLine].map(percent),
      ];
    }),
  );
  const head = "world|prefix, %|accepted, %|band coverage, %|beats constant, %|beats log line, %";
  console.log(markdownTable(head.split("|"), rows));
}

function printArms(): void {
  const count = Math.ceil(replicates / 2);
  printTitle("The slope between arms", count);
  const cells = [0, 0.5, 1].flatMap((lawShare) => [
    ...[2, 3, 6].map((arms) => ({ lawShare, arms, seeds: 1, offset: 0 })),
    ...[2, 4, 6].map((arms) => ({ lawShare, arms, seeds: 3, offset: 0.02 })),
  ]);
  const rows = cells.map((cell) => {
    const found = armsPower({ ...cell, replicates: count, seed });
    return [
      String(cell.lawShare),
      String(cell.arms),
      String(cell.seeds),
      String(cell.offset),
      found.slope.toFixed(2),
      percent(found.detected),
      percent(found.coverage),
    ];
  });
  const head = "share of the law|arms|seeds|offset|mean slope / full slope|above 0, %|coverage, %";
  console.log(markdownTable(head.split("|"), rows));
}

const tables: Readonly<Record<string, () => void>> = {
  coverage: printCoverage,
  confusion: printConfusion,
  forms: printForms,
  forecast: printForecasts,
  arms: printArms,
};

const wanted = values.only?.split(",") ?? Object.keys(tables);
const unknown = wanted.find((name) => !(name in tables));
if (unknown !== undefined) {
  throw new Error(`--only takes ${Object.keys(tables).join(", ")}, got ${unknown}`);
}
if (!(replicates >= 2 && Number.isInteger(seed))) {
  throw new Error(
    `--replicates must be at least 2 and --seed an integer, got ${values.replicates} and ${values.seed}`,
  );
}
const start = monotonicMs();
for (const name of wanted) tables[name]?.();
console.log(`\n${((monotonicMs() - start) / 1000).toFixed(0)} s, seed ${seed}`);
