/** What the installed ONNX Runtime brings along. */
import { listSupportedBackends } from "onnxruntime-node";

/** Names of the execution providers in the package, such as `cpu` and `webgpu`. */
export function bundledProviders(): string[] {
  return listSupportedBackends()
    .filter(({ bundled }) => bundled)
    .map(({ name }) => name);
}
