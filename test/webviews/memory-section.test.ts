import { expect, test } from "vitest";
import type { Page } from "playwright-core";
import { fakeAnalysis, fakeTargets } from "../kit/fake-analysis.js";
import { useModelPage } from "../kit/model-page.js";

const onPage = useModelPage();

const isOpen = { state: { version: 1, state: { isMemoryOpen: true } } };

/** The rows of a table, cells between bars. */
const cells = (page: Page, selector: string): Promise<readonly string[]> =>
  page.$$eval(`${selector} tbody tr`, (rows) =>
    rows.map((row) => [...row.children].map((cell) => cell.textContent).join(" | ")),
  );

test("it asks for nothing until the tile of the peak opens it, and is remembered", () =>
  onPage(fakeAnalysis(), async (page, host, opened) => {
    const toggle = page.locator(".tile-toggle");
    expect(await toggle.getAttribute("aria-expanded")).toBe("false");
    expect(host.calls.some(({ method }) => method === "view memory")).toBe(false);
    await toggle.focus();
    await page.keyboard.press("Enter");
    await page.waitForSelector(".memory-plot");
    expect(await toggle.getAttribute("aria-expanded")).toBe("true");
    expect(await opened.state()).toMatchObject({ state: { isMemoryOpen: true } });
    await page.keyboard.press("Enter");
    await page.waitForSelector(".memory", { state: "hidden" });
    expect(await opened.state()).toMatchObject({ state: { isMemoryOpen: false } });
    await page.click(".tile.is-toggle .tile-value");
    await page.waitForSelector(".memory-plot");
    await page.click(".memory-head .icon-button");
    await page.waitForSelector(".memory", { state: "hidden" });
    expect(await toggle.getAttribute("aria-expanded")).toBe("false");
    expect(await toggle.evaluate((element) => element === document.activeElement)).toBe(true);
  }));

test("strategies stand beside the least, and what is alive at the peak with its address", () =>
  onPage(
    fakeAnalysis(),
    async (page) => {
      await page.waitForSelector(".memory-plot");
      // 64 × 56 × 56 values of 2 bytes are 392 KiB; two are alive at once, five in all.
      expect(await page.innerText(".memory-title")).toBe("Memory on RTX 4090 · TensorRT · fp16");
      expect(await page.textContent(".memory-facts")).toMatch(
        /^arena 784 KiB by [a-z-]+least possible 784 KiBpeak set by Conv \/layer0\/conv at step 1 of 4$/,
      );
      const strategies = await cells(page, ".memory-strategies");
      expect(strategies).toContain("naive | 1.91 MiB | 2.5");
      expect(strategies).toContain("greedy-by-size | 784 KiB | 1");
      const alive = await cells(page, ".memory-alive");
      expect(alive.map((row) => row.replace(/ \| (0|401,408) \| /, " | at | "))).toEqual([
        "input | 392 KiB | at | an input",
        "relu0_out | 392 KiB | at | Conv /layer0/conv",
      ]);
      expect(await page.locator(".memory-buffer").count()).toBe(5);
      expect(await page.locator(".memory-buffer.is-alive").count()).toBe(2);
      await page.click(".memory-alive .link");
      await page.waitForSelector(".details-title:has-text('/layer0/conv')");
    },
    isOpen,
  ));

test("rectangles stand where the plan puts them, in address and time", () =>
  onPage(
    fakeAnalysis(),
    async (page) => {
      await page.waitForSelector(".memory-plot");
      const areas = await page.$$eval(".memory-buffer", (all) =>
        all.map((rect) => ["x", "width", "height"].map((name) => Number(rect.getAttribute(name)))),
      );
      // Four steps to a thousand; each buffer is half of the arena.
      expect(areas).toEqual([
        [0, 250, 500],
        [0, 500, 500],
        [250, 500, 500],
        [500, 500, 500],
        [750, 250, 500],
      ]);
      const title = await page.textContent(".memory-buffer:nth-of-type(3) title");
      expect(title?.split("\n").map((line) => line.replace(/at [\d,]+,/, "at …,"))).toEqual([
        "relu0_out",
        "392 KiB at …, steps 1–2",
        "written by Conv /layer0/conv",
      ]);
    },
    isOpen,
  ));

test("it follows the target and the file", () =>
  onPage(
    fakeAnalysis(),
    async (page, host, { remote }) => {
      await page.waitForSelector(".memory-facts:has-text('784 KiB')");
      await page.click("text=STM32H747 · X-CUBE-AI · int8 >> nth=0");
      await page.waitForSelector(".memory-facts:has-text('arena 392 KiB')");
      expect(await page.innerText(".memory-title")).toContain("X-CUBE-AI");
      host.analysis = fakeAnalysis({ targets: [] });
      await remote.call("changed", null);
      // Without a target as the file declares it, in 4 bytes: 2 × 784 KiB.
      await page.waitForSelector(".memory-facts:has-text('arena 1.53 MiB')");
      expect(await page.innerText(".memory-title")).toBe("Memory, types as declared");
    },
    isOpen,
  ));

test("sizes that are not known have their reason", () =>
  onPage(
    fakeAnalysis({ isUnsized: true }),
    async (page, host, { remote }) => {
      await page.waitForSelector(
        ".memory .notice:has-text('because what 1 uncosted node keeps alive is not known')",
      );
      host.analysis = fakeAnalysis({ isUnsized: true, targets: [] });
      await remote.call("changed", null);
      await page.waitForSelector(
        ".memory .notice:has-text('The plan is not known, because some shapes are not known.')",
      );
      host.analysis = fakeAnalysis({ isUnsized: true, isSymbolic: true });
      await remote.call("changed", null);
      await page.waitForSelector(".memory .notice:has-text('depend on batch, seq: bind')");
    },
    isOpen,
  ));

test("of more than two thousand buffers the largest are drawn, and it is said", () =>
  onPage(
    fakeAnalysis({ blockCount: 2500 }),
    async (page) => {
      await page.waitForSelector(".memory-plot.is-dense");
      expect(await page.locator(".memory-buffer").count()).toBe(2000);
      expect(await page.innerText(".memory-rest")).toBe(
        "The 2,000 largest of 2,501 buffers are drawn.",
      );
    },
    isOpen,
  ));

test("a memory that the arena goes beyond is a line, and every memory is named", () =>
  onPage(
    fakeAnalysis({ targets: [{ ...fakeTargets[0]!, capacityBytes: 400 * 1024 }] }),
    async (page) => {
      await page.waitForSelector(".memory-plot");
      // 784 KiB of arena: the line stands 400/784 of the way up.
      expect(Number(await page.getAttribute(".memory-limit-line", "y1"))).toBeCloseTo(490, 0);
      expect(await page.innerText(".memory-limits")).toBe(
        "RAM 400 KiB: smaller than the arena, a line",
      );
    },
    isOpen,
  ));
