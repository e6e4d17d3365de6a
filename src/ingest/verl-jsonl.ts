/** verl's file logger: one JSON object a step, nested as {step, data} or flat; knows nothing of column roles. */
import { collectObject } from "./collect-object.ts";
import type { FileFormat, RawLog, Recognition } from "./format.ts";
import { firstJsonObjects, visitJsonLines } from "./json-lines.ts";
import { makeRowCollector } from "./row-collector.ts";
import { isJsonObject } from "./tolerant-json.ts";

const LOOKED_AT = 8;
const VERL_KEY = /^(?:actor|critic|val-core|val-aux)\//;

const isNested = (object: Record<string, unknown>): boolean =>
  "step" in object && isJsonObject(object["data"]);

function recognise(bytes: Buffer): Recognition | undefined {
  const { objects } = firstJsonObjects(bytes, LOOKED_AT);
  if (objects.some(isNested)) {
    return { confidence: "certain", reason: 'lines are {"step": …, "data": {…}}' };
  }
  const flat = objects.some((object) => Object.keys(object).some((key) => VERL_KEY.test(key)));
  return flat ? { confidence: "likely", reason: "JSON lines with verl's keys" } : undefined;
}

function read(bytes: Buffer): RawLog {
  const rows = makeRowCollector();
  let hasStep = false;
  const warnings = visitJsonLines(bytes, (object) => {
    const { data, ...own } = object;
    hasStep ||= "step" in object;
    rows.startRow();
    collectObject(rows, isJsonObject(data) ? own : object);
    if (isJsonObject(data)) collectObject(rows, data);
  });
  return {
    rows: rows.finish(),
    stepColumn: hasStep ? "step" : undefined,
    sameStep: "replace",
    warnings,
  };
}

/** verl's `file` logger, and flat dumps of the same metrics. */
export const verlJsonl: FileFormat = {
  input: "file",
  summary: "verl, logger `file` (0.6 and later), and flat JSON lines with verl's keys",
  recognisedBy: 'lines {"step": …, "data": {…}}, or keys that begin with actor/ or critic/',
  example: '{"step": 7, "data": {"actor/entropy": 0.41, "critic/score/mean": 0.52}}',
  withoutEntropy:
    "verl leaves it out in bypass mode; actor_rollout_ref.actor.calculate_entropy=true logs it",
  recognise,
  read,
};
