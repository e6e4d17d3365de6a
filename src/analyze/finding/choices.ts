/** What a caller may choose about a fit, and the method that follows from it; knows no data. */
import { ConfigError } from "../../base/errors.ts";
import type { FitLawOptions } from "../fit/fit-law.ts";
import type { FitMethod } from "../fit/result.ts";

/** Options of a fit of the entropy law. */
export interface FitRequest {
  /** Default: `iv`, or `ols` where smoothing is asked for. */
  readonly method?: FitMethod | undefined;
  /** Centred moving mean over this many steps before the fit; default 1, none. */
  readonly smooth?: number | undefined;
  /** First and last step used, inclusive. */
  readonly window?: readonly [number, number] | undefined;
  /** Replicates of the moving-block bootstrap; default 0, none. */
  readonly bootstrap?: number | undefined;
  /** Deming: variance of the noise of R over that of e^H; default: both from local differences. */
  readonly noiseRatio?: number | undefined;
  /** Step at which the settings of the run are known to have changed. */
  readonly interventionAt?: number | undefined;
  /** Parameters held at a value, by name, such as R0 of the sigmoid. */
  readonly fixed?: Readonly<Record<string, number>> | undefined;
  /** Seed of the bootstrap; default 0. */
  readonly seed?: number | undefined;
}

/**
 * The method a request stands for: the one it names, or the one that its other options need.
 *
 * @throws {@link ConfigError} if an option has no meaning for the method named.
 */
export function methodOf(request: FitRequest): FitMethod {
  const { method, smooth = 1, fixed, noiseRatio } = request;
  if (noiseRatio !== undefined && method !== undefined && method !== "deming") {
    throw new ConfigError(
      "noise-ratio-method",
      `a noise ratio is for the method deming, got the method ${method}`,
      { fix: "leave out the noise ratio, or use deming" },
    );
  }
  if (method !== "iv" && method !== undefined) return method;
  if (noiseRatio !== undefined) return "deming";
  if (smooth === 1 && fixed === undefined) return "iv";
  if (method === undefined) return "ols";
  throw new ConfigError(
    "iv-options",
    smooth > 1
      ? "the method iv must have unsmoothed steps: a moving mean makes neighbours share their noise"
      : "the method iv estimates both parameters, got one to hold fixed",
    { fix: "leave the option out, or use ols" },
  );
}

/** The options that a request passes on to the fit of a law. */
export function fitOptions(request: FitRequest): FitLawOptions {
  const { bootstrap, noiseRatio, seed, fixed } = request;
  // Where a law is not linear its t interval is an approximation, and the profile shows how good a one.
  return { bootstrap, noiseRatio, seed, fixed, profile: request.method === "lm" };
}
