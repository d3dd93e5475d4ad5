import { expect, test } from "vitest";
import { readSavedPlan } from "../../../server/core/quant/plan/saved-plan.js";
import { comparePlans } from "../../../server/core/views/compare/compare-plans.js";
import type { ModelChoices } from "../../../server/core/quant/plan/choices.js";
import { fakeAnalysis } from "../../kit/fake-analysis.js";
import { realCatalogue } from "../../kit/real-analysis.js";

const own = { kind: "own", joules: undefined } as const;
const analysis = fakeAnalysis({ blockCount: 3 });
const names = analysis.model.graph.nodes.map(({ name }) => name);

/** Nodes 0, 2 and 4, each in 30 µs by itself and 10 µs as int8. */
const choices: ModelChoices = {
  target: (await realCatalogue()).find("nvidia-rtx-4090/tensorrt/fp16")!,
  layers: [0, 2, 4].map((nodeId) => ({
    nodeId,
    choices: [
      { ...own, schemeId: "", seconds: 30e-6, low: 20e-6, high: 40e-6, bytes: 100, risk: 0 },
      { ...own, schemeId: "int8", seconds: 10e-6, low: 9e-6, high: 11e-6, bytes: 25, risk: 1e-4 },
    ],
  })),
  restSeconds: 5e-6,
  restJoules: 0,
  restBytes: 7,
  executability: new Map(),
};

function check(left: Readonly<Record<number, string>>, right: Readonly<Record<number, string>>) {
  const side = (formats: Readonly<Record<number, string>>) => ({
    label: "plan",
    formats: new Map(
      Object.entries(formats).map(([nodeId, format]) => [names[Number(nodeId)] ?? "", format]),
    ),
  });
  const { totals, rows, counts } = comparePlans(analysis, choices, side(left), side(right), 10);
  return {
    totals: Object.fromEntries(
      totals.map(({ id, left: a, right: b }) => [
        id,
        [a, b].map((quantity) => Number(quantity?.value.toPrecision(6))),
      ]),
    ),
    formats: rows.map(({ left: a, right: b }) => `${a?.shape} → ${b?.shape}`),
    changed: counts.changed,
  };
}

test("totals are the layers' in each plan and the rest of the model; what moved most comes first", () => {
  expect(check({}, { 2: "int8", 4: "int8" })).toEqual({
    totals: { latency: [95e-6, 55e-6], size: [307, 157], risk: [0, 2e-4] },
    formats: ["fp16 → int8", "fp16 → int8", "fp16 → fp16"],
    changed: 2,
  });
});

test("a format that the target does not take is said, and counted in the target's own precision", () => {
  const { totals, formats } = check({ 0: "int4" }, { 0: "int8" });
  expect(totals["latency"]).toEqual([95e-6, 75e-6]);
  expect(formats[0]).toBe("fp16, not int4 → int8");
});

test("plans are read as both forms of `ridgepoint quantize` write them; all else says why not", () => {
  const layers = [
    { name: "a", format: "int8" },
    { name: "b", format: null },
    { format: "int4" },
    7,
  ];
  const read = (value: unknown) => readSavedPlan(JSON.stringify(value), "plan.json");
  const formats = new Map([
    ["a", "int8"],
    ["b", ""],
  ]);
  expect(read({ ridgepointPlan: 1, target: "a/b/c", layers })).toEqual({
    target: "a/b/c",
    formats,
  });
  expect(read({ plan: { layers } })).toEqual({ target: "", formats });
  expect(read({ plan: null })).toMatch(/is no plan/);
  expect(readSavedPlan("{", "plan.json")).toMatch(/`plan.json` cannot be read/);
});
