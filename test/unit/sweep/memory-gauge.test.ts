import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { disk } from "../../../src/base/file-system.ts";
import { MemoryGauge } from "../../../src/sweep/memory-gauge.ts";
import { processMemory } from "../../../src/sweep/process-memory.ts";

const GB = 2 ** 30;

describe("room in memory", () => {
  test("is always there for one run alone", () => {
    expect(new MemoryGauge().hasRoom("l", [], 0)).toBe(true);
  });

  test("is what is available less what those that go on will still take", () => {
    const gauge = new MemoryGauge();
    gauge.measured("m", 3 * GB);
    const young = [{ size: "m", now: GB }] as const;
    const grown = [{ size: "m", now: 3 * GB }] as const;
    expect(gauge.hasRoom("m", grown, 3.5 * GB)).toBe(true);
    expect(gauge.hasRoom("m", grown, 2.9 * GB)).toBe(false);
    expect(gauge.hasRoom("m", young, 3.5 * GB)).toBe(false);
    expect(gauge.hasRoom("m", young, 5.5 * GB)).toBe(true);
  });

  test("is judged by the largest run of the size that was measured", () => {
    const gauge = new MemoryGauge();
    const usual = gauge.expected("s");
    gauge.measured("s", usual / 2);
    expect(gauge.expected("s")).toBe(usual);
    gauge.measured("s", 4 * GB);
    gauge.measured("s", 3 * GB);
    expect(gauge.expected("s")).toBe(4 * GB);
    expect(gauge.expected("xs")).toBeLessThan(GB);
  });

  test("never grows when more runs go on, or when less is available", () => {
    const size = fc.constantFrom("xs", "s", "m", "l");
    const bytes = fc.double({ min: 0, max: 8 * GB, noNaN: true });
    const run = fc.record({ size, now: bytes });
    fc.assert(
      fc.property(
        size,
        fc.array(run, { minLength: 1 }),
        run,
        bytes,
        bytes,
        (one, runs, more, a, b) => {
          const gauge = new MemoryGauge();
          if (gauge.hasRoom(one, [...runs, more], a))
            expect(gauge.hasRoom(one, runs, a)).toBe(true);
          if (gauge.hasRoom(one, runs, Math.min(a, b))) {
            expect(gauge.hasRoom(one, runs, Math.max(a, b))).toBe(true);
          }
        },
      ),
    );
  });
});

describe("the memory of a process", () => {
  test.runIf(process.platform === "linux")("is what Node says of this one", () => {
    const found = processMemory(disk, process.pid);
    expect(found?.now).toBeGreaterThan(0.7 * process.memoryUsage.rss());
    expect(found?.now).toBeLessThan(1.3 * process.memoryUsage.rss());
    expect(found?.peak).toBeGreaterThanOrEqual(0.99 * (found?.now ?? Number.NaN));
  });

  test("is not known of a process that is not there", () => {
    expect(processMemory(disk, 2 ** 30)).toBeUndefined();
  });
});
