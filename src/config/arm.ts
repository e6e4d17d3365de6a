/** What an arm of an ablation is; knows none of them. */
import type { ExperimentInput } from "./experiment-config.ts";

/** One arm. */
export interface Arm {
  /** One sentence. */
  readonly what: string;
  /** What differs from the defaults. */
  readonly config: ExperimentInput;
  /** A special case of the arm, and the settings without the arm that it must equal bit for bit. */
  readonly reduces: { readonly special: ExperimentInput; readonly to: ExperimentInput };
}
