import { expect, test } from "vitest";
import { seriousFindings } from "../kit/accessibility.js";
import { usePanel } from "../kit/model-page.js";
import { realAnalysis } from "../kit/real-analysis.js";
import { themes, type ThemeName } from "../kit/themes.js";

const onPage = usePanel("pareto");
const model = "test/fixtures/onnx/mlperftiny_ic_resnet8_f32.onnx";
const targets = ["nvidia-rtx-4090/tensorrt/fp16", "raspberry-pi-5/onnxruntime/fp32"];
const withTable = { state: { version: 1, state: { hasTable: true } } };

test("a sweep adds its points as they come; it can be stopped; limits and picks are kept", async () => {
  const [one, eight] = [
    await realAnalysis(model, targets),
    await realAnalysis(model, targets, { batch: 8 }),
  ];
  await onPage(
    one,
    async (page, host, opened) => {
      const rows = page.locator(".plot-table tbody tr");
      await expect.poll(() => rows.count()).toBe(2);
      host.analysis = eight;
      await page.click(".frame-button:has-text('Run')");
      await expect.poll(() => rows.count()).toBe(4);
      await expect.poll(() => host.suppositions.map(({ batch }) => batch)).toContain(256);
      await expect.poll(() => page.innerText(".pareto-sweep")).toContain("Run");
      await page.click(".frame-button:has-text('Limits')");
      await page.waitForSelector(".plot-table td:has-text('beyond a limit')");
      await page.check(".plot-table tbody tr:first-child input");
      await page.waitForSelector(".pareto-picked li");
      expect(await opened.state()).toMatchObject({ state: { picked: [expect.any(String)] } });
    },
    withTable,
  );
});

test("targets are swept too, every target has its own front, and a picked one is opened on its target", async () =>
  onPage(
    await realAnalysis(model, targets),
    async (page, host) => {
      await page.selectOption(".frame-field:has-text('Sweep') select", "all");
      await page.click(".frame-button:has-text('Run')");
      await expect.poll(() => host.suppositions.at(-1)).toEqual({ targets });
      await page.selectOption(".frame-field:has-text('Fronts of') select", "target");
      await expect.poll(() => page.locator(".plot-legend li").count()).toBe(2);
      expect(await page.innerText(".plot-legend")).toMatch(/rtx-4090.* 1 of 1/);
      await page.check(".plot-table tbody tr:first-child input");
      await page.click(".pareto-picked .link");
      await expect
        .poll(() => host.calls.slice(-3).map(({ method }) => method))
        .toEqual(["useTarget", "bind", "openPanel"]);
    },
    withTable,
  ));

test("results of batch are loaded, and their own metrics can be axes", async () =>
  onPage(
    await realAnalysis(model, targets),
    async (page) => {
      await page.click(".frame-button:has-text('Load results')");
      await page.waitForSelector(
        ".frame-note:has-text('2 points from sweep.jsonl; 1 lines left out')",
      );
      await page.selectOption(".frame-field:has-text('Up') select", "accuracy");
      await page.waitForSelector(".plot-table td:has-text('on the front')");
      await page.focus("[role=application]");
      await page.keyboard.press("ArrowRight");
      expect(await page.innerText(".plot-words")).toContain("Accuracy 0.9");
      await page.waitForSelector(".plot-table img", { state: "detached" });
    },
    {
      ...withTable,
      prepare: (host) => {
        const line = (name: string, accuracy: number, seconds: number): string =>
          JSON.stringify({
            file: `${name}<img src=x>.onnx`,
            metrics: { accuracy },
            targets: [{ id: "a/b/c", batch: 1, latency: { seconds, low: seconds, high: seconds } }],
          });
        const text = [line("a", 0.9, 0.01), line("b", 0.8, 0.02), "{"].join("\n");
        Object.assign(host.methods, { readText: () => ({ name: "sweep.jsonl", text }) });
      },
    },
  ));

test.each(Object.keys(themes) as ThemeName[])(
  "axe-core finds nothing serious in %s",
  async (theme) =>
    onPage(
      await realAnalysis(model, targets),
      async (page) => {
        await page.waitForSelector(".plot-table tbody tr");
        expect(await seriousFindings(page)).toEqual([]);
      },
      { theme, ...withTable },
    ),
);
