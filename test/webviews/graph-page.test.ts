import { expect, test } from "vitest";
import type { Page } from "playwright-core";
import { seriousFindings } from "../kit/accessibility.js";
import { fakeAnalysis } from "../kit/fake-analysis.js";
import type { FakeHost } from "../kit/fake-host.js";
import { usePanel } from "../kit/model-page.js";
import { themes, type ThemeName } from "../kit/themes.js";

const onPage = usePanel("graph");
const words = (page: Page): Promise<string> => page.innerText(".graph-words");
const lastGraphCall = (host: FakeHost): Record<string, unknown> =>
  host.calls.filter(({ method }) => method === "view graph").at(-1)?.params as Record<
    string,
    unknown
  >;

test("the keyboard alone walks along edges, opens scopes and goes to the source", () =>
  onPage(fakeAnalysis({ blockCount: 24 }), async (page, host, opened) => {
    await page.selectOption(".frame-field:has-text('Scopes') select", "closed");
    await page.focus(".graph-main .canvas");
    await page.keyboard.press("ArrowDown");
    expect(await words(page)).toBe("input · input · → [1,64,56,56]");
    await page.keyboard.press("ArrowDown");
    expect(await words(page)).toMatch(/^layer1 … layer3 · 3 equal blocks of 16 nodes · Latency/);
    await page.keyboard.press("Enter");
    await page.waitForSelector(".graph-buttons :text('Fold')");
    await expect.poll(async () => JSON.stringify(await opened.state())).toContain("/layer1 ×3");
    await page.keyboard.press("Escape");
    await page.keyboard.press("/");
    await page.keyboard.type("op:Conv");
    await page.waitForSelector(".graph-found li >> nth=20");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await expect.poll(() => words(page)).toMatch(/^conv · Conv · → \[1,64,56,56\]/);
    await page.keyboard.press("Enter");
    await expect
      .poll(() => host.calls.at(-1))
      .toEqual({
        method: "openAsText",
        params: { nodeName: null, nodeId: 2 },
      });
  }));

test("a selected node is told to the host; a node from elsewhere is revealed and selected", () =>
  onPage(fakeAnalysis({ blockCount: 24 }), async (page, host, { remote }) => {
    await remote.call("reveal", { nodeId: 20 });
    await expect.poll(() => words(page)).toMatch(/^conv · Conv/);
    expect(host.calls.at(-1)).toEqual({ method: "select", params: { nodeId: 20 } });
    expect(lastGraphCall(host)["reveal"]).toBe(20);
  }));

test("mouse: a click selects, the wheel pans and asks only when it leaves what is there", () =>
  onPage(fakeAnalysis({ blockCount: 2500, isFlat: true }), async (page, host) => {
    const asked = (): number => host.calls.filter(({ method }) => method === "view graph").length;
    await page.waitForTimeout(300);
    const before = asked();
    const canvas = page.locator("[role=application]");
    const box = (await canvas.boundingBox())!;
    await page.mouse.move(box.x + box.width / 2, box.y + 200);
    await page.mouse.wheel(0, 40);
    await page.waitForTimeout(200);
    expect(asked()).toBe(before);
    for (let at = 0; at < 10; at++) await page.mouse.wheel(0, 400);
    await expect.poll(asked).toBeGreaterThan(before);
    // What the page was sent is what is on screen, with a margin.
    const window = lastGraphCall(host)["window"] as { readonly height: number };
    expect(window.height).toBeLessThan(5000);
    await page.mouse.click(box.x + box.width / 2, box.y + 200);
    await page.keyboard.press("Control+f");
    expect(await page.evaluate(() => document.activeElement?.getAttribute("role"))).toBe(
      "combobox",
    );
  }));

test("the drawing is there as a table too, and the figure is saved", () =>
  onPage(fakeAnalysis(), async (page, host) => {
    await page.click(".frame-button:has-text('Table')");
    const rows = await page.$$eval(".graph-table tbody tr", (all) =>
      all.map((row) => [...row.children].map((cell) => cell.textContent).join(" | ")),
    );
    expect(rows.filter((row) => row.startsWith("conv"))).toEqual([
      "conv | Conv | [1,64,56,56] | 1.4 µs | 8.7 % | relu",
    ]);
    await page.click(".frame-button:has-text('SVG')");
    await page.waitForFunction(() => true);
    await expect.poll(() => host.calls.at(-1)?.method).toBe("save");
    expect(host.calls.at(-1)?.params).toMatchObject({ name: "graph.svg" });
    await page.click(".frame-button:has-text('PNG')");
    await expect
      .poll(() => host.calls.at(-1)?.params)
      .toMatchObject({ name: "graph.png", isBase64: true });
  }));

test("names are text, whatever they hold", () =>
  onPage(
    fakeAnalysis({
      nodeName: (name) => `<img src=x onerror=alert(1)>\u202e${name}\u0007🧨${"x".repeat(10_000)}`,
    }),
    async (page) => {
      await page.click(".frame-button:has-text('Table')");
      await page.waitForSelector(".graph-table tbody tr");
      expect(await page.locator("img").count()).toBe(0);
      const text = await page.innerText(".graph-table");
      expect(text).toContain("�");
      expect(text).not.toMatch(/\u202e|\u0007/);
    },
  ));

test("what cannot be shown says why", async () => {
  await onPage(fakeAnalysis({ isEmpty: true }), async (page) => {
    await page.waitForSelector("text=Nothing to show, because the graph has no nodes.");
  });
  await onPage(
    fakeAnalysis(),
    async (page, host) => {
      await page.waitForSelector("[role=alert]:has-text('The file ends early.')");
      host.answer = undefined;
      await page.click("text=Try again");
      await page.waitForSelector(".frame:not(.is-empty) .graph-legend-ends:has-text('µs')");
    },
    {
      prepare: (host) => {
        host.answer = () => ({ kind: "failed", message: "The file ends early." });
      },
    },
  );
});

test.each(Object.keys(themes) as ThemeName[])("axe-core finds nothing serious in %s", (theme) =>
  onPage(
    fakeAnalysis({ blockCount: 24 }),
    async (page) => {
      await page.click(".frame-button:has-text('Table')");
      await page.fill(".graph-search input", "conv");
      await page.waitForSelector(".graph-found li");
      expect(await seriousFindings(page)).toEqual([]);
    },
    { theme },
  ),
);
