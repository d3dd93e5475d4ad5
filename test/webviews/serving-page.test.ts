import { describe, expect, test } from "vitest";
import { devicesOf, secondsOf } from "../../webviews/src/serving/state.js";
import { seriousFindings } from "../kit/accessibility.js";
import { usePanel } from "../kit/model-page.js";
import { realAnalysis } from "../kit/real-analysis.js";
import { themes, type ThemeName } from "../kit/themes.js";

const onPage = usePanel("serving");
const llama = "examples/llama-3.1-8b/config.json";
const h100 = "nvidia-h100-sxm/tensorrt-llm/fp8";
const twoDevices = { state: { version: 1, state: { devices: "1,2" } } };

test("every way of serving is a row and a front of its own; a limit moves the best", async () =>
  onPage(
    await realAnalysis(llama, [h100]),
    async (page) => {
      const rows = page.locator(".serving-plans tbody tr");
      await expect.poll(() => rows.count(), { timeout: 20_000 }).toBe(2);
      await expect.poll(() => page.locator(".plot-legend li").count()).toBe(2);
      expect(await rows.first().innerText()).toMatch(/H100 SXM.*memory$/s);
      await page.fill(".serving-field:has-text('Between tokens') input", "20");
      await page.keyboard.press("Tab");
      await expect
        .poll(() => rows.first().innerText(), { timeout: 20_000 })
        .toMatch(/between tokens$/s);
      await page.click(".frame-button:has-text('Prompts apart')");
      await expect.poll(() => rows.count(), { timeout: 20_000 }).toBe(4);
      expect(await page.innerText(".serving-plans tbody")).toMatch(/\d × 1 \+ \d × 1/);
      await page.focus("[role=application]");
      await page.keyboard.press("ArrowRight");
      await expect
        .poll(() => page.innerText(".plot-words"))
        .toMatch(/H100 SXM.* · \d+ texts? .*Between tokens/);
    },
    twoDevices,
  ));

test("numbers that make no sense are told, and what was shown stays", async () =>
  onPage(
    await realAnalysis(llama, [h100]),
    async (page) => {
      const rows = page.locator(".serving-plans tbody tr");
      await expect.poll(() => rows.count(), { timeout: 20_000 }).toBe(2);
      await page.fill(".serving-field:has-text('Prompt') input", "many");
      await page.keyboard.press("Tab");
      await expect.poll(() => page.innerText(".frame-note")).toContain("whole numbers of tokens");
      expect(await rows.count()).toBe(2);
      await page.fill(".serving-field:has-text('Prompt') input", "200000");
      await page.keyboard.press("Tab");
      await expect
        .poll(() => page.innerText(".frame-note"), { timeout: 20_000 })
        .toContain("made for contexts of 131072 tokens");
    },
    twoDevices,
  ));

test("a model that writes no text has nothing to serve", async () =>
  onPage(
    await realAnalysis("test/fixtures/onnx/mlperftiny_ic_resnet8_f32.onnx", [
      "nvidia-rtx-4090/tensorrt/fp16",
    ]),
    async (page) => {
      await expect.poll(() => page.innerText(".frame-cover")).toContain("writes no text");
    },
  ));

describe("fields", () => {
  test("devices are sorted, each once", () => expect(devicesOf("8, 1,2,1")).toEqual([1, 2, 8]));
  test.each(["", "1,,2", "0", "-1", "2.5", "1;2", "99999"])("`%s` are no devices", (text) =>
    expect(devicesOf(text)).toBeUndefined(),
  );
  test("no limit, a limit, and none of both", () =>
    expect(["", " 20 ", "2,5", "x", "-1", "0"].map(secondsOf)).toEqual([
      null,
      0.02,
      0.0025,
      undefined,
      undefined,
      undefined,
    ]));
});

test.each(Object.keys(themes) as ThemeName[])(
  "axe-core finds nothing serious in %s",
  async (theme) =>
    onPage(
      await realAnalysis(llama, [h100]),
      async (page) => {
        await expect
          .poll(() => page.locator(".serving-plans tbody tr").count(), { timeout: 20_000 })
          .toBe(2);
        expect(await seriousFindings(page)).toEqual([]);
      },
      { theme, ...twoDevices },
    ),
);
