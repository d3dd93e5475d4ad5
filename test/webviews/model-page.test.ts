import { describe, expect, test } from "vitest";
import type { Page } from "playwright-core";
import { seriousFindings } from "../kit/accessibility.js";
import { fakeAnalysis } from "../kit/fake-analysis.js";
import { useModelPage } from "../kit/model-page.js";

const onPage = useModelPage();

/** Names in the table from top to bottom, as far as they are on screen. */
async function names(page: Page, count: number): Promise<readonly string[]> {
  return page.$$eval(
    ".grid-body .grid-row",
    (rows, wanted) =>
      rows
        .sort(
          (a, b) =>
            Number(a.getAttribute("aria-rowindex")) - Number(b.getAttribute("aria-rowindex")),
        )
        .slice(0, wanted)
        .map((row) => row.querySelector(".layer-name")?.textContent ?? "…"),
    count,
  );
}

/** Lines that the elements stand in. */
async function rowCount(page: Page, selector: string): Promise<number> {
  return page.$$eval(selector, (all) => {
    const middles = all
      .map((element) => element.getBoundingClientRect())
      .filter(({ height }) => height > 0)
      .map(({ top, height }) => Math.round((top + height / 2) / 12));
    return new Set(middles).size;
  });
}

const damaged = fakeAnalysis({
  isEmpty: true,
  problems: [{ code: "RP1002", severity: "error", message: "The file ends early." }],
});

const longNamed = fakeAnalysis({
  nodeName: (name) =>
    `TFLITE2ONNX_FAF_model/activation/Relu;model/batch_normalization/FusedBatchNormV3;model${name}2d/Conv2D1`,
});

describe("the head", () => {
  test("it names the model and puts targets side by side, with intervals in sight", () =>
    onPage(fakeAnalysis(), async (page) => {
      expect(await page.textContent("h1")).toBe("resnet-tiny");
      expect(await page.textContent(".facts")).toBe(
        "model.onnxONNXpytorch 2.9.0opset 21my.domain 111 nodesbatch 1",
      );
      const rows = await page.$$eval(".targets-table tbody tr", (all) =>
        all.map((row) => [...row.children].map((cell) => (cell as HTMLElement).innerText.trim())),
      );
      expect(rows.map((row) => row.slice(0, 2).join(" | ").replace(/\s+/g, " "))).toEqual([
        "RTX 4090 · TensorRT · fp16 | 16 µs 15–18 µs calibrated",
        "Jetson Orin NX 16GB · TensorRT · int8 | 110 µs ~ 56–220 µs roofline",
        "STM32H747 · X-CUBE-AI · int8 | 5.6 s ~ 3.3–9.5 s roofline",
      ]);
      expect(rows.map((row) => row.slice(5).join(" | "))).toEqual([
        "fits | 1 (9.1 %) | none",
        "fits | 1 (9.1 %) | none",
        "fits | 1 (9.1 %) | none",
      ]);
    }));

  test("choosing a target changes the layer table and is remembered", () =>
    onPage(fakeAnalysis(), async (page, host, opened) => {
      await page.click("text=STM32H747 · X-CUBE-AI · int8 >> nth=0");
      await page.waitForSelector(".time-value:has-text('480 ms')");
      expect(await page.locator(".bindings vscode-textfield").count()).toBe(1);
      expect(await opened.state()).toMatchObject({
        version: 1,
        state: { target: "stm32h747i-disco/x-cube-ai/int8" },
      });
      expect(host.calls.at(-1)?.method).toBe("view layers");
    }));

  test("symbolic dimensions have fields that bind them; what is no extent is refused", () =>
    onPage(fakeAnalysis({ isSymbolic: true }), async (page, host) => {
      const field = page.locator(
        "vscode-textfield[label='seq'], .bindings label:has-text('seq') vscode-textfield",
      );
      await field.locator("input").fill("-3");
      await field.locator("input").press("Enter");
      await field.locator("input").fill("128");
      await field.locator("input").press("Enter");
      await page.keyboard.press("Tab");
      await expect
        .poll(() => host.calls.filter(({ method }) => method === "bind").at(-1)?.params)
        .toEqual({ batch: null, devices: null, dims: { seq: 128 } });
      expect(host.calls.filter(({ method }) => method === "bind")).toHaveLength(1);
    }));

  test("problems are counted, and listed with links that select their node", () =>
    onPage(fakeAnalysis(), async (page) => {
      expect(await page.innerText(".problems-toggle")).toBe("1 warning\n1 note");
      await page.click(".problems-toggle");
      await page.click(".problems-list .link");
      await page.waitForSelector(".details-title:has-text('/head/norm')");
      // Below the header and the four kernels: what is not costed may yet cost something.
      expect(await page.getAttribute(".grid-row.is-selected", "aria-rowindex")).toBe("6");
    }));

  test("errors are listed without being asked for, until the user closes the list", () =>
    onPage(damaged, async (page, _host, opened) => {
      await page.waitForSelector(".problems-list .problem:has-text('ends early')");
      await page.click(".problems-toggle");
      await page.waitForSelector(".problems-list", { state: "hidden" });
      expect(await opened.state()).toMatchObject({ state: { areProblemsOpen: false } });
    }));

  test("of a file that could not be read nothing is known, and nothing is said to be zero", () =>
    onPage(damaged, async (page) => {
      expect(
        await page.$$eval(".tile-value", (all) => all.map((tile) => tile.textContent)),
      ).toEqual(["?", "?", "?", "?"]);
      const cells = await page.$$eval(".targets-table tbody tr td", (all) =>
        all.map((cell) => (cell as HTMLElement).innerText.trim()).filter((text) => text !== ""),
      );
      expect(new Set(cells.slice(0, cells.length / 3))).toEqual(
        new Set(["?", "? of 24 GiB", "unknown", "none"]),
      );
      expect(await page.innerText(".cover")).toContain("no node could be read");
    }));
});

describe("the layer table", () => {
  test("the heaviest layers come first, what is folded last", () =>
    onPage(fakeAnalysis(), async (page) => {
      await page.waitForSelector(".column-seconds[aria-sort=descending]");
      expect(await names(page, 11)).toEqual([
        "/layer2/conv",
        "/layer1/conv",
        "/layer3/conv",
        "/layer0/conv",
        "/head/norm",
        "/layer0/relu",
        "/layer1/relu",
        "/layer2/relu",
        "/layer3/relu",
        "/head/reshape",
        "Shape #8",
      ]);
    }));

  test("of 50,000 rows only those on screen are in the document, wherever it is scrolled", () =>
    onPage(fakeAnalysis({ blockCount: 25_000 }), async (page, host) => {
      await page.getByRole("button", { name: "Alike" }).click();
      await page.waitForFunction(
        () => document.querySelector(".grid")?.getAttribute("aria-rowcount") !== "34",
      );
      expect(await page.getAttribute(".grid", "aria-rowcount")).toBe("50004");
      expect(await page.locator(".grid-body .grid-row").count()).toBeLessThan(60);
      await page.evaluate(() => (document.querySelector(".grid")!.scrollTop = 600_000));
      await page.waitForFunction(
        () => document.querySelectorAll(".grid-body .grid-row:not(.is-loading)").length > 10,
      );
      expect(await page.locator(".grid-body .grid-row").count()).toBeLessThan(60);
      // The first rows and the ones arrived at: what was scrolled past was never asked for.
      expect(host.calls.filter(({ method }) => method === "view layers").length).toBeLessThan(8);
    }));

  test("a header sorts: largest first, smallest first, order of execution", () =>
    onPage(fakeAnalysis(), async (page) => {
      const header = page.locator("[role=columnheader].column-share");
      await header.locator("button").click();
      await page.waitForSelector(".column-share[aria-sort=descending]");
      expect(await names(page, 3)).toEqual(["/layer2/conv", "/layer1/conv", "/layer3/conv"]);
      await header.locator("button").click();
      await page.waitForSelector(".column-share[aria-sort=ascending]");
      expect(await names(page, 2)).toEqual(["/layer0/conv", "/layer3/conv"]);
      await header.locator("button").click();
      await page.waitForSelector(".column-share[aria-sort=none]");
      expect(await names(page, 2)).toEqual(["/layer0/conv", "/layer0/relu"]);
    }));

  test("typing in it finds; no match says so and offers the way back", () =>
    onPage(fakeAnalysis(), async (page) => {
      await page.focus(".grid");
      await page.keyboard.type("op:relu");
      await page.waitForSelector(".matches:has-text('4 of 11')");
      expect(await names(page, 9)).toEqual([
        "/layer0/relu",
        "/layer1/relu",
        "/layer2/relu",
        "/layer3/relu",
      ]);
      await page.keyboard.type("x");
      await page.waitForSelector("text=No layer matches");
      await page.click("text=Clear the filter");
      await page.waitForSelector(".grid-row:has-text('/layer0/conv')");
    }));

  test("the keyboard selects, extends and copies rows as a table", () =>
    onPage(fakeAnalysis(), async (page, host) => {
      await page.focus(".grid");
      await page.keyboard.press("ArrowDown");
      await page.keyboard.press("Shift+ArrowDown");
      expect(await page.locator(".grid-row[aria-selected=true]").count()).toBe(2);
      expect(await page.getAttribute(".grid", "aria-activedescendant")).toBe("row-1");
      await page.keyboard.press("Control+c");
      await expect.poll(() => host.calls.at(-1)?.method).toBe("copy");
      const { text } = host.calls.at(-1)?.params as { readonly text: string };
      expect(text.split("\n").map((line) => line.split("\t").slice(0, 4).join(" "))).toEqual([
        "# layer scope operator",
        "4 /layer2/conv ResNet/layer1/2 Conv",
        "2 /layer1/conv ResNet/layer1/1 Conv",
        "",
      ]);
      await page.keyboard.press("End");
      expect(await page.getAttribute(".grid", "aria-activedescendant")).toBe("row-10");
    }));
});

describe("the details", () => {
  test("Enter opens them, their links lead on, Escape leads back", () =>
    onPage(fakeAnalysis(), async (page) => {
      await page.focus(".grid");
      await page.keyboard.press("ArrowDown");
      await page.keyboard.press("Enter");
      await page.waitForSelector(".details-title:has-text('/layer2/conv')");
      expect(await page.innerText(".reasons")).toContain("Relu is fused");
      await page.click(".tensor-ends .link:has-text('/layer2/relu')");
      await page.waitForSelector(".details-title:has-text('/layer2/relu')");
      expect(await page.innerText(".derivation .notice")).toContain("/layer2/conv");
      await page.locator(".details .icon-button").first().focus();
      await page.keyboard.press("Escape");
      expect(await page.evaluate(() => document.activeElement?.getAttribute("role"))).toBe("grid");
    }));

  test("the page comes back as it was left", () =>
    onPage(
      fakeAnalysis(),
      async (page) => {
        await page.waitForSelector(".details-title:has-text('/layer2/conv')");
        await page.waitForSelector(".column-seconds[aria-sort=ascending]");
        expect(await names(page, 4)).toEqual([
          "/layer0/conv",
          "/layer3/conv",
          "/layer1/conv",
          "/layer2/conv",
        ]);
      },
      {
        state: {
          version: 1,
          state: { filter: "op:conv", nodeId: 4, descending: false, paneBeside: "wide" },
        },
      },
    ));

  test("state of another version is dropped", () =>
    onPage(
      fakeAnalysis(),
      async (page) => expect(await names(page, 2)).toEqual(["/layer2/conv", "/layer1/conv"]),
      { state: { version: 0, state: { filter: "op:gemm" } } },
    ));
});

describe("states", () => {
  test("a model that cannot be read says why, and tries again when asked", () =>
    onPage(
      fakeAnalysis(),
      async (page, host) => {
        expect(await page.innerText(".cover")).toContain(
          "model.onnx ends in the middle of a node.",
        );
        host.answer = undefined;
        await page.click("text=Try again");
        await page.waitForSelector(".grid-row:has-text('/layer0/conv')");
      },
      {
        prepare: (host) => {
          host.answer = () => ({
            kind: "failed",
            message: "`model.onnx` ends in the middle of a node.",
          });
        },
      },
    ));

  test("a stopped analysis offers to go on", () =>
    onPage(
      fakeAnalysis(),
      async (page, host) => {
        expect(await page.innerText(".cover")).toContain("The analysis was stopped");
        host.answer = undefined;
        await page.click("button:has-text('Analyse')");
        await page.waitForSelector(".grid-row:has-text('/layer0/conv')");
      },
      { prepare: (host) => (host.answer = () => ({ kind: "cancelled" })) },
    ));

  test("what is out of date is marked until the new numbers are in; a failure keeps it and says so", () =>
    onPage(fakeAnalysis(), async (page, host, { remote }) => {
      let release: (value: unknown) => void = () => undefined;
      host.answer = () => new Promise((resolve) => (release = resolve));
      await remote.call("changed", null);
      await page.waitForSelector(".page.is-stale .status:has-text('updating…')");
      host.answer = () => ({ kind: "failed", message: "The file is gone." });
      release(host.answer());
      await remote.call("changed", null);
      await page.waitForSelector(".failure:has-text('The file is gone.')");
      expect(await names(page, 1)).toEqual(["/layer2/conv"]);
      host.answer = undefined;
      await remote.call("changed", null);
      await page.waitForSelector(".page:not(.is-stale) .failure[hidden]", { state: "attached" });
    }));

  test("no target and no nodes are said in words", () =>
    onPage(fakeAnalysis({ targets: [] }), async (page, host) => {
      expect(await page.innerText(".targets")).toContain("No times, because no target is chosen.");
      await page.click(".targets .link");
      await expect.poll(() => host.calls.at(-1)?.method).toBe("pickTargets");
    }));

  test("the host reveals a node, through a filter that hides it", () =>
    onPage(
      fakeAnalysis(),
      async (page, _host, { remote }) => {
        await remote.call("reveal", { nodeId: 3 });
        await page.waitForSelector(".grid-row.is-selected:has-text('/layer1/relu')");
        await page.waitForSelector(".details-title:has-text('/layer1/relu')");
      },
      { state: { version: 1, state: { filter: "op:conv" } } },
    ));
});

describe("looks", () => {
  for (const theme of ["dark", "light", "high-contrast"] as const)
    test(`axe-core finds nothing serious in ${theme}, with details and memory open`, () =>
      onPage(
        fakeAnalysis({ blockCount: 40, isSymbolic: true }),
        async (page, _host, { remote }) => {
          await page.waitForSelector(".memory-plot");
          await remote.call("reveal", { nodeId: 3 });
          await page.waitForSelector(".details-title:has-text('/layer1/relu')");
          expect(await seriousFindings(page)).toEqual([]);
        },
        { theme, state: { version: 1, state: { isMemoryOpen: true } } },
      ));

  for (const [theme, width] of [
    ["dark", 1280],
    ["light", 860],
    ["light", 700],
    ["high-contrast", 640],
  ] as const)
    test(`nothing is clipped in ${theme} at ${width} pixels`, () =>
      onPage(
        fakeAnalysis({ blockCount: 40, isSymbolic: true }),
        async (page) => {
          await page.waitForSelector(".memory-plot");
          const overflowing = await page.evaluate(() =>
            [
              document.documentElement,
              ...document.querySelectorAll(
                ".toolbar, .targets, .memory, .memory-alive, .tiles, .head, .details-content",
              ),
            ]
              .filter((element) => element.scrollWidth > element.clientWidth + 1)
              .map((element) => element.className || element.tagName),
          );
          expect(overflowing).toEqual([]);
          expect(await page.locator(".memory-plot").count()).toBe(1);
          if (860 <= width) expect(await rowCount(page, ".toolbar > *")).toBe(1);
        },
        { theme, width, state: { version: 1, state: { nodeId: 4, isMemoryOpen: true } } },
      ));

  test("names longer than any column keep their last part in sight", () =>
    onPage(
      longNamed,
      async (page) => {
        const ends = await page.$$eval(".grid-row:not(.grid-header) .layer-name", (all) =>
          all.slice(0, 4).map((name) => {
            const box = name.getBoundingClientRect();
            const text = document.createRange();
            text.selectNodeContents(name);
            return Math.abs(text.getBoundingClientRect().right - box.right) < 2;
          }),
        );
        expect(ends).toEqual([true, true, true, true]);
        expect(await page.innerText(".details-title")).toMatch(/…/);
        expect(await page.innerText(".details-title")).toMatch(/Conv2D1$/);
      },
      { width: 900, state: { version: 1, state: { nodeId: 4 } } },
    ));
});
