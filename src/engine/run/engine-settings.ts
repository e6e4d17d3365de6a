/** How programs loaded from now on run, unless their options say otherwise; knows no program and no runtime. */

/** Where the nodes of a program run: the processor, or a GPU through WebGPU (experimental). */
export type Device = "cpu" | "webgpu";

/** Defaults that the choice of an engine sets for the whole process. */
export interface EngineSettings {
  /** Threads of one operation; undefined leaves the number to ONNX Runtime: one for each physical core. */
  readonly threads: number | undefined;
  readonly device: Device;
}

let settings: EngineSettings = { threads: undefined, device: "cpu" };

/** The settings in force. */
export function currentSettings(): EngineSettings {
  return settings;
}

/** Changes settings for programs compiled from now on; programs that exist keep theirs. */
export function setSettings(changes: Partial<EngineSettings>): void {
  settings = { ...settings, ...changes };
}
