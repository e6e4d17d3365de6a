/** The engines by name: what each is and what it needs. Loads nothing. */

/** Where tensor code runs. */
export type EngineKind = "graph" | "tensorflow" | "reference" | "webgpu";

/** What to know of an engine before it is chosen. */
export interface EngineDescription {
  /** The tfjs backend behind it. */
  readonly backend: "graph" | "tensorflow" | "cpu";
  /** One sentence. */
  readonly what: string;
  /** How to get it where it is missing, as one sentence. */
  readonly get: string;
}

/** One row for each engine. */
export const ENGINES: { readonly [K in EngineKind]: EngineDescription } = {
  graph: {
    backend: "graph",
    what: "programs traced once, run as one graph by ONNX Runtime",
    get: "npm ci in a clone, npm install elsewhere",
  },
  tensorflow: {
    backend: "tensorflow",
    what: "native TensorFlow, one operation at a time; CUDA with tfjs-node-gpu",
    get: "run scripts/native-tensorflow.sh of entlaw's repository and set ENTLAW_TENSORFLOW to the folder that it prints",
  },
  reference: {
    backend: "cpu",
    what: "TensorFlow.js in plain JavaScript: slow, the oracle of tests",
    get: "npm ci in a clone, npm install elsewhere",
  },
  webgpu: {
    backend: "graph",
    what: "the graph engine on a GPU through WebGPU (experimental)",
    get: "install the Vulkan loader (Debian: libvulkan1) and the GPU's own Vulkan driver, or use the engine graph",
  },
};

/** The names, in the order of the table. */
export const ENGINE_KINDS = Object.keys(ENGINES) as readonly EngineKind[];
