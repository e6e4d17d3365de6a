/** Prints how many certified digits the Levenberg–Marquardt fit reaches on the NIST reference datasets. */
import { disk } from "../src/base/file-system.ts";
import { fitNistDataset } from "./nist/fit-dataset.ts";
import { parseNistDataset } from "./nist/read-dataset.ts";

const folder = new URL("../test/golden/nist-strd/", import.meta.url).pathname;

console.log(
  "| dataset | start | status | steps tried | digits, parameters | digits, standard deviations |",
);
console.log("|---|---|---|---|---|---|");
for (const file of disk.list(folder).filter((name) => name.endsWith(".dat"))) {
  const dataset = parseNistDataset(disk.readFile(folder + file).toString());
  for (const start of [0, 1] as const) {
    const score = fitNistDataset(dataset, start);
    const cells = [
      dataset.name,
      start === 0 ? "far" : "near",
      score.status,
      score.iterations,
      score.parameterDigits.toFixed(1),
      score.deviationDigits.toFixed(1),
    ];
    console.log(`| ${cells.join(" | ")} |`);
  }
}
