#!/usr/bin/env node
// Starts the command line. Plain JavaScript of the oldest dialect that matters, so that an old Node can read it and say so.
import { existsSync } from "node:fs";
import module from "node:module";
import { fileURLToPath } from "node:url";

const [major, minor] = process.versions.node.split(".").map(Number);
if (major < 22 || major === 23 || (major === 22 && minor < 18)) {
  process.stderr.write(
    `entlaw needs Node.js 22.18 or later (22.x), or 24 and up; this is ${process.versions.node}.\n` +
      "In a clone: run `npm ci` once, then `npx entlaw …`, which uses the Node 22 that comes with it.\n" +
      "Elsewhere: install Node 22 or 24, or run `npx -p node@22 -p entlaw entlaw …`.\n",
  );
  process.exit(2);
}

module.enableCompileCache(); // keeps compiled code between runs, as npm and tsc do

// A clone runs its sources directly (Node strips the types); the published package has `dist` only.
const inClone = existsSync(fileURLToPath(new URL("../src/cli/main.ts", import.meta.url)));
const { main } = await import(inClone ? "../src/cli/main.ts" : "../dist/cli/main.js");
await main(process.argv.slice(2), fileURLToPath(new URL("..", import.meta.url)), inClone);
