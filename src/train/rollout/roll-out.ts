/** Lets a policy answer prompts; knows neither rewards nor what the tokens mean. */
import type { Rng } from "../../base/random.ts";
import { END } from "../task/tokenizer.ts";
import type { Roller, TokenStep } from "./roller.ts";

/** Responses of B sequences of at most R tokens; [B, R] and [B, R, V] are row-major, 0 beyond a response. */
export interface Responses {
  readonly count: number;
  readonly longest: number;
  readonly vocabulary: number;
  /** Prompts with their leading end token; sequence b answers `prompts[promptOf[b]]`. */
  readonly prompts: readonly Int32Array[];
  readonly promptOf: Int32Array;
  /** [B, R], the end token included where the response has one. */
  readonly tokens: Int32Array;
  /** [B], in [1, R]. */
  readonly lengths: Int32Array;
  /** [B], 1 where the response came to its end token. */
  readonly ended: Uint8Array;
  /** [B, R], log p(token) at the sampling temperature; nats. */
  readonly logProb: Float32Array;
  /** [B, R], policy entropy at temperature 1; nats. */
  readonly entropy: Float32Array;
  /** [B, R], D of each token at temperature 1; nats. */
  readonly polarity: Float32Array;
  /** [B, R, V]. */
  readonly logits: Float32Array;
}

/** What to answer. */
export interface RolloutRequest {
  /** Prompts as token numbers, without the leading end token. */
  readonly prompts: readonly Int32Array[];
  /** Responses to each prompt, one after another. */
  readonly samples: number;
  /** Most tokens of a response, the end token included. */
  readonly longest: number;
  /** Takes the likeliest token instead of drawing. */
  readonly greedy?: boolean;
}

function emptyResponses(request: RolloutRequest, vocabulary: number): Responses {
  const { prompts, samples, longest } = request;
  const count = prompts.length * samples;
  const places = count * longest;
  return {
    count,
    longest,
    vocabulary,
    prompts: prompts.map((prompt) => Int32Array.of(END, ...prompt)),
    promptOf: Int32Array.from({ length: count }, (_, b) => Math.floor(b / samples)),
    tokens: new Int32Array(places),
    lengths: new Int32Array(count),
    ended: new Uint8Array(count),
    logProb: new Float32Array(places),
    entropy: new Float32Array(places),
    polarity: new Float32Array(places),
    logits: new Float32Array(places * vocabulary),
  };
}

/**
 * Samples responses.
 *
 * **Details** Sequences that have ended leave the batch: when those that go on fit a smaller one, they move there. Each
 * sequence has its own random numbers, so neither this nor the size of a wave changes what is drawn, up to the rounding of
 * float32 sums.
 *
 * @param rng - one uniform number for each place of each response, in order.
 */
export async function rollOut(
  roller: Roller,
  request: RolloutRequest,
  rng: Rng,
): Promise<Responses> {
  const responses = emptyResponses(request, roller.policy.shape.vocabulary);
  const uniforms = Float32Array.from(responses.tokens, () => rng.uniform());
  const { prompts, sequences } = roller.options;
  const perWave = Math.max(1, Math.min(prompts, Math.floor(sequences / request.samples)));
  for (let first = 0; first < request.prompts.length; first += perWave) {
    const last = Math.min(first + perWave, request.prompts.length);
    await rollWave(roller, responses, uniforms, {
      first,
      last,
      samples: request.samples,
      greedy: request.greedy ?? false,
    });
  }
  return responses;
}

interface Wave {
  /** Prompts first ≤ p < last. */
  readonly first: number;
  readonly last: number;
  readonly samples: number;
  readonly greedy: boolean;
}

/** The batch of a wave. */
interface Active {
  rung: number;
  /** [size], the sequence of each row. */
  rows: Int32Array;
  /** [size], 1 where the sequence goes on; other rows are computed and ignored. */
  alive: Uint8Array;
}

async function rollWave(
  roller: Roller,
  responses: Responses,
  uniforms: Float32Array,
  { first, last, samples, greedy }: Wave,
): Promise<void> {
  const { longest } = responses;
  const offset = first * samples;
  const count = (last - first) * samples;
  const rung = roller.rungFor(count);
  const size = roller.sizes[rung]!;
  const active: Active = {
    rung,
    rows: Int32Array.from({ length: size }, (_, k) => offset + (k < count ? k : 0)),
    alive: Uint8Array.from({ length: size }, (_, k) => (k < count ? 1 : 0)),
  };
  await readPrompts(roller, responses, { first, last }, active);
  for (let t = 0; t < longest; t++) {
    const step = await roller.step(active.rung, {
      ...nextInputs(responses, uniforms, active, t),
      greedy: greedy ? 1 : 0,
    });
    const going: number[] = [];
    active.rows.forEach((b, row) => {
      if (active.alive[row] === 0) return;
      record(responses, { b, t, row }, step);
      if (step.tokens[row] === END) responses.ended[b] = 1;
      else if (t + 1 < longest) going.push(row);
    });
    if (going.length === 0) return;
    await keepGoing(roller, active, going);
  }
}

/** Token, position and random number of each row; of rows that have ended, those of an empty sequence. */
function nextInputs(
  responses: Responses,
  uniforms: Float32Array,
  { rows, alive }: Active,
  t: number,
): { readonly tokens: Int32Array; readonly seen: Int32Array; readonly uniforms: Float32Array } {
  const tokens = new Int32Array(rows.length);
  const seen = new Int32Array(rows.length);
  const drawn = new Float32Array(rows.length);
  rows.forEach((b, row) => {
    if (alive[row] === 0) return;
    const prompt = responses.prompts[responses.promptOf[b]!]!;
    const place = b * responses.longest + t;
    tokens[row] = t === 0 ? prompt.at(-1)! : responses.tokens[place - 1]!;
    seen[row] = prompt.length - 1 + t;
    drawn[row] = uniforms[place]!;
  });
  return { tokens, seen, uniforms: drawn };
}

function record(
  responses: Responses,
  { b, t, row }: { readonly b: number; readonly t: number; readonly row: number },
  step: TokenStep,
): void {
  const { longest, vocabulary } = responses;
  const place = b * longest + t;
  responses.tokens[place] = step.tokens[row]!;
  responses.lengths[b] = t + 1;
  responses.logProb[place] = step.logProb[row]!;
  responses.entropy[place] = step.entropy[row]!;
  responses.polarity[place] = step.polarity[row]!;
  const logits = step.logits.subarray(row * vocabulary, (row + 1) * vocabulary);
  responses.logits.set(logits, place * vocabulary);
}

async function readPrompts(
  roller: Roller,
  responses: Responses,
  { first, last }: { readonly first: number; readonly last: number },
  active: Active,
): Promise<void> {
  const { prompts: most, promptLength } = roller.options;
  const tokens = new Int32Array(most * promptLength);
  const lengths = new Int32Array(most).fill(1);
  for (let p = first; p < last; p++) {
    const prompt = responses.prompts[p]!;
    tokens.set(prompt.subarray(0, -1), (p - first) * promptLength); // the last token is the first step's input
    lengths[p - first] = prompt.length - 1;
  }
  const promptOf = active.rows.map((b) => responses.promptOf[b]! - first);
  await roller.begin(tokens, lengths, promptOf, active.rung);
}

/** Leaves those that have ended behind: in a smaller batch if one holds the others, otherwise as idle rows. */
async function keepGoing(roller: Roller, active: Active, going: readonly number[]): Promise<void> {
  const rung = roller.rungFor(going.length);
  if (rung === active.rung) {
    active.alive.fill(0);
    for (const row of going) active.alive[row] = 1;
    return;
  }
  const size = roller.sizes[rung]!;
  const from = Int32Array.from({ length: size }, (_, k) => going[k] ?? going[0]!);
  await roller.shrink(active.rung, rung, from);
  active.rows = from.map((row) => active.rows[row]!);
  active.alive = Uint8Array.from({ length: size }, (_, k) => (k < going.length ? 1 : 0));
  active.rung = rung;
}
