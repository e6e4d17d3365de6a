/** The report in a real browser: quiet, offline, usable by keyboard, narrow, without script, and deaf to hostile names. */
import { accessSync, constants, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { pathToFileURL } from "node:url";
import { type Browser, type BrowserContextOptions, type Page, chromium } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { renderReport } from "../../src/report/report-page.ts";
import { hostileText } from "../support/chart-cases.ts";
import { fullReport } from "../support/report-input.ts";

/** Chromium of this machine: ENTLAW_CHROMIUM, or the first on PATH. */
function findChromium(): string | undefined {
  const named = process.env["ENTLAW_CHROMIUM"];
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  const names = ["chromium", "chromium-browser", "google-chrome", "chrome"];
  const places = [
    ...(named === undefined ? [] : [named]),
    ...names.flatMap((name) => folders.map((folder) => join(folder, name))),
  ];
  return places.find((path) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

const executablePath = findChromium();

interface Visit {
  readonly page: Page;
  /** Console errors and uncaught exceptions. */
  readonly complaints: string[];
  readonly requests: string[];
}

describe.skipIf(executablePath === undefined)(
  "the report in Chromium (skipped where there is none: set ENTLAW_CHROMIUM)",
  () => {
    // Pages and screenshots, to look at: kept where ENTLAW_SCREENSHOTS names a folder.
    const kept = process.env["ENTLAW_SCREENSHOTS"];
    const folder = kept ?? mkdtempSync(join(tmpdir(), "entlaw-report-"));
    let browser: Browser;

    beforeAll(async () => {
      browser = await chromium.launch({
        executablePath: executablePath ?? "",
        args: ["--no-sandbox"],
      });
      writeFileSync(join(folder, "plain.html"), await renderReport(fullReport()));
      const hostile = {
        log: hostileText,
        entropyColumn: hostileText,
        rewardColumn: hostileText,
        warnings: [hostileText],
        label: hostileText,
        law: hostileText,
      };
      const harmless = Object.fromEntries(
        Object.entries(hostile).map(([key, value]) => [
          key,
          Array.isArray(value) ? ["twin"] : "twin",
        ]),
      );
      writeFileSync(join(folder, "hostile.html"), await renderReport(fullReport(hostile)));
      writeFileSync(join(folder, "twin.html"), await renderReport(fullReport(harmless)));
    });
    afterAll(async () => {
      await browser.close();
      if (kept === undefined) rmSync(folder, { recursive: true });
    });

    async function visit(file: string, options: BrowserContextOptions = {}): Promise<Visit> {
      const context = await browser.newContext({
        viewport: { width: 1400, height: 1000 },
        ...options,
      });
      const page = await context.newPage();
      const [complaints, requests]: [string[], string[]] = [[], []];
      page.on("console", (message) => complaints.push(message.text()));
      page.on("pageerror", (error) => complaints.push(error.message));
      page.on("request", (request) => requests.push(request.url()));
      await page.goto(pathToFileURL(join(folder, file)).href);
      return { page, complaints, requests };
    }

    /** Scrolls through the page until Vega has drawn every chart. */
    async function enliven(page: Page): Promise<void> {
      for (const place of await page.locator("[data-chart]").all()) {
        await place.scrollIntoViewIfNeeded();
        await place.locator("div > svg").waitFor();
      }
    }

    test("opens from disk with no complaint and no request but itself", async () => {
      const { page, complaints, requests } = await visit("plain.html");
      await enliven(page);
      expect(complaints).toEqual([]);
      expect(requests).toEqual([pathToFileURL(join(folder, "plain.html")).href]);
      expect(await page.evaluate("typeof vega")).toBe("undefined");
    });

    test("shows the value under the pointer, and every chart with size and name", async () => {
      const { page } = await visit("plain.html");
      await enliven(page);
      const boxes = await page.locator("[data-chart] svg").evaluateAll((charts) =>
        charts.map((chart) => ({
          width: chart.clientWidth,
          height: chart.clientHeight,
          role: chart.getAttribute("role"),
          name: chart.getAttribute("aria-label"),
        })),
      );
      expect(boxes).toHaveLength(11);
      for (const box of boxes) {
        expect(box).toMatchObject({ role: "img", name: expect.stringMatching(/\w/) });
        expect(Math.min(box.width, box.height)).toBeGreaterThan(100);
      }
      await page.locator("#log-1-law .role-mark path").nth(120).hover({ force: true });
      await expect
        .poll(() => page.locator(".tip").textContent())
        .toMatch(/step {2}\d+\nentropy {2}[\d.]+\nreward {2}[\d.]+/);
    });

    test("is the same without script: same words, same pictures", async () => {
      const options = { javaScriptEnabled: false };
      const { page, complaints } = await visit("plain.html", options);
      expect(complaints).toEqual([]);
      expect(await page.locator("figure svg").count()).toBe(11);
      const words = await page.locator("main").innerText();
      const { page: scripted } = await visit("plain.html");
      expect(
        (
          await scripted.locator("main h2, main h3, main h4, main p, main table").allInnerTexts()
        ).join(),
      ).toBe(
        (
          await page.locator("main h2, main h3, main h4, main p, main table").allInnerTexts()
        ).join(),
      );
      expect(words).toContain("Does the law hold?");
    });

    test("is reached by Tab: skip link first, then folds, tables, links and buttons, each with a visible focus", async () => {
      const { page } = await visit("plain.html");
      const reached: string[] = [];
      for (let i = 0; i < 60; i += 1) {
        await page.keyboard.press("Tab");
        const focus = await page.evaluate(
          `(() => { const e = document.activeElement; return e === document.body ? "" : e.tagName + ":" + getComputedStyle(e).outlineStyle; })()`,
        );
        if (focus === "") break;
        reached.push(String(focus));
      }
      expect(await page.evaluate("document.querySelector('.skip') !== null")).toBe(true);
      expect(reached[0]).toBe("A:solid");
      for (const tag of ["SUMMARY", "DIV", "A", "BUTTON"])
        expect(reached).toContain(`${tag}:solid`);
      expect(reached.filter((focus) => focus.startsWith("SUMMARY"))).toHaveLength(12);
    });

    test.each([400, 720, 1400])("needs no sideways scroll at %i px", async (width) => {
      for (const file of ["plain.html", "hostile.html"]) {
        const { page } = await visit(file, { viewport: { width, height: 900 } });
        expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(
          width,
        );
        await page.screenshot({ path: join(folder, `${file}-${width}.png`), fullPage: true });
      }
    });

    test("turns dark with the reader's setting, charts included, and never on paper", async () => {
      const { page } = await visit("plain.html", { colorScheme: "dark" });
      await enliven(page);
      const label = (): Promise<unknown> =>
        page.evaluate(
          "getComputedStyle(document.querySelector('.drawing svg text')).fill + getComputedStyle(document.body).backgroundColor",
        );
      expect(await label()).toBe("rgb(163, 172, 184)rgb(21, 24, 29)");
      await page.screenshot({ path: join(folder, "dark.png"), fullPage: true });
      await page.emulateMedia({ media: "print", colorScheme: "dark" });
      expect(await label()).toBe("rgb(89, 98, 111)rgb(255, 255, 255)");
    });

    test("prints with every fold open and no chart cut", async () => {
      const { page } = await visit("plain.html", {
        viewport: { width: 690, height: 1000 },
        javaScriptEnabled: false,
      });
      await page.emulateMedia({ media: "print" });
      expect(await page.locator("details table").first().isVisible()).toBe(true);
      expect(
        await page.evaluate("getComputedStyle(document.querySelector('.drawing')).breakInside"),
      ).toBe("avoid");
      await page.screenshot({ path: join(folder, "print.png"), fullPage: true });
      await page.pdf({ path: join(folder, "print.pdf"), format: "A4" });
    });

    test("runs and requests nothing that a hostile log asks for, and has the element tree of its harmless twin", async () => {
      const tree = `(() => { const walk = (e) => e.tagName + "(" + [...e.children].map(walk).join() + ")"; return walk(document.body); })()`;
      const trees: unknown[] = [];
      for (const file of ["hostile.html", "twin.html"]) {
        const still = await visit(file, { javaScriptEnabled: false });
        trees.push(await still.page.evaluate(tree));
        const { page, complaints, requests } = await visit(file);
        await enliven(page);
        expect(complaints).toEqual([]);
        expect(requests).toHaveLength(1);
        expect(await page.evaluate("typeof pwned")).toBe("undefined");
        expect(
          await page.locator("body img, body script:not([type]):not(:last-of-type)").count(),
        ).toBe(0);
      }
      expect(trees[0]).toBe(trees[1]);
    });
  },
);
