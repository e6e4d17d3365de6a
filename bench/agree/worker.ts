/** One aggregation of a run's tokens by entlaw, in a process of its own whose memory can be read. Prints JSON. */
import { monotonicMs } from "../../src/base/clock.ts";
import { disk } from "../../src/base/file-system.ts";
import { aggregateTokens } from "../../src/log/aggregate-tokens.ts";
import { covarianceTails } from "../../src/log/covariance-tail.ts";
import { withTokens } from "../../src/log/token-files.ts";

await import("@duckdb/node-api"); // as the peers import theirs before the clock starts
const begin = monotonicMs();
const [points, tails] = await withTokens(disk, process.argv[2]!, (tokens) =>
  Promise.all([
    aggregateTokens(tokens, {
      of: "step",
      terms: ["plain_token", "plain_response", "weighted_response", "polarity_token"],
    }),
    covarianceTails(tokens, []),
  ]),
);
const column = (name: string, sign: number): number[] =>
  Array.from(points.columns.get(name)!, (value) => sign * value);
const milliseconds = monotonicMs() - begin;
const { user, system } = process.cpuUsage();
console.log(
  JSON.stringify({
    milliseconds,
    cpu: (user + system) / 1000,
    megabytes: process.resourceUsage().maxRSS / 1024,
    batch: column("plain_token", -1),
    npg: column("plain_response", -1),
    pg: column("weighted_response", -1),
    polarity: column("polarity_token", 1),
    tail: tails[0]!.means.map(({ mean }) => mean),
  }),
);
