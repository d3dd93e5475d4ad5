import { expect, test } from "vitest";
import { seriousFindings } from "../kit/accessibility.js";
import { usePanel } from "../kit/model-page.js";
import { realAnalysis } from "../kit/real-analysis.js";
import { themes, type ThemeName } from "../kit/themes.js";

const onPage = usePanel("timeline");
const model = "test/fixtures/onnx/mlperftiny_ic_resnet8_f32.onnx";
const targets = ["nvidia-rtx-4090/tensorrt/fp16", "raspberry-pi-5/onnxruntime/fp32"];
const withTable = { state: { version: 1, state: { hasTable: true } } };

test("keys walk in the order of time and zoom; a kernel leads to its line; the trace is saved", async () =>
  onPage(
    await realAnalysis(model, targets),
    async (page, host) => {
      await page.focus("[role=application]");
      await page.keyboard.press("ArrowRight");
      await expect.poll(() => page.innerText(".plot-words")).toContain("from 0 s on");
      await page.keyboard.press("ArrowRight");
      await expect.poll(() => page.innerText(".plot-words")).not.toContain("from 0 s on");
      await page.keyboard.press("Enter");
      await expect.poll(() => host.calls.at(-1)?.method).toBe("openAsText");
      await page.keyboard.press("+");
      await expect
        .poll(() => host.calls.at(-1)?.params)
        .toMatchObject({ start: expect.any(Number), end: expect.any(Number) });
      await page.click(".frame-button:has-text('Perfetto')");
      await expect
        .poll(() => host.calls.at(-1))
        .toMatchObject({
          method: "save",
          params: { name: expect.stringMatching(/\.trace\.json$/) },
        });
    },
    withTable,
  ));

test.each(Object.keys(themes) as ThemeName[])(
  "axe-core finds nothing serious in %s",
  async (theme) =>
    onPage(
      await realAnalysis(model, targets),
      async (page) => expect(await seriousFindings(page)).toEqual([]),
      { theme, ...withTable },
    ),
);
