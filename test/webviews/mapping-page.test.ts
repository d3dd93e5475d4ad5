import { expect, test } from "vitest";
import { pricesOf } from "../../server/core/accelerator/rtl-price.js";
import { view as mappingView } from "../../server/core/views/mapping.js";
import { parseSweep } from "../../webviews/src/mapping/state.js";
import { seriousFindings } from "../kit/accessibility.js";
import { usePanel } from "../kit/model-page.js";
import { realAnalysis } from "../kit/real-analysis.js";
import { themes, type ThemeName } from "../kit/themes.js";
import type { FakeHost } from "../kit/fake-host.js";

const onPage = usePanel("mapping");
const model = "test/fixtures/onnx/mlperftiny_ic_resnet8_f32.onnx";
const id = "gemmini-16/mapper/int8";
const prepare = (host: FakeHost): void => {
  const targets = [
    { id: "a/b/c", label: "A", chip: "a", segment: "", method: "roofline", isChosen: true },
    {
      id,
      label: "Gemmini 16×16 · mapped · int8",
      chip: "",
      segment: "",
      method: "roofline",
      isChosen: false,
    },
  ];
  Object.assign(host.methods, { targets: () => targets });
};
const eyeriss = "eyeriss/mapper/int16";
const prepareEyeriss = (host: FakeHost): void => {
  const target = { id: eyeriss, label: "Eyeriss", chip: "", segment: "", method: "roofline" };
  Object.assign(host.methods, { targets: () => [{ ...target, isChosen: true }] });
};
const swept = { state: { version: 1, state: { sweep: "rows=8,16 columns=8,16" } } };

test("layers stand longest first with what limits them; a layer tells its tiles and is selected elsewhere", async () =>
  onPage(
    await realAnalysis(model, [id]),
    async (page, host) => {
      const rows = page.locator(".mapping-layers tbody tr");
      await expect.poll(() => rows.count()).toBeGreaterThan(8);
      expect(host.suppositions.at(-1)).toEqual({ targets: [id] });
      expect(await page.innerText(".frame-facts")).toContain("mm²");
      await rows.first().click();
      expect(await page.innerText(".plot-words")).toContain("tiles of");
      await expect.poll(() => host.calls.map(({ method }) => method)).toContain("select");
      expect(await page.isHidden(".plot-main")).toBe(true);
    },
    { prepare },
  ));

test("a sweep draws time against area", async () =>
  onPage(
    await realAnalysis(model, [id]),
    async (page, host) => {
      await page.fill(".mapping-field input", "rows=8,16 columns=8,16");
      await page.click(".frame-button:has-text('Run')");
      await page.waitForSelector(".plot-main:not([hidden])");
      await page.focus("[role=application]");
      await page.keyboard.press("ArrowRight");
      await expect.poll(() => page.innerText(".plot-words")).toContain("Area, mm²");
      const asked = host.calls.filter(({ method }) => method === "view mapping").at(-1)?.params;
      expect(asked).toMatchObject({
        sweep: [{ key: "rows", values: ["8", "16"] }, { key: "columns" }],
      });
    },
    { prepare },
  ));

test("layers that run tile by tile stand in groups, once that is asked for", async () =>
  onPage(
    await realAnalysis(model, [eyeriss]),
    async (page) => {
      expect(await page.locator(".mapping-stacks").count()).toBe(0);
      await page.click(".frame-button:has-text('Tile by tile')");
      await page.waitForSelector(".mapping-stacks tbody tr");
      expect(await page.innerText(".mapping-stacks thead")).toContain("made again");
      const layers = page.locator(".mapping-layers table:not(.mapping-stacks)");
      expect(await layers.locator("thead").innerText()).toContain("group");
      expect(await layers.locator("tbody tr").first().innerText()).toMatch(/Conv\s+1\s/);
    },
    { prepare: prepareEyeriss },
  ));

test("layers are dealt out to several engines once that is asked for, and only where there are several", async () => {
  const on = "marsellus/mapper/int8";
  const target = { id: on, label: "Marsellus", chip: "", segment: "", method: "roofline" };
  await onPage(
    await realAnalysis(model, [on]),
    async (page) => {
      await page.click(".frame-button:has-text('Across engines')");
      const cell = page.locator(".mapping-layers tbody td", { hasText: "array + rbe" });
      await expect.poll(() => cell.count()).toBeGreaterThan(2);
      await cell.first().click();
      const first = page.locator(".mapping-reasons li").first();
      expect(await first.innerText()).toMatch(
        /^Dealt out along its \d+ .*: \d+ on array, \d+ on rbe/,
      );
    },
    {
      prepare: (host) =>
        Object.assign(host.methods, { targets: () => [{ ...target, isChosen: true }] }),
    },
  );
  await onPage(
    await realAnalysis(model, [eyeriss]),
    async (page) => {
      await page.waitForSelector(".mapping-layers tbody tr");
      expect(await page.locator(".frame-button:has-text('Across engines')").isVisible()).toBe(
        false,
      );
    },
    { prepare: prepareEyeriss },
  );
});

test("names of parameters may hold spaces", () => {
  const names = ["rows", "columns", "global buffer", "buffer"];
  expect(parseSweep("rows=8, 16 global buffer=64 KiB,1 MiB  columns=", names)).toEqual([
    { key: "rows", values: ["8", "16"] },
    { key: "global buffer", values: ["64 KiB", "1 MiB"] },
  ]);
  expect(parseSweep("nothing", names)).toEqual([]);
});

test.each(Object.keys(themes) as ThemeName[])(
  "axe-core finds nothing serious in %s",
  async (theme) =>
    onPage(
      await realAnalysis(model, [id]),
      async (page) => {
        await page.waitForSelector(".plot-main:not([hidden])");
        expect(await seriousFindings(page)).toEqual([]);
      },
      { theme, prepare, ...swept },
    ),
);

test("an array that has RTL is priced on the chosen part: gain and price of each size", async () => {
  const analysis = await realAnalysis(model, [id]);
  const params = { target: id, sweep: [{ key: "rows", values: ["16", "32"] }] };
  const view = mappingView(analysis, params);
  if (view === null) throw new Error("no view");
  const rtl = {
    rtl: { file: "systolic.sv", top: "systolic", parameters: { rows: "ROWS" } },
    extents: { rows: 16, columns: 16, lanes: 1 },
  };
  const corners = { capacity: {}, family: "asic", part: null, tool: "Yosys" };
  const prices = pricesOf(
    rtl,
    { ...corners, corners: [{ gate: 2000 }, { gate: 4000 }] },
    view.sweep,
  );
  await onPage(
    analysis,
    async (page, host) => {
      const isPareto = (): boolean => host.calls.at(-1)?.method === "view pareto";
      host.answer = () =>
        isPareto()
          ? { kind: "failed", message: "" }
          : { kind: "view", version: 1, view: { ...view, rtl, prices } };
      await page.fill(".mapping-field input", "rows=16,32");
      await page.click(".frame-button:has-text('Run')");
      await page.locator("label", { hasText: "Its RTL" }).locator("select").selectOption("asic");
      await page.waitForSelector(".mapping-prices tbody tr");
      // Rows that are drawn anew while they are read have no layout, and their cells no space between them.
      const rowAt = async (at: number): Promise<string | undefined> => {
        const rows = await page.locator(".mapping-prices tbody tr").allInnerTexts();
        return rows[at]?.replaceAll(/\s/g, " ");
      };
      await expect.poll(() => rowAt(0)).toMatch(/^◆ 32 .*J 32 k 1\.\d+ × 2 ×$/);
      await expect.poll(() => rowAt(1)).toMatch(/^◆ 16 .*J 16 k 1 × 1 ×$/);
      expect(await page.innerText(".frame-head")).not.toContain("Synthesising");
      const asked = host.calls.filter(({ method }) => method === "view mapping").at(-1)?.params;
      expect(asked).toMatchObject({ part: "asic" });
    },
    { prepare },
  );
});
