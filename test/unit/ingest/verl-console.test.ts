import { describe, expect, test } from "vitest";
import { columnOf, readTextLog } from "../../support/read-text-log.ts";

const RAY = "\u001b[36m(TaskRunner pid=4711)\u001b[0m ";

describe("verl's console log", () => {
  test("colours, Ray prefixes, CRLF, progress bars and NULs change nothing", async () => {
    const plain = await readTextLog("step:1 - actor/entropy:0.5\nstep:2 - actor/entropy:0.25\n");
    const dressed = await readTextLog(
      `noise\r\n${RAY}step:1 - \u001b[1mactor/entropy\u001b[0m:0.5\r\nbar 10%\rbar 20%\r${RAY}step:2 - actor/en\u0000tropy:0.25\rbar 30%\n\u0000\u0001`,
    );
    expect(dressed.format).toBe("verl-console");
    expect(dressed.table).toEqual(plain.table);
    expect(dressed.warnings).toEqual([]);
  });

  test("what Python's logging puts before a line is no part of it", async () => {
    const log = await readTextLog(
      "2026-01-02 03:04:05,678 - verl.trainer - INFO - step:1 - actor/entropy:0.5 - step:9 - b:1\n[2026-01-02 03:04:06] step:2 - actor/entropy:0.4\n",
    );
    expect(columnOf(log, "step")).toEqual([1, 2]);
    expect(columnOf(log, "actor/entropy")).toEqual([0.5, 0.4]);
  });

  test("prose with colons and dashes, and other trainers' steps, are no steps", async () => {
    const log = await readTextLog(
      "WARNING: something - with:dashes - but no step\nglobal_step:9 - loss:1\nthe next step: 3 - 2\nstep:x - a:1\nstep:1 - a:1 - timing_s/step:17 - b:2\n",
    );
    expect(columnOf(log, "step")).toEqual([1]);
    expect([...log.table.columns.keys()]).toEqual(["step", "a", "timing_s/step", "b"]);
  });

  test("keys are split at their last colon, values unwrapped, scaled keys unscaled", async () => {
    const log = await readTextLog(
      "step:1 - val/src:x/acc:np.float64(0.5) - actor/lr(1e-4):0.100 - critic/lr(1e-3):2 - g:nan - h:-inf\nstep:2 - actor/lr:2e-05 - g:1.5e-3\n",
    );
    expect(columnOf(log, "val/src:x/acc")[0]).toBe(0.5);
    expect(columnOf(log, "actor/lr")).toEqual([0.1 * 1e-4, 2e-5]);
    expect(columnOf(log, "critic/lr")[0]).toBe(2e-3);
    expect(columnOf(log, "g")).toEqual([Number.NaN, 1.5e-3]);
    expect(log.warnings.join()).toContain("2 value(s) are NaN or infinite");
  });

  test("a key that moves to another place is still itself", async () => {
    const log = await readTextLog(
      "step:1 - a:1 - ab:2 - c:3\nstep:2 - ab:20 - a:10 - c:30\nstep:3 - c:300\n",
    );
    expect(columnOf(log, "a")).toEqual([1, 10, Number.NaN]);
    expect(columnOf(log, "ab")).toEqual([2, 20, Number.NaN]);
    expect(columnOf(log, "c")).toEqual([3, 30, 300]);
  });

  test("the first row does not decide which columns there are", async () => {
    const log = await readTextLog(
      "step:0 - val-core/s/acc/mean@1:0.1\nstep:1 - actor/entropy:0.5 - critic/score/mean:0.2\n",
    );
    expect(columnOf(log, "val-core/s/acc/mean@1")).toEqual([0.1, Number.NaN]);
    expect(log.entropy?.column).toBe("actor/entropy");
  });

  test("validation printed as a row of its own completes the step", async () => {
    const log = await readTextLog(
      "step:0 - val/test_score/s:0.1\nstep:0 - actor/entropy:0.5\nstep:1 - actor/entropy:0.4\n",
    );
    expect(columnOf(log, "val/test_score/s")).toEqual([0.1, Number.NaN]);
    expect(log.repeatedSteps).toEqual([]);
  });

  test("a line is put together again wherever a terminal wrapped it", async () => {
    const whole = "step:1 - a:1 - bcd:2 - e:3 - f:4";
    const expected = await readTextLog(`${whole}\n`);
    for (let cut = whole.indexOf(" - bcd"); cut < whole.lastIndexOf(" - "); cut += 1) {
      const [line, rest] = [whole.slice(0, cut), whole.slice(cut)];
      for (const wrapped of [`${line}\n${rest}`, `${line.trimEnd()}\n${rest.trimStart()}`]) {
        const log = await readTextLog(`${wrapped}\nnext line - not a pair\n`);
        expect([wrapped, log.table]).toEqual([wrapped, expected.table]);
      }
    }
  });

  test("a line of prose after a step is not taken for its rest", async () => {
    const log = await readTextLog(
      "step:1 - a:1 - b:2\nfoo - bar:3 baz\n12 apples\nstep:2 - a:2 - b:3\n",
    );
    expect(columnOf(log, "b")).toEqual([2, 3]);
    expect([...log.table.columns.keys()]).toEqual(["step", "a", "b"]);
  });

  test("two steps in one line stay two steps", async () => {
    const log = await readTextLog("step:1 - a:1 step:2 - a:2\n");
    expect(columnOf(log, "a")).toEqual([1, 2]);
  });

  test("cut at any byte, it gives a prefix of the whole: no number is changed", async () => {
    const whole = "step:1 - a:1.25 - bb:2.5 - c:3.75\nstep:2 - a:10.25 - bb:20.5 - c:30.75\n";
    const complete = await readTextLog(whole);
    for (let cut = whole.indexOf("\n"); cut < whole.length; cut += 1) {
      const log = await readTextLog(whole.slice(0, cut));
      for (const [name, values] of log.table.columns) {
        // The last key of a line is the one place where lost digits cannot be seen.
        if (name === "c" && cut > whole.lastIndexOf("c:")) continue;
        const truth = complete.table.columns.get(name);
        for (const [i, value] of values.entries()) {
          if (!Number.isNaN(value)) expect([name, value]).toEqual([name, truth?.[i]]);
        }
      }
    }
  });

  test("what is cut off or broken is counted and shown", async () => {
    const log = await readTextLog("step:1 - a:1 - oops - b:2\nstep:2 - a:1 - b:3\nstep:3 - a:4");
    expect(log.warnings[0]).toMatch(/^1 part\(s\) .* such as "oops"/);
    expect(log.warnings[1]).toContain('"a" may be cut off');
  });
});
