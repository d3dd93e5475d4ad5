import { expect, test } from "vitest";
import { view as figureView } from "../../../server/core/views/graph-figure.js";
import { view, type GraphParams, type GraphView } from "../../../server/core/views/graph.js";
import { fakeAnalysis, fakeTargets } from "../../kit/fake-analysis.js";

const params: GraphParams = {
  target: null,
  measure: "latency",
  isSized: false,
  fold: "auto",
  toggled: [],
  unrolled: [],
  focus: null,
  window: null,
  scale: 1,
  reveal: null,
};

/** Boxes as an indented list: what a page draws, from the outside in. */
function outline({ boxes }: GraphView): string {
  return boxes
    .map(
      (box) =>
        `${"  ".repeat(box.depth)}${box.kind} ${box.label}${box.repeatCount > 1 ? ` ×${box.repeatCount}` : ""}${box.isOpen ? " open" : ""}`,
    )
    .join("\n");
}

test("equal blocks in a row are one box with a count, at every depth", () => {
  const closed = view(fakeAnalysis({ blockCount: 24 }), { ...params, fold: "closed" });
  expect(outline(closed)).toMatchInlineSnapshot(`
    "repeat layer1 … layer3 ×3
    group head
    input input
    output norm"
  `);
  // 24 blocks, each the same time: 1.4 µs.
  const [blocks] = closed.boxes;
  expect(blocks?.nodeCount).toBe(48);
  expect(blocks?.share).toBeGreaterThan(0.9);
  const open = view(fakeAnalysis({ blockCount: 24 }), { ...params, fold: "open" });
  expect(outline(open)).toMatchInlineSnapshot(`
    "repeat layer1 … layer3 ×3 open
      repeat 0 … 7 ×8 open
        node conv
        node relu
    group head open
      node reshape
      node norm
    input input
    output norm"
  `);
});

test("a repeat that is unrolled shows every block", () => {
  const shown = view(fakeAnalysis({ blockCount: 24 }), {
    ...params,
    fold: "closed",
    unrolled: ["/layer1 ×3"],
  });
  expect(outline(shown)).toMatchInlineSnapshot(`
    "group layer1
    group layer2
    group layer3
    group head
    input input
    output norm"
  `);
  expect(shown.boxes[1]?.repeatId).toBe("/layer1 ×3");
});

test("revealing a node opens what hides it and says where it is", () => {
  const analysis = fakeAnalysis({ blockCount: 24 });
  const shown = view(analysis, { ...params, fold: "closed", reveal: 20 });
  expect(shown.revealed).not.toBeNull();
  expect(shown.unrolled).toEqual(["/layer2/0 ×8", "/layer1 ×3"]);
  const again = view(analysis, {
    ...params,
    fold: "closed",
    toggled: shown.toggled,
    unrolled: shown.unrolled,
  });
  expect(again.boxes.some(({ id }) => id === "n20")).toBe(true);
});

test("lines lead from box to box, carry shapes, and enter open scopes at a port", () => {
  const { boxes, edges } = view(fakeAnalysis({ blockCount: 2 }), { ...params, fold: "open" });
  const label = (id: string): string => boxes.find((box) => box.id === id)?.label ?? "border";
  expect(edges.map(({ from, to, shape }) => `${label(from)} > ${label(to)} ${shape}`).sort())
    .toMatchInlineSnapshot(`
    [
      "0 … 1 > border [1,64,56,56]",
      "border > 0 … 1 [1,64,56,56]",
      "border > conv [1,64,56,56]",
      "border > reshape [1,64,56,56]",
      "conv > relu [1,64,56,56]",
      "head > norm ?",
      "input > layer1 [1,64,56,56]",
      "layer1 > head [1,64,56,56]",
      "norm > border ?",
      "relu > border [1,64,56,56]",
      "reshape > norm [1,200704]",
    ]
  `);
});

test("only what a window touches is sent", () => {
  const flat = fakeAnalysis({ blockCount: 2500, isFlat: true });
  const first = view(flat, params);
  expect(first.boxCount).toBe(5004);
  expect(first.boxes.length).toBeLessThan(60);
  expect(first.edges.length).toBeLessThan(80);
  const low = view(flat, { ...params, window: { x: 0, y: 200_000, width: 800, height: 600 } });
  expect(low.boxes.length).toBeGreaterThan(4);
  expect(low.boxes.every(({ y, height }) => 200_000 < y + height && y < 200_600)).toBe(true);
});

test("too many boxes for a window become a heat map that keeps the hottest", () => {
  const flat = fakeAnalysis({ blockCount: 2500, isFlat: true });
  const { width, height } = view(flat, params);
  const whole = view(flat, {
    ...params,
    window: { x: 0, y: 0, width, height },
    scale: 700 / height,
  });
  expect(whole.boxes).toEqual([]);
  expect(whole.edges).toEqual([]);
  const values = (whole.cells?.cells ?? []).filter((_, at) => at % 3 === 2);
  expect(values.length).toBeLessThan(1500);
  expect(Math.max(...values)).toBeCloseTo(whole.largest, 15);
});

test("around a node: what is a few edges away, and nothing else", () => {
  const shown = view(fakeAnalysis(), { ...params, focus: { nodeId: 4, radius: 2 } });
  expect(shown.boxes.map(({ id }) => id)).toEqual(["n2", "n3", "n4", "n5", "n6"]);
});

test("a measure that is not known is not zero", () => {
  const { boxes } = view(fakeAnalysis(), { ...params, fold: "open" });
  const norm = boxes.find(({ label, kind }) => label === "norm" && kind === "node");
  expect(norm).toMatchObject({ value: null, share: null, unknownCount: 1 });
});

test("the critical path follows the dependent nodes that take longest", () => {
  const shown = view(fakeAnalysis({ targets: [fakeTargets[0]!] }), { ...params, fold: "open" });
  expect(shown.boxes.filter(({ isCritical }) => isCritical).length).toBeGreaterThan(1);
  expect((shown.criticalSeconds ?? 0) / shown.total).toBeGreaterThan(0.8);
});

test("in a figure, names are text whatever they hold", () => {
  const hostile = `<script>alert(1)<b>\u202e&"'\u0000`;
  const { svg } = figureView(fakeAnalysis({ nodeName: () => hostile }), {
    ...params,
    fold: "open",
  });
  expect(svg).not.toMatch(/<script|\u202e|\u0000/);
  expect(svg).toContain("&#60;script");
  expect(
    figureView(fakeAnalysis({ nodeName: () => hostile }), { ...params, fold: "open" }).svg,
  ).toBe(svg);
});
