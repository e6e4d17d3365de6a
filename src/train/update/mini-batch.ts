/** One mini-batch of a step: what its programs are fed, and what they tell; knows neither schedule nor other mini-batches. */
import type { Rng } from "../../base/random.ts";
import type { Elements } from "../../engine/trace/graph-backend.ts";
import {
  hasController,
  hasResponseLoss,
  learnsLogZ,
  replacesTokenLoss,
  surrogateUnder,
} from "../intervention/interventions.ts";
import type { AggregationRule } from "../loss/aggregation.ts";
import { aggregationOf } from "../loss/surrogates.ts";
import {
  chooseTokens,
  type Present,
  presentAtSampling,
  scopeOf,
  type Selection,
  sequencesOf,
} from "./selection.ts";
import type { Changes } from "./forward-programs.ts";
import { cutByLength, layOut, layOutTokens, nothing, type Part, takeBack } from "./lay-out.ts";
import { type ResponsePull, responsePull } from "./response-pull.ts";
import type { StepBatch, UpdateTools } from "./step-batch.ts";
import { tokenWeights } from "./token-weights.ts";

type TokenColumns = Readonly<Record<string, Float32Array | Float64Array>>;

/** Products, entry by entry; the first as it is where there is no second. */
const times = (values: Float64Array, factor: Float64Array | undefined): Float64Array =>
  factor === undefined ? values : values.map((value, at) => value * factor[at]!);

/** One mini-batch on its way through an update: chosen tokens, gradients, and what the update did. */
export class MiniBatch {
  private readonly tools: UpdateTools;
  private readonly batch: StepBatch;
  private readonly sequences: readonly number[];
  private readonly parts: readonly Part[];
  private readonly onPolicy: boolean;
  private readonly logits: Float32Array[] = [];
  private readonly before: { logProb: Float32Array; entropy: Float32Array; clipped: Float32Array };

  constructor(
    tools: UpdateTools,
    batch: StepBatch,
    sequences: readonly number[],
    onPolicy: boolean,
  ) {
    this.tools = tools;
    this.batch = batch;
    this.sequences = sequences;
    this.onPolicy = onPolicy;
    const { responses } = batch;
    this.parts = cutByLength(responses, sequences, {
      size: Math.min(tools.config.update.microBatch, sequences.length),
      longest: tools.forward.policy.shape.length,
    });
    this.before = {
      logProb: nothing(responses),
      entropy: nothing(responses),
      clipped: nothing(responses),
    };
  }

  /** The tokens that the intervention chooses; undefined if it chooses none. */
  async select(rng: Rng): Promise<Selection | undefined> {
    const { config } = this.tools;
    const scope = scopeOf(config);
    if (scope === undefined) return undefined;
    const { responses, advantage, coefficient } = this.batch;
    const scopes = scope === "micro" ? sequencesOf(this.parts) : [this.sequences];
    // Where the policy is the one that sampled, what it says is known.
    const present = this.onPolicy ? presentAtSampling(responses) : await this.preview();
    const candidates = { responses, advantage, coefficient, ...present };
    return chooseTokens(config, candidates, scopes, rng);
  }

  /** The loss of whole responses and its pull on each token; undefined without one. */
  async pull(): Promise<ResponsePull | undefined> {
    const { config } = this.tools;
    if (!hasResponseLoss(config.intervention)) return undefined;
    return responsePull(config.intervention, this.batch, this.sequences, await this.preview());
  }

  /** What the policy says of the mini-batch before it is updated. */
  private async preview(): Promise<Present & { readonly values: Float32Array }> {
    const { responses } = this.batch;
    const found = {
      logProb: nothing(responses),
      entropy: nothing(responses),
      clipped: nothing(responses),
      values: nothing(responses),
    };
    const columns = this.columns(undefined, undefined);
    for (const part of this.parts) {
      const seen = await this.tools.programs.preview(part, this.feeds(part, columns));
      for (const [name, values] of Object.entries(found)) {
        if (seen[name] !== undefined) takeBack(responses, part, seen[name], values);
      }
    }
    return found;
  }

  /** Adds up the gradients of all parts. */
  async accumulate(
    selection: Selection | undefined,
    pull: ResponsePull | undefined,
  ): Promise<{ readonly loss: number }> {
    const { responses } = this.batch;
    const columns = this.columns(selection, pull);
    let loss = pull?.offset ?? 0;
    for (const [k, part] of this.parts.entries()) {
      const found = await this.tools.programs.accumulate(part, {
        ...this.feeds(part, columns),
        first: k === 0 ? 1 : 0,
      });
      loss += found["loss"]![0]!;
      this.logits.push(found["logits"] as Float32Array);
      takeBack(responses, part, found["logProb"]!, this.before.logProb);
      takeBack(responses, part, found["entropy"]!, this.before.entropy);
      takeBack(responses, part, found["clipped"]!, this.before.clipped);
    }
    return { loss };
  }

  /** What the programs are told of each token besides the token itself, [B, R]. */
  private columns(selection: Selection | undefined, pull: ResponsePull | undefined): TokenColumns {
    const { config } = this.tools;
    const { responses, advantage, referenceLogProb, returns, oldValues } = this.batch;
    const weights = (rule: AggregationRule): Float64Array =>
      tokenWeights(responses, this.sequences, rule);
    const loss = surrogateUnder(config.intervention, config.loss);
    const weight = weights(aggregationOf(loss, config.aggregation));
    const none = nothing(responses);
    return {
      weight: replacesTokenLoss(config.intervention) ? none : times(weight, selection?.factor),
      advantage,
      oldLogProb: responses.logProb,
      selected: selection?.chosen ?? none,
      referenceLogProb: referenceLogProb ?? none,
      ...(hasResponseLoss(config.intervention) ? { pull: pull?.byLogProb ?? none } : {}),
      ...(learnsLogZ(config.intervention) ? { valuePull: pull?.byLogZ ?? none } : {}),
      ...(returns === undefined || oldValues === undefined
        ? {}
        : { returns, oldValues, valueWeight: weights("token-mean") }),
    };
  }

  /** A part's inputs. */
  private feeds(part: Part, columns: TokenColumns): Record<string, Elements | number> {
    const { responses, coefficient } = this.batch;
    const laid = Object.entries(columns).map(
      ([name, values]) => [name, layOut(responses, part, values)] as const,
    );
    return {
      ...Object.fromEntries(laid),
      ...layOutTokens(responses, part),
      onPolicy: this.onPolicy ? 1 : 0,
      ...(hasController(this.tools.config.intervention) ? { coefficient } : {}),
    };
  }

  /** Writes down which tokens were chosen and clipped, and in which update they first took part. */
  mark(
    marks: {
      readonly selected: Float32Array | undefined;
      readonly clipped: Float32Array;
      readonly update: Float32Array;
    },
    chosen: Float32Array | undefined,
    update: number,
  ): void {
    this.eachPlace((place) => {
      if (marks.update[place] === 0) marks.update[place] = update;
      marks.clipped[place] = this.before.clipped[place]!;
      if (chosen?.[place] === 1) marks.selected![place] = 1;
    });
  }

  /** What the update did to the mini-batch's own tokens. */
  measure(): Promise<Changes> {
    return this.tools.forward.compare(
      this.batch.responses,
      this.parts,
      (part) => this.logits[part]!,
    );
  }

  /** The update's columns that are means over its tokens. */
  statistics(changes: Changes | undefined): [string, number | null][] {
    let [tokens, entropy, low, high, predicted, measured, kl] = [0, 0, 0, 0, 0, 0, 0];
    const { logProb: old } = this.batch.responses;
    this.eachPlace((place) => {
      tokens += 1;
      entropy += this.before.entropy[place]!;
      if (this.before.clipped[place] === -1) low += 1;
      if (this.before.clipped[place] === 1) high += 1;
      if (changes === undefined) return;
      predicted += changes.firstOrder[place]!;
      measured += changes.entropy[place]! - this.before.entropy[place]!;
      kl += old[place]! - changes.logProb[place]!;
    });
    const mean = (sum: number): number => sum / tokens;
    const measuredOnly = (sum: number): number | null => (changes === undefined ? null : mean(sum));
    return [
      ["tokens", tokens],
      ["entropy", mean(entropy)],
      ["predicted_entropy_change", measuredOnly(predicted)],
      ["measured_entropy_change", measuredOnly(measured)],
      ["approx_kl", measuredOnly(kl)],
      ["clip_low_share", mean(low)],
      ["clip_high_share", mean(high)],
    ];
  }

  private eachPlace(visit: (place: number) => void): void {
    const { responses } = this.batch;
    for (const b of this.sequences) {
      const from = b * responses.longest;
      for (let t = 0; t < responses.lengths[b]!; t++) visit(from + t);
    }
  }
}
