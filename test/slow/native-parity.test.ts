/** Native TensorFlow, where it is installed, computes what the graph engine computes. */
import { describe, expect, test } from "vitest";
import { findTensorFlow } from "../../src/engine/backend/find-tensorflow.ts";
import { useEngine } from "../../src/engine/backend/use-engine.ts";
import { cases } from "../unit/engine/parity/cases.ts";
import { edgeCases } from "../unit/engine/parity/edge-cases.ts";
import { difference, runCase } from "../unit/engine/parity/run-case.ts";

const missing = findTensorFlow().status === "missing";

describe.skipIf(missing)(
  "native TensorFlow equals the graph engine to 1e-5 (scripts/native-tensorflow.sh builds it; ENTLAW_TENSORFLOW names it)",
  () => {
    test.each([...cases, ...edgeCases].filter(({ notNative }) => notNative === undefined))(
      "$name",
      async (one) => {
        await useEngine("graph", { threads: 1 });
        const expected = await runCase(one);
        await useEngine("tensorflow");
        expect(difference(await runCase(one), expected)).toBeUndefined();
      },
    );
  },
);
