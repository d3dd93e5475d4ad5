import { expect, test } from "vitest";
import type { Page } from "playwright-core";
import { seriousFindings } from "../kit/accessibility.js";
import { usePanel } from "../kit/model-page.js";
import { realAnalysis } from "../kit/real-analysis.js";
import { themes, type ThemeName } from "../kit/themes.js";

const onPage = usePanel("memory");
const model = "test/fixtures/onnx/mlperftiny_vww_mobilenetv1_f32.onnx";
const board = "stm32h747i-disco/x-cube-ai/int8";
const gpu = "nvidia-rtx-4090/tensorrt/fp16";
const withTable = { state: { version: 1, state: { hasTable: true } } };
const texts = (page: Page, selector: string): Promise<readonly string[]> =>
  page.$$eval(selector, (rows) => rows.map((row) => row.textContent ?? ""));

test("each memory says what lies in it, and another target has other memories", async () =>
  onPage(await realAnalysis(model, [board, gpu]), async (page) => {
    await page.waitForSelector(".memory-where");
    expect(await texts(page, ".memory-where strong")).toEqual(["SRAM", "flash"]);
    expect((await texts(page, ".memory-words")).join()).toMatch(/activations .*KiB.*weights .*KiB/);
    await page.selectOption(".frame-field:has-text('Target') select", gpu);
    await expect.poll(() => texts(page, ".memory-where strong")).toHaveLength(1);
    expect(await page.innerText(".frame-facts")).toContain("peak set by");
  }));

test("what would take less is listed with what it saves, and its names lead to their details", async () =>
  onPage(await realAnalysis(model, [gpu]), async (page, host) => {
    const rows = page.locator(".memory-what-ifs tbody tr");
    await expect.poll(() => rows.count()).toBeGreaterThan(1);
    expect(await rows.allInnerTexts()).toEqual(
      expect.arrayContaining([expect.stringMatching(/by patches.*%.*fits.*patches up to/s)]),
    );
    await page.click(".memory-what-ifs .link >> nth=0");
    await expect.poll(() => host.calls.at(-1)?.method).toBe("openPanel");
    await page.click(".frame-button:has-text('What if')");
    await page.waitForSelector(".memory-what-ifs", { state: "hidden" });
  }));

test("the keyboard walks the buffers in the order of execution, zooms, and goes to the line", async () =>
  onPage(
    await realAnalysis(model, [board]),
    async (page, host) => {
      await page.waitForSelector(".plot-table tbody tr");
      await page.focus("[role=application]");
      await page.keyboard.press("ArrowRight");
      await expect.poll(() => page.innerText(".plot-words")).toContain("an input");
      await page.keyboard.press("ArrowRight");
      await expect.poll(() => page.innerText(".plot-words")).toContain("written by Conv");
      await page.keyboard.press("Enter");
      await expect.poll(() => host.calls.at(-1)?.method).toBe("openAsText");
      for (const key of ["+", "p", "PageDown", "0"]) await page.keyboard.press(key);
      expect(await page.innerText(".plot-words")).toContain("written by Conv");
    },
    withTable,
  ));

test("a node that another view has chosen is found", async () =>
  onPage(await realAnalysis(model, [board]), async (page, _host, { remote }) => {
    await page.waitForSelector(".memory-where");
    await remote.call("reveal", { nodeId: 0 });
    await expect.poll(() => page.innerText(".plot-words")).toContain("written by");
  }));

test.each(Object.keys(themes) as ThemeName[])(
  "axe-core finds nothing serious in %s",
  async (theme) =>
    onPage(
      await realAnalysis(model, [gpu, board]),
      async (page) => {
        await page.waitForSelector(".memory-what-ifs tbody tr");
        await page.waitForSelector(".plot-table tbody tr");
        expect(await seriousFindings(page)).toEqual([]);
      },
      { theme, ...withTable },
    ),
);
