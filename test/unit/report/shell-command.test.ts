import { expect, test } from "vitest";
import { shellCommand } from "../../../src/report/shell-command.ts";

test("plain arguments stand as they are, others are quoted for a POSIX shell", () => {
  expect(shellCommand(["entlaw", "fit", "runs/a.jsonl", "--window", "20:300"])).toBe(
    "entlaw fit runs/a.jsonl --window 20:300",
  );
  expect(shellCommand(["entlaw", "fit", "it's; rm -rf $HOME", ""])).toBe(
    `entlaw fit 'it'\\''s; rm -rf $HOME' ''`,
  );
});
