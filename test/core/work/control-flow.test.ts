import { expect, test } from "vitest";
import type { Bindings } from "../../../server/core/analysis.js";
import { parseBoundInput } from "../../../server/core/formats/bound-input.js";
import { typeText } from "../../../server/core/graph/value-type.js";
import { view as summary } from "../../../server/core/views/summary.js";
import { analyzeText } from "../../kit/analysis-text.js";

/** MACs of the model, then what is told of it. */
function check(graph: string, given: Partial<Bindings>): string {
  const { totals, problems } = analyzeText(graph, [], given);
  return [totals.macs ?? "?", ...problems.map(({ code, message }) => `${code} ${message}`)].join(
    "\n",
  );
}

const dims = (entries: Record<string, number>): Partial<Bindings> => ({
  dims: new Map(Object.entries(entries)),
});

/** 64 MACs a trip, or 32 on the other branch. */
const branchWithLoop = `g (float[4,4] x, int64 steps, bool[1] wanted) => (float[4,4] y) <float[4,2] narrow = ?, float[2,4] wide = ?> {
  y = If (wanted) <
    then_branch = t () => (float[4,4] a) {
      go = Constant <value = bool {1}> ()
      a = Loop (steps, go, x) <
        body = b (int64 i, bool cin, float[4,4] s) => (bool cout, float[4,4] next) {
          cout = Identity (cin)
          next = MatMul (s, s)
        }
      >
    },
    else_branch = e () => (float[4,4] d) {
      h = MatMul (x, narrow)
      d = MatMul (h, wide)
    }
  >
}`;

test("a loop with an unknown trip count says which input to give", () => {
  expect(check(branchWithLoop, {})).toBe(
    "?\nRP1202 1 of 1 nodes (100 %) have no cost and are left out of the sums: `If`. " +
      "How often a loop in it repeats depends on the data; give --dim steps=N, or set it in the panel.",
  );
});

test("an undecided branch is costed as the costlier one, and that is said", () => {
  expect(check(branchWithLoop, dims({ steps: 10 }))).toBe(
    "640\nRP2210 If (node 0) depends on data and is costed as its costlier branch; give --dim wanted=N, or set it in the panel.",
  );
});

test("a scalar input decides what runs", () => {
  expect(check(branchWithLoop, dims({ steps: 10, wanted: 0 }))).toBe("64");
  expect(check(branchWithLoop, dims({ steps: 3, wanted: 1 }))).toBe("192");
  expect(check(branchWithLoop, dims({ wanted: 0 }))).toBe("64");
});

test("the panel offers the inputs that decide, with what they hold", () => {
  const { symbols } = summary(analyzeText(branchWithLoop, [], dims({ steps: 3 })), {});
  expect(symbols).toEqual([
    { name: "steps", bound: 3, isBatch: false },
    { name: "wanted", bound: null, isBatch: false },
  ]);
});

test("a trip count that means forever bounds nothing", () => {
  const graph = `g (float[4,4] x) => (float[4,4] y) <int64 forever = {9223372036854775807}> {
    go = Constant <value = bool {1}> ()
    y = Loop (forever, go, x) <
      body = b (int64 i, bool cin, float[4,4] s) => (bool cout, float[4,4] next) {
        next = MatMul (s, s)
        sum = ReduceSum <keepdims = 0> (next)
        one = Constant <value = float {1.0}> ()
        cout = Less (sum, one)
      }
    >
  }`;
  expect(check(graph, {})).toBe(
    "?\nRP1202 1 of 2 nodes (50 %) have no cost and are left out of the sums: `Loop`. How often it repeats depends on the data.",
  );
});

test("sizes that depend on data are costed at their most, and shown as they are known", () => {
  // At most 40 of 40 scores are kept: 40 rows of 4, 4 × 8 MACs each.
  const graph = `g (float[40] scores, float[40,4] boxes) => (float[?,8] y) <float[4,8] w = ?, int64[1] last = {0}> {
    [find] at = NonZero (scores)
    rows = Squeeze (at, last)
    kept = Gather (boxes, rows)
    y = MatMul (kept, w)
  }`;
  expect(check(graph, {})).toBe(
    "1280\nRP2212 3 nodes work on as many elements as the data says, NonZero `find` first; " +
      "sizes are taken at the most that they can be, so times and memory are upper ends.",
  );
  const { inferred, memoryPlan } = analyzeText(graph);
  expect(inferred.graph.outputs.map((id) => typeText(inferred.types[id]))).toEqual([
    "float32[?1,8]",
  ]);
  // boxes, the kept ones, and the product.
  expect(memoryPlan?.lowerBound).toBe(40 * 4 * (4 + 8));
});

test("a model in which no size depends on data is not told of any", () => {
  expect(
    check("g (float[2,3] x) => (float[2,4] y) <float[3,4] w = ?> { y = MatMul (x, w) }", {}),
  ).toBe("24");
});

test("what an input holds decides shapes, and stays an input", () => {
  const graph = `g (float[6,4] x, int64[k] shape) => (float[?,?] y) <float[8,5] w = ?> {
    r = Reshape (x, shape)
    y = MatMul (r, w)
  }`;
  const given = { contents: new Map([["shape", [3, 8]]]) };
  expect(check(graph, given)).toBe("120");
  expect(analyzeText(graph, [], given).totals.parameterCount).toBe(40);
});

test("contents that do not fit are told", () => {
  const given = {
    contents: new Map([
      ["steps", [1, 2]],
      ["nothing", [1]],
    ]),
  };
  expect(check(branchWithLoop, given)).toContain(
    "RP1104 The model has no input `nothing`; its inputs are `x`, `steps`, `wanted`.\n" +
      "RP1104 Input `steps` cannot hold the 2 numbers given for it; its type and shape allow others only.",
  );
});

test.each([
  ["float32[1,3]", { type: "float32[1,3]" }],
  ["int64[2]={3,-8}", { type: "int64[2]", contents: [3, -8] }],
  ["{true}", { contents: [1] }],
  ["={7}", { contents: [7] }],
  ["bool[]={false}", { type: "bool[]", contents: [0] }],
  ["{}", { contents: [] }],
  ["", undefined],
  ["{1,}", undefined],
  ["{1e999}", undefined],
  ["words[3]={1}", undefined],
  ["float32[1]{2}}", undefined],
])("`%s` as an input", (text, wanted) => {
  const found = parseBoundInput(text);
  expect(found && { ...found, ...(found.type && { type: typeText(found.type) }) }).toEqual(wanted);
});
