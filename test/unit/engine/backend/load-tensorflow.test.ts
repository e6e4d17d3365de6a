import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { EngineError } from "../../../../src/base/errors.ts";
import { findTensorFlow } from "../../../../src/engine/backend/find-tensorflow.ts";
import { loadTensorFlow } from "../../../../src/engine/backend/load-tensorflow.ts";

const scratch = realpathSync(mkdtempSync(join(tmpdir(), "entlaw-load-tensorflow-")));
afterAll(() => rmSync(scratch, { recursive: true }));

const GPU = "@tensorflow/tfjs-node-gpu";
const CPU = "@tensorflow/tfjs-node";

let folders = 0;
const newFolder = (): string => join(scratch, String((folders += 1)));

interface Package {
  readonly name?: string;
  readonly version?: string;
  readonly binding?: boolean;
}

/** Writes a package of a fitting version with an empty binding; returns its folder. */
function writePackage(folder: string, { name, version, binding }: Package = {}): string {
  const put = (path: string, text: string): void => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  };
  const manifest = { name: name ?? CPU, version: version ?? "4.22.0" };
  put("package.json", JSON.stringify(manifest));
  if (binding ?? true) put("lib/napi-v8/tfjs_binding.node", "");
  return folder;
}

/** Writes a package below a folder's node_modules, as npm would under the given name. */
const install = (folder: string, name: string, written: Package = {}): string =>
  writePackage(join(folder, "node_modules", name), { name, ...written });

/** A search that no setting of this machine can change: named folder, or modules seen from a file. */
const inFolder = (folder: string) => ({ folder });
const from = (folder: string) => ({ folder: "", from: join(folder, "index.js") });

describe("findTensorFlow", () => {
  test("takes the folder that holds the package, and the package's own folder", () => {
    const holder = newFolder();
    const folder = install(holder, CPU);
    const found = { name: CPU, folder };
    expect(findTensorFlow(inFolder(holder))).toEqual({ status: "found", found });
    expect(findTensorFlow(inFolder(folder))).toEqual({ status: "found", found });
  });

  test("finds an installed package, the GPU's before the CPU's", () => {
    const project = newFolder();
    const cpu = install(project, CPU);
    expect(findTensorFlow(from(project))).toMatchObject({ found: { folder: cpu } });
    const gpu = install(project, GPU);
    const found = { name: GPU, folder: gpu };
    expect(findTensorFlow(from(project))).toEqual({ status: "found", found });
    expect(findTensorFlow(inFolder(project))).toEqual({ status: "found", found });
  });

  test("passes over a GPU package without binding to a CPU package with one", () => {
    const project = newFolder();
    install(project, GPU, { binding: false });
    const cpu = install(project, CPU);
    expect(findTensorFlow(from(project))).toMatchObject({ found: { folder: cpu } });
  });

  test("does not count an alias of another package", () => {
    const project = newFolder();
    const folder = install(project, CPU, { name: "@tensorflow/tfjs" });
    expect(findTensorFlow(from(project))).toEqual({
      status: "missing",
      tried: [
        "ENTLAW_TENSORFLOW is not set",
        `${folder} is @tensorflow/tfjs, which has no native binding`,
      ],
    });
  });

  test("does not count a version other than that of entlaw's TensorFlow.js", () => {
    const folder = writePackage(newFolder(), { version: "3.13.0" });
    const why = "is @tensorflow/tfjs-node 3.13.0, but entlaw has TensorFlow.js 4.22.0";
    expect(findTensorFlow(inFolder(folder))).toEqual({
      status: "missing",
      tried: [`${folder} ${why}`],
    });
  });

  test("does not count a package whose binding was not compiled", () => {
    const folder = writePackage(newFolder(), { binding: false });
    const why = "is @tensorflow/tfjs-node without its compiled binding";
    expect(findTensorFlow(inFolder(folder))).toEqual({
      status: "missing",
      tried: [`${folder} ${why}`],
    });
  });

  test("says when nothing is installed", () => {
    expect(findTensorFlow(from(newFolder()))).toEqual({
      status: "missing",
      tried: ["ENTLAW_TENSORFLOW is not set", `${GPU} and ${CPU} are not installed`],
    });
  });

  test("looks nowhere else when a folder is named that holds none", () => {
    const project = newFolder();
    install(project, CPU);
    const empty = newFolder();
    expect(findTensorFlow({ folder: empty, from: join(project, "index.js") })).toEqual({
      status: "missing",
      tried: [`${empty} holds neither ${GPU} nor ${CPU}`],
    });
  });
});

/** The error that loading ends in. */
async function failure(folder: string): Promise<EngineError> {
  const error: unknown = await loadTensorFlow(inFolder(folder)).catch((reason: unknown) => reason);
  if (!(error instanceof EngineError)) throw new TypeError(`not an EngineError: ${String(error)}`);
  return error;
}

describe("loadTensorFlow", () => {
  test("says where it looked and how to build, if there is none", async () => {
    const folder = newFolder();
    const { code, message, fix } = await failure(folder);
    expect(code).toBe("tensorflow-missing");
    expect(message).toBe(
      `no native TensorFlow was found: ${folder} holds neither ${GPU} nor ${CPU}`,
    );
    expect(fix).toContain("scripts/native-tensorflow.sh");
    expect(fix).toContain("ENTLAW_TENSORFLOW");
  });

  /** A package with the given code, beside copies of TensorFlow.js that must not be loaded. */
  function writeBroken(code: string): string {
    const folder = writePackage(newFolder());
    for (const name of ["@tensorflow/tfjs", "@tensorflow/tfjs-core"]) {
      const copy = join(install(folder, name), "index.js");
      writeFileSync(copy, "throw new Error('a second TensorFlow.js was loaded');");
    }
    writeFileSync(join(folder, "index.js"), code);
    return folder;
  }

  test("names a package that cannot be loaded, with its own reason", async () => {
    const folder = writeBroken(`
      if (typeof require("@tensorflow/tfjs").matMul !== "function") throw new Error("not entlaw's");
      if (typeof require("@tensorflow/tfjs-core").matMul !== "function") throw new Error("not entlaw's");
      throw new Error("libtensorflow.so.2: no such file");`);
    const { code, message } = await failure(folder);
    expect(code).toBe("tensorflow-broken");
    expect(message).toBe(`${CPU} in ${folder} does not work: libtensorflow.so.2: no such file`);
  });

  test("leaves the copies of TensorFlow.js as they were for everybody else", async () => {
    const folder = writeBroken("throw new Error('first')");
    await failure(folder);
    const theirs = createRequire(join(folder, "index.js"));
    expect(() => theirs("@tensorflow/tfjs")).toThrow("a second TensorFlow.js was loaded");
  });

  test("says what to build in place of a package that a newer Node.js broke", async () => {
    const folder = writeBroken("const util_1 = {}; (0, util_1.isNullOrUndefined)(0);");
    const { code, message, fix } = await failure(folder);
    expect(code).toBe("tensorflow-broken");
    expect(message).toContain("calls util.isNullOrUndefined, which Node.js 23 removed; this is v");
    expect(fix).toContain("whose build does without");
  });
});
