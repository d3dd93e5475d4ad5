// @vitest-environment happy-dom
import { describe, expect, test } from "vitest";
import { view as detailsView } from "../../server/core/views/details.js";
import { view as layersView } from "../../server/core/views/layers.js";
import { view as summaryView } from "../../server/core/views/summary.js";
import { createDetailsPane } from "../../webviews/src/model/details-pane.js";
import { layerColumns } from "../../webviews/src/model/columns.js";
import { createTargetsTable } from "../../webviews/src/model/targets-table.js";
import { fakeAnalysis, fakeTargets } from "../kit/fake-analysis.js";

/** Visible words of an element, one line for each of its blocks. */
function words(element: Element): string {
  return (element.textContent ?? "").replace(/\s+/g, " ").trim();
}

describe("the details pane", () => {
  function check(nodeId: number): { readonly pane: HTMLElement; readonly opened: number[] } {
    const opened: number[] = [];
    const nothing = (): void => undefined;
    const pane = createDetailsPane({
      openNode: (id) => opened.push(id),
      openAsText: nothing,
      close: nothing,
      leave: nothing,
    });
    pane.show(detailsView(fakeAnalysis(), { nodeId })!, fakeTargets[0]!.id);
    return { pane: pane.element, opened };
  }

  test("every target's time stands with its interval and method", () => {
    const rows = [...check(0).pane.querySelectorAll(".cost-table tbody tr")].map(words);
    expect(rows).toMatchInlineSnapshot(`
      [
        "RTX 4090 · TensorRT · fp16calibrated1.4 µs1.3–1.6 µs8.7 %compute",
        "Jetson Orin NX 16GB · TensorRT · int8roofline9.6 µs ~4.8–19 µs8.7 %compute",
        "STM32H747 · X-CUBE-AI · int8roofline480 ms ~290–820 ms8.7 %compute",
      ]
    `);
  });

  test("a link opens the node it names", () => {
    const { pane, opened } = check(2);
    for (const link of pane.querySelectorAll<HTMLElement>(".tensor-ends .link")) link.click();
    expect(opened).toEqual([1, 3]);
  });

  test("an unknown says why, to eyes and to screen readers", () => {
    const unknown = check(10).pane.querySelector(".cost-table .unknown");
    expect(unknown?.getAttribute("aria-label")).toBe(
      "unknown: There is no rule for `my.domain:MagicNorm`.",
    );
  });
});

describe("the layer table's cells", () => {
  const columns = layerColumns({ maxSeconds: () => 1e-5, hasTarget: () => true });
  const { rows } = layersView(fakeAnalysis(), {
    sortBy: "index",
    descending: false,
    filter: "",
    start: 0,
    end: 20,
    target: fakeTargets[1]!.id,
    locate: null,
  });
  function check(nodeId: number): readonly string[] {
    return columns.map((column) => {
      const cell = document.createElement("div");
      column.draw(cell, rows[nodeId]!);
      return words(cell);
    });
  }

  test.each([
    [
      0,
      "0 | /layer0/conv+1ResNet/layer1/0 | Conv | [1,64,56,56] | 36.9 k | 116 MMAC | 9.6 µs ~4.8–19 µs | 8.7 % | compute | 820 KiB | gpu",
    ],
    [
      1,
      "1 | ↳/layer0/reluResNet/layer1/0 | Relu | [1,64,56,56] | 0 | 0 MAC | in /layer0/conv |  |  |  | gpu",
    ],
    [8, "8 | Shape #8ResNet/head | Shape | [2] | 0 | 0 MAC | folded |  |  |  | "],
    [10, "10 | /head/normResNet/head | MagicNorm | ? | 0 | ? | ? |  |  | ? | "],
  ])("row %i", (nodeId, expected) => expect(check(nodeId).join(" | ")).toBe(expected));

  test("a name that is a path shows its scope once, before its own part", () => {
    const cell = document.createElement("div");
    const row = { ...rows[0]!, name: "/layer1/0/conv/Conv", scope: "layer1/0/conv", fusedCount: 0 };
    columns.find((column) => column.id === "name")!.draw(cell, row);
    expect(
      [...cell.children].map((part) => `${part.className.split(" ").at(-1)}: ${words(part)}`),
    ).toEqual(["layer-path: /layer1/0/conv/", "layer-name: Conv"]);
  });
});

test("a model that does not fit says by how much, in words and not by colour alone", () => {
  const [first] = fakeTargets;
  const table = createTargetsTable({ choose: () => undefined, pick: () => undefined });
  const analysis = fakeAnalysis({ targets: [{ ...first!, capacityBytes: 65_536 }] });
  table.show(summaryView(analysis, {}), null);
  // 4 × 36,864 bytes of weights and 802,816 of activations, less 65,536.
  expect(words(table.element.querySelector(".targets-table tbody .targets-fits")!)).toBe(
    "864 KiB over",
  );
});
