/** Compiles `src` to `dist` for the published package, and writes the command manifest that lets `--help` load no command. */
import { execFileSync } from "node:child_process";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Plugin } from "@oclif/core";

const root = fileURLToPath(new URL("..", import.meta.url));
rmSync(new URL("../dist", import.meta.url), { recursive: true, force: true });
rmSync(new URL("../oclif.manifest.json", import.meta.url), { force: true });
execFileSync(process.execPath, ["node_modules/typescript/bin/tsc", "-p", "tsconfig.build.json"], {
  cwd: root,
  stdio: "inherit",
});

const pjson = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
const plugin = new Plugin({ root, pjson, isRoot: true, ignoreManifest: true });
await plugin.load();
writeFileSync(
  new URL("../oclif.manifest.json", import.meta.url),
  `${JSON.stringify(plugin.manifest, null, 2)}\n`,
);
