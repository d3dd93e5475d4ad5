import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import {
  constantProducts,
  signedDigits,
} from "../../../server/core/hls/hls4ml/constant-products.js";
import { hls4mlCosts } from "../../../server/core/hls/hls4ml/costs.js";
import { layerCost } from "../../../server/core/hls/hls4ml/layer-cost.js";
import { networkOf } from "../../../server/core/hls/hls4ml/network.js";
import { parseHls4mlWords, wordsOfConfig } from "../../../server/core/hls/hls4ml/words.js";
import type { ReportLayer } from "../../../server/core/views/report-document.js";

const costs = hls4mlCosts(JSON.parse(readFileSync("server/data/hls4ml/dense-conv.json", "utf8")));

const dense = (inputs: number, outputs: number, text: string): string => {
  const words = parseHls4mlWords(text);
  if (typeof words === "string") throw new Error(words);
  if (costs === undefined) throw new Error("no costs");
  const { dsp, interval, latency } = layerCost(
    { kind: "dense", name: "fc", inputs, outputs },
    words.common,
    words,
    costs,
  );
  return `${latency} cycles, II=${interval}, ${dsp} DSP`;
};

test("16-bit products take a DSP each, over the reuse factor", () => {
  expect(dense(16, 64, "reuse=1,zeros=0")).toContain("1024 DSP");
  expect(dense(16, 64, "reuse=4,strategy=resource,zeros=0")).toContain("II=4, 256 DSP");
});

test("products in LUTs take no DSP", () => {
  expect(dense(16, 64, "reuse=1,multipliers=lut")).toContain(", 0 DSP");
});

test("the words of hls4ml's own configuration are understood, layer by layer", () => {
  const config = {
    ClockPeriod: 5,
    IOType: "io_stream",
    HLSConfig: {
      Model: { Precision: "ap_fixed<16,6>", ReuseFactor: 2, Strategy: "Latency" },
      LayerName: { fc1: { ReuseFactor: 8, Precision: { weight: "ap_fixed<8,2>" } } },
    },
  };
  const words = parseHls4mlWords(wordsOfConfig(config));
  expect(words).toMatchObject({ common: { reuse: 2, weightBits: 16 }, clockNs: 5, io: "stream" });
  expect(typeof words === "string" ? words : words.layers.get("fc1")).toEqual({
    reuse: 8,
    weightBits: 8,
    weightFraction: 6,
  });
});

test("wrong words are told, with what there is", () => {
  expect(parseHls4mlWords("reuse=0")).toBe("reuse: a whole number of at least 1, not `0`.");
  expect(parseHls4mlWords("speed=9")).toContain("`speed` is not known");
});

test("layers of any framework become dense, convolution, activation and softmax", () => {
  const layer = (op: string, input: number[], output: number[], parameterCount = 0): ReportLayer =>
    ({
      id: "0",
      name: op,
      op,
      inputs: [{ name: "", type: "float32", shape: input }],
      outputs: [{ name: "", type: "float32", shape: output }],
      parameterCount,
    }) as unknown as ReportLayer;
  const { layers, skipped } = networkOf([
    layer("Conv", [1, 3, 16, 16], [1, 8, 16, 16], 8 * 3 * 25 + 8),
    layer("Relu", [1, 8, 16, 16], [1, 8, 16, 16]),
    layer("Flatten", [1, 8, 16, 16], [1, 2048]),
    layer("linear", [1, 2048], [1, 10], 20490),
    layer("softmax", [1, 10], [1, 10]),
    layer("LSTM", [1, 4, 10], [1, 4, 10]),
  ]);
  expect(layers.map((one) => JSON.stringify({ ...one, name: undefined }))).toEqual([
    '{"kind":"conv","inputs":75,"outputs":8,"weights":600,"pixels":400}',
    '{"kind":"relu","elements":2048,"channels":8}',
    '{"kind":"dense","inputs":2048,"outputs":10}',
    '{"kind":"softmax","classes":10}',
  ]);
  expect(skipped).toEqual(["LSTM"]);
});

test("weights whose values are known: zeros, shifts and sums of two take no DSP, alike ones share", () => {
  // Eighths: 0, 1, 2, 3, 11, 22, −11, 13, of which 11 (three times, an input's outputs share it) and 13 are hard.
  const values = new Float32Array([0, 1, 2, 3, 11, 22, -11, 13].map((one) => one / 8));
  const weights = { inputs: 1, outputs: 8, values };
  expect(constantProducts(weights, 8, 3)).toEqual({ nonZero: 7, notShifts: 5, hard: 2 });
  expect(constantProducts({ ...weights, inputs: 8, outputs: 1 }, 8, 3).hard).toBe(4);
  const words = parseHls4mlWords("weights=ap_fixed<8,5>,input=ap_fixed<8,2>");
  if (typeof words === "string" || costs === undefined) throw new Error("no words");
  const layer = { kind: "dense", name: "fc", inputs: 1, outputs: 8, weights } as const;
  expect(layerCost(layer, words.common, words, costs).dsp).toBe(2);
});

test("what is finer than the type is cut off towards minus infinity", () => {
  const values = new Float32Array([0.01, -0.01, 0.51]);
  expect(constantProducts({ inputs: 3, outputs: 1, values }, 4, 1)).toEqual({
    nonZero: 2,
    notShifts: 0,
    hard: 0,
  });
});

test("the shortest sums of powers of two", () => {
  expect([0, 1, 2, 3, 7, 11, 13, 45, 85, 127].map(signedDigits)).toEqual([
    0, 1, 1, 2, 2, 3, 3, 4, 4, 2,
  ]);
});
