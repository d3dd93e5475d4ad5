import { expect, test } from "vitest";
import type { QuantizationFacts } from "../../../server/core/quant/facts.js";
import { unsettled } from "../../../server/core/quant/format-answer.js";
import type { Choice } from "../../../server/core/quant/plan/choices.js";
import type { RuntimeSupport } from "../../../server/core/quant/plan/support.js";
import { quantizationProblems } from "../../../server/core/quant/problems.js";
import { layerWeights } from "../../../server/core/quant/weights.js";
import { modelOfText } from "../../kit/analysis-text.js";
import { scheme } from "./format-kit.js";

const dpu: RuntimeSupport = {
  id: "dpu",
  runtimes: [],
  computes: [],
  stores: [],
  groupSizes: [],
  isIntegerOnly: true,
  integerOperators: [],
  proposes: [],
  proposesForLarge: [],
  accumulatorBits: 32,
  activations: "static",
  source: "",
};

const schemes = ["int8", "int8@tensor", "int4", "int4-g128"].map((id) => scheme(id));
const db = [40, 38, 15, 22];

/** Layers of a text with invented numbers: float takes 10 µs and 4 bytes an element, integers 4 µs and their bits. */
function factsOf(text: string, support: Partial<RuntimeSupport> = {}, ids = schemes) {
  const { graph } = modelOfText(text);
  const weights = layerWeights(graph);
  const layers = weights.map(({ nodeId, name, shape }) => ({
    nodeId,
    weightNames: [name],
    elementCount: shape.rows * shape.columns,
    excludedCount: 0,
    outlierRowCount: 0,
    rowCount: shape.rows,
    low: -1,
    high: 1,
    schemes: ids.map((one, index) => ({
      sqnrDb: db[index],
      meanSquareError: 0,
      cosine: 1,
      largestError: 0,
      clippedShare: 0,
      bytes: (shape.rows * shape.columns * one.bits) / 8,
      sensitivity: 1e-4,
      activationSensitivity: 0,
    })),
  }));
  const choice = (schemeId: string, seconds: number, bytes: number): Choice => ({
    ...{ schemeId, seconds, bytes, kind: schemeId === "" ? "own" : "computed" },
    ...{ low: seconds, high: seconds, joules: undefined, risk: 0 },
  });
  const facts: QuantizationFacts = {
    result: { schemes: ids, layers, sensitivitySource: "" },
    support: { ...dpu, ...support },
    choices: {
      target: { runtime: { name: "DPU" }, precision: { name: "fp32" } } as never,
      layers: layers.map(({ nodeId, elementCount }) => ({
        nodeId,
        choices: [
          choice("", 10e-6, 4 * elementCount),
          ...ids.map(({ id, bits }) => choice(id, 4e-6, (bits * elementCount) / 8)),
        ],
      })),
      ...{ restSeconds: 0, restJoules: 0, restBytes: 0, executability: new Map() },
    },
  };
  return { graph, facts };
}

const block = `block (float[8,64] x) => (float[8,64] z)
  <float[64,64] u = ?, float[64,64] v = ?>
{
  a = MatMul (x, u)
  b = Relu (a)
  c = Softmax (b)
  y = MatMul (c, v)
  z = Relu (y)
}`;

test("a float island is answered by keeping the layers on its shores in floating point, with the price", () => {
  const { graph, facts } = factsOf(block);
  const island = quantizationProblems(graph, facts).find(({ code }) => code === "RP2304");
  expect(island?.nodeId).toBe(2);
  expect(island?.answer).toEqual({
    nodeIds: [0, 3],
    before: "int8",
    format: "",
    change: "+12 µs, +24 KiB",
  });
});

test("an operator that the runtime has in integers is no island", () => {
  const { graph, facts } = factsOf(block, { integerOperators: ["Softmax"] });
  const codes = quantizationProblems(graph, facts).map(({ code }) => code);
  expect(codes).not.toContain("RP2304");
});

const deep = `deep (float[1,2048] x) => (float[1,4] z) <float[2048,4] w = ?> { z = MatMul (x, w) }`;

test("sums that overflow are answered by the format of least error whose sums fit", () => {
  // 2048 · 127 · 255 is above 2^25, 2048 · 7 · 255 and a group's 128 · 7 · 255 below it.
  const { graph, facts } = factsOf(deep, { accumulatorBits: 26 });
  const overflow = quantizationProblems(graph, facts).find(({ code }) => code === "RP2305");
  expect(overflow?.answer).toMatchObject({ format: "int4-g128", change: "−18 dB, −3.9 KiB" });
  const narrow = factsOf(deep, { accumulatorBits: 18 }, schemes.slice(0, 2));
  const last = quantizationProblems(narrow.graph, narrow.facts).find(
    ({ code }) => code === "RP2305",
  );
  expect(last?.answer).toMatchObject({ format: "", change: "+6 µs, +24 KiB" });
});

test("a scale that is too coarse is answered with the decibels of the finer one", () => {
  const { graph, facts } = factsOf(block);
  const coarse = quantizationProblems(graph, facts).find(({ code }) => code === "RP2302");
  expect(coarse?.answer).toMatchObject({ before: "int4", format: "int4-g128" });
  expect(coarse?.answer?.change).toMatch(/^\+7 dB/);
});

test("a problem is settled where all its layers have another format, and not where they have its own", () => {
  const { graph, facts } = factsOf(block);
  const islands = quantizationProblems(graph, facts).filter(({ code }) => code === "RP2304");
  const left = (pins: readonly (readonly [number, string])[]): number =>
    unsettled(islands, new Map(pins)).length;
  expect(left([])).toBe(1);
  expect(left([[0, ""]])).toBe(1);
  expect(left([[0, ""], [3, "int8"]])).toBe(1); // prettier-ignore
  expect(left([[0, ""], [3, "int4"]])).toBe(0); // prettier-ignore
});
