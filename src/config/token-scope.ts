/** Over which tokens an intervention looks; knows no intervention. */
import { z } from "zod";

/**
 * Over which tokens quantities are centred and tokens chosen or weighed.
 *
 * **Gotchas** With `micro`, as in the papers' code, the memory setting `update.microBatch` changes the update.
 */
export const tokenScope = z
  .enum(["micro", "mini", "global"])
  .default("mini")
  .describe("tokens of a micro-batch, of a mini-batch, or of the whole step");
