import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Page } from "playwright-core";
import type { Analysis } from "../../server/core/analysis.js";
import { analyze } from "../../server/core/analyze.js";
import { neverCancelled } from "../../server/core/base/cancel.js";
import { compareAnalyses } from "../../server/core/views/compare/compare-analyses.js";
import { readModelFile } from "../../server/io/read-model.js";
import { panelIds } from "../../server/protocol/panels.js";
import { seriousFindings } from "../kit/accessibility.js";
import { fakeHost } from "../kit/fake-host.js";
import { startPages, type Pages } from "../kit/page-harness.js";
import { realAnalysis, realCatalogue } from "../kit/real-analysis.js";

/** What holds for every page alike: hostile names, small windows, the keyboard alone. */
const file = "test/fixtures/onnx/mlperftiny_ic_resnet8_f32.onnx";
const targetIds = ["stm32h747i-disco/x-cube-ai/int8", "nvidia-rtx-4090/tensorrt/fp16"];
// Accelerators and language models have tests of their own.
const pageIds = ["model", ...panelIds.filter((id) => id !== "mapping" && id !== "serving")];

let pages: Pages;
let folder: string;
let plain: Analysis;
let hostile: Analysis;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "ridgepoint-pages-"));
  pages = await startPages(folder);
  plain = await realAnalysis(file, targetIds);
  hostile = await withHostileNames();
}, 60_000);
afterAll(async () => {
  await pages.stop();
  await rm(folder, { recursive: true, force: true });
});

const names = [
  "<img src=x onerror=alert(1)>",
  "</script><script>document.title='owned'</script>",
  "\u202Egnp.tfel\u202C \u2066x\u2069",
  "long".repeat(2500),
  "👩‍👩‍👧‍👦 模型 уровень",
  "a\u0000b\u0007c\u001B[31md\ne\tf\u0085",
  "${alert(1)} {{x}} `code` [link](javascript:alert(1))",
  "",
];

async function withHostileNames(): Promise<Analysis> {
  const { value: model } = readModelFile(
    path.resolve(import.meta.dirname, "../..", file),
    neverCancelled,
  );
  if (model === undefined) throw new Error("no model");
  const { graph } = model;
  const catalogue = await realCatalogue();
  return analyze(
    {
      ...model,
      name: names[0] ?? "",
      graph: {
        ...graph,
        name: names[1] ?? "",
        nodes: graph.nodes.map((node, at) => ({ ...node, name: names[at % names.length] ?? "" })),
        values: graph.values.map((value, at) => ({
          ...value,
          name: `${names[(at + 3) % names.length] ?? ""}${at}`,
        })),
      },
    },
    { inputs: new Map(), dims: new Map() },
    targetIds.map((id) => catalogue.find(id)!),
    neverCancelled,
  );
}

async function onPage(
  panel: string,
  analysis: Analysis,
  steps: (page: Page) => Promise<void>,
  size: { readonly width?: number; readonly height?: number } = {},
): Promise<void> {
  const host = fakeHost(analysis);
  Object.assign(host.methods, {
    ready: () => ({ uri: "file:///m.onnx", fileName: `${names[0]}.onnx` }),
    compare: (params: { readonly leftTarget: string; readonly rightTarget: string }) => ({
      kind: "view",
      view: compareAnalyses(plain, analysis, { ...params, limit: 400 }),
    }),
  });
  const { page, complaints } = await pages.open({
    panel,
    host: host.methods,
    ...size,
    state: { version: 1, state: { hasTable: true, isMemoryOpen: true } },
  });
  try {
    await page.waitForSelector(".frame:not(.is-loading), .page:not(.is-loading)");
    await page.waitForSelector("tbody tr, [role=grid] [role=row]");
    await steps(page);
    expect(complaints).toEqual([]);
  } finally {
    await page.close();
  }
}

describe.each(pageIds)("%s", (panel) => {
  test("names with markup, other directions, ten thousand letters or control characters are text", () =>
    onPage(panel, hostile, async (page) => {
      await page.locator("[role=application], [role=grid], [role=region]").first().focus();
      for (const key of ["ArrowRight", "ArrowDown", "ArrowDown", "Enter"])
        await page.keyboard.press(key);
      expect(await page.locator("img, script:not([src]), iframe").count()).toBe(0);
      expect(await page.title()).not.toBe("owned");
      const body = await page.innerText("body");
      // Shown as text, nowhere with what turns the writing, and nowhere whole when it is endless.
      expect(body).not.toMatch(/[\u202A-\u202E\u2066-\u2069\u0007\u001B]/);
      expect(body).not.toContain("long".repeat(200));
      expect(await overflow(page)).toBeLessThanOrEqual(1);
      expect(await seriousFindings(page)).toEqual([]);
    }));

  test("at 200 % everything is still there, and nothing runs out of the window sideways", () =>
    onPage(
      panel,
      plain,
      async (page) => {
        expect(await overflow(page)).toBeLessThanOrEqual(1);
        const plot = page.locator("[role=application]").first();
        if ((await plot.count()) > 0) {
          const box = await plot.boundingBox();
          expect(box?.height).toBeGreaterThan(120);
          expect(box?.width).toBeGreaterThan(300);
        }
        const cut = await page.$$eval("button, select, input", (all) =>
          all
            // What lies in a region that scrolls is reached by scrolling it.
            .filter(
              (one) => one.getClientRects().length > 0 && one.closest("[role=region]") === null,
            )
            .map((one) => ({ box: one.getBoundingClientRect(), text: one.outerHTML.slice(0, 120) }))
            .filter(({ box }) => box.right > innerWidth + 1 || box.left < -1)
            .map(({ text }) => text),
        );
        expect(cut).toEqual([]);
      },
      { width: 640, height: 400 },
    ));

  test("the keyboard alone reaches every control", () =>
    onPage(panel, plain, async (page) => {
      await page.evaluate(() => {
        for (const [at, one] of [
          ...document.querySelectorAll("button, select, input, [tabindex='0']"),
        ].entries())
          if (one.getClientRects().length > 0 && !one.matches("[tabindex='-1'], :disabled"))
            one.setAttribute("data-stop", String(at));
      });
      const wanted = await page.$$eval("[data-stop]", (all) =>
        all.map((one) => one.getAttribute("data-stop")),
      );
      const reached = new Set<string | null>();
      for (let at = 0; at < wanted.length + 5; at++) {
        await page.keyboard.press("Tab");
        reached.add(
          await page.evaluate(() => document.activeElement?.getAttribute("data-stop") ?? null),
        );
      }
      const missed = wanted.filter((stop) => !reached.has(stop));
      expect(
        await page.$$eval(
          "[data-stop]",
          (all, stops) =>
            all
              .filter((one) => stops.includes(one.getAttribute("data-stop")))
              .map((one) => one.outerHTML.slice(0, 160)),
          missed,
        ),
      ).toEqual([]);
    }));
});

/** Pixels that the page is wider than its window. */
function overflow(page: Page): Promise<number> {
  return page.evaluate(() => {
    const root = document.scrollingElement ?? document.documentElement;
    return root.scrollWidth - root.clientWidth;
  });
}
