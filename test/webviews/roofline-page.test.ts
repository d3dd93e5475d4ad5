import { expect, test } from "vitest";
import type { Page } from "playwright-core";
import { seriousFindings } from "../kit/accessibility.js";
import { usePanel } from "../kit/model-page.js";
import { realAnalysis } from "../kit/real-analysis.js";
import { themes, type ThemeName } from "../kit/themes.js";

const onPage = usePanel("roofline");
const model = "test/fixtures/onnx/mlperftiny_ic_resnet8_f32.onnx";
const targets = ["nvidia-rtx-4090/tensorrt/fp16", "raspberry-pi-5/onnxruntime/fp32"];
const cells = (page: Page): Promise<readonly string[]> =>
  page.$$eval(".plot-table tbody tr", (rows) =>
    rows.map((row) => [...row.children].map((cell) => cell.textContent).join(" | ")),
  );
const withTable = { state: { version: 1, state: { hasTable: true } } };

test("dragging the batch asks what if, and the marks move; nothing is bound for others", async () => {
  const [one, many] = [
    await realAnalysis(model, targets),
    await realAnalysis(model, targets, { batch: 64 }),
  ];
  await onPage(
    one,
    async (page, host) => {
      const before = (await cells(page))[0];
      host.analysis = many;
      await page.focus(".slider");
      for (let at = 0; at < 6; at++) await page.keyboard.press("ArrowRight");
      await expect.poll(async () => (await cells(page))[0]).not.toBe(before);
      expect(await page.innerText(".slider-number")).toBe("64");
      expect(host.suppositions.at(-1)).toEqual({ batch: 64 });
      expect(host.calls.some(({ method }) => method === "bind")).toBe(false);
    },
    withTable,
  );
});

test("a Python model on tokens has a slider for the length of its sequences", async () =>
  onPage(
    await realAnalysis(model, targets),
    async (page, host) => {
      await page.waitForSelector(".frame-field:has-text('Sequence')");
      expect(await page.locator(".roofline-sliders .slider-number").allInnerTexts()).toEqual([
        "1",
        "128",
      ]);
      await page.focus(".frame-field:has-text('Sequence') input");
      await page.keyboard.press("ArrowRight");
      await expect.poll(() => host.suppositions.at(-1)).toEqual({ dims: { sequence: 256 } });
    },
    {
      prepare: (host) => {
        const view = host.methods["view"] as (
          params: unknown,
        ) => Promise<{ readonly view: unknown }>;
        Object.assign(host.methods, {
          ready: () => ({ uri: "file:///models/net.py", fileName: "net.py" }),
          view: async (params: { readonly view: string }) => {
            const reply = await view(params);
            if (params.view !== "summary") return reply;
            const inputs = [{ name: "ids", type: "int64[1,128]" }];
            return { ...reply, view: { ...(reply.view as object), inputs } };
          },
        });
      },
    },
  ));

test("the keyboard walks the marks, the longest first, and goes to the line", async () =>
  onPage(await realAnalysis(model, targets), async (page, host) => {
    await page.focus("[role=application]");
    await page.keyboard.press("ArrowRight");
    await expect.poll(() => page.innerText(".plot-words")).toMatch(/op\/byte at .* limited by/s);
    const first = host.calls.at(-1)?.params as { readonly nodeId: number };
    await page.keyboard.press("Enter");
    await expect
      .poll(() => host.calls.at(-1))
      .toEqual({ method: "openAsText", params: { nodeName: null, nodeId: first.nodeId } });
  }));

test("targets are laid over each other, and a precision takes the first one's place", async () =>
  onPage(
    await realAnalysis(model, targets),
    async (page, host) => {
      expect((await cells(page))[0]?.split(" | ")).toHaveLength(7);
      await page.click(".plot-legend label:has-text('Raspberry')");
      await page.waitForSelector(".plot-table thead th:has-text('on')");
      await page
        .selectOption(".frame-field:has-text('Precision') select", {
          label: "int8",
        })
        .catch(() => page.selectOption(".frame-field:has-text('Precision') select", { index: 1 }));
      await expect
        .poll(() => host.suppositions.at(-1)?.targets?.[0])
        .toMatch(/^nvidia-rtx-4090\/tensorrt\//);
    },
    withTable,
  ));

test("no target is said in words", async () =>
  onPage(await realAnalysis(model, []), async (page) => {
    await page.waitForSelector("text=Nothing to show, because no target is chosen.");
  }));

test.each(Object.keys(themes) as ThemeName[])(
  "axe-core finds nothing serious in %s",
  async (theme) =>
    onPage(
      await realAnalysis(model, targets),
      async (page) => expect(await seriousFindings(page)).toEqual([]),
      { theme, ...withTable },
    ),
);
