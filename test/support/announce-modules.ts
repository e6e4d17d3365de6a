/** Preloaded into a process, says on its stderr, as its last line, which modules it has loaded. */
import { registerHooks } from "node:module";

const loaded = new Set<string>();
registerHooks({
  resolve(specifier, context, nextResolve) {
    const resolved = nextResolve(specifier, context);
    loaded.add(resolved.url);
    return resolved;
  },
});
process.on("exit", () => process.stderr.write(`\n${JSON.stringify([...loaded])}\n`));
