/** Reads the trace that ONNX Runtime writes of a profiled session, and joins it with the program's nodes. */
import { basename, dirname, join } from "node:path";
import { DataError } from "../../base/errors.ts";
import type { FileSystem } from "../../base/file-system.ts";
import type { Graph } from "../ir/graph.ts";

/** The time that one node took, over all calls. */
export interface NodeTime {
  readonly op: string;
  /** The tfjs operation that the node came from. */
  readonly source: string;
  readonly calls: number;
  /** Sum and minimum over the calls, milliseconds. */
  readonly totalMs: number;
  readonly minMs: number;
}

/** The part of a trace event that is read: a complete event with a duration in microseconds. */
interface TraceEvent {
  readonly cat: string;
  readonly name: string;
  readonly dur: number;
}

const MICROSECONDS = 1000;

function eventsOf(fs: FileSystem, prefix: string): readonly TraceEvent[] {
  const folder = dirname(prefix);
  const file = fs.list(folder).findLast((name) => name.startsWith(`${basename(prefix)}_`));
  if (file === undefined)
    throw new DataError(
      "no-profile",
      `ONNX Runtime must have written a profile to ${prefix}_*.json, found none`,
    );
  return JSON.parse(fs.readFile(join(folder, file)).toString("utf8")) as readonly TraceEvent[];
}

/**
 * Times of the nodes of a program, longest total first.
 *
 * @param prefix - what the path of the trace begins with, up to the underscore that ONNX Runtime adds.
 * @throws {@link DataError} if there is no trace.
 */
export function nodeTimes(fs: FileSystem, prefix: string, { nodes }: Graph): NodeTime[] {
  const durations = new Map<number, number[]>();
  for (const { cat, name, dur } of eventsOf(fs, prefix)) {
    const [, op, place] = (cat === "Node" && /^(\w+)_(\d+)_kernel_time$/.exec(name)) || [];
    if (op === undefined || nodes[Number(place)]?.op !== op) continue;
    const known = durations.get(Number(place));
    if (known === undefined) durations.set(Number(place), [dur]);
    else known.push(dur);
  }
  return [...durations]
    .map(([place, all]) => ({
      op: nodes[place]?.op ?? "",
      source: nodes[place]?.source ?? "",
      calls: all.length,
      totalMs: all.reduce((sum, one) => sum + one, 0) / MICROSECONDS,
      minMs:
        all.reduce((least, one) => Math.min(least, one), Number.POSITIVE_INFINITY) / MICROSECONDS,
    }))
    .toSorted((a, b) => b.totalMs - a.totalMs);
}
