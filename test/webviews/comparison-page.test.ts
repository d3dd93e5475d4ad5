import { expect, test } from "vitest";
import { compareAnalyses } from "../../server/core/views/compare/compare-analyses.js";
import { seriousFindings } from "../kit/accessibility.js";
import { fakeAnalysis } from "../kit/fake-analysis.js";
import type { FakeHost } from "../kit/fake-host.js";
import { usePanel } from "../kit/model-page.js";
import { themes, type ThemeName } from "../kit/themes.js";

const onPage = usePanel("comparison");
const isFine = (host: FakeHost): void => {
  Object.assign(host.methods, {
    targets: () =>
      host.analysis.targets.map(({ target }) => ({
        id: target.id,
        label: target.label,
        isChosen: true,
      })),
    compare: (params: { readonly leftTarget: string; readonly rightTarget: string }) => {
      host.calls.push({ method: "compare", params });
      const view = compareAnalyses(fakeAnalysis({ blockCount: 4 }), host.analysis, {
        ...params,
        limit: 400,
      });
      return { kind: "view", view };
    },
  });
};

test("it opens beside the last commit, and follows what is chosen", () =>
  onPage(
    fakeAnalysis({ blockCount: 6 }),
    async (page, host) => {
      await page.waitForSelector(".comparison tbody tr:has-text('/layer5/conv')");
      expect(host.calls.at(-1)?.params).toMatchObject({
        before: { kind: "revision", revision: "HEAD" },
      });
      await page.selectOption(".frame-field:has-text('Compare with') select", "target");
      await expect
        .poll(() => host.calls.at(-1)?.params)
        .toMatchObject({ before: { kind: "itself" } });
      await page.click(".comparison tbody .link >> nth=0");
      await expect.poll(() => host.calls.at(-1)?.method).toBe("openPanel");
    },
    { prepare: isFine },
  ));

test("two plans are added one after the other, and stand side by side", () =>
  onPage(
    fakeAnalysis({ blockCount: 4 }),
    async (page, host) => {
      await page.waitForSelector(".comparison tbody tr");
      await page.selectOption(".frame-field:has-text('Compare with') select", "plans");
      const asked = (): unknown =>
        host.calls.filter(({ method }) => method === "compare").at(-1)?.params;
      await expect
        .poll(asked)
        .toMatchObject({ before: { kind: "plans", left: { name: "plan1.json" }, right: null } });
      await page.click(".frame-button:has-text('Add a plan')");
      await expect.poll(asked).toMatchObject({ before: { right: { name: "plan2.json" } } });
      expect(
        await page.$eval(
          ".frame-field:has-text('Compare with') select",
          (select) => (select as HTMLSelectElement).selectedOptions[0]?.textContent,
        ),
      ).toBe("plan1.json and plan2.json");
    },
    {
      prepare: (host) => {
        isFine(host);
        let count = 0;
        Object.assign(host.methods, {
          readText: () => ({ name: `plan${++count}.json`, text: "{}" }),
        });
      },
    },
  ));

test("a file without a last commit says so and offers another model", () =>
  onPage(
    fakeAnalysis(),
    async (page) => {
      await page.waitForSelector("text=has no version at HEAD");
      await page.waitForSelector("button:has-text('Compare with another model')");
    },
    {
      prepare: (host) => {
        isFine(host);
        Object.assign(host.methods, {
          compare: () => ({ kind: "failed", message: "`a.onnx` has no version at `HEAD`." }),
        });
      },
    },
  ));

test.each(Object.keys(themes) as ThemeName[])("axe-core finds nothing serious in %s", (theme) =>
  onPage(
    fakeAnalysis({ blockCount: 6 }),
    async (page) => {
      await page.waitForSelector(".comparison tbody tr");
      expect(await seriousFindings(page)).toEqual([]);
    },
    { theme, prepare: isFine },
  ),
);
