import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { constantProducts } from "../../../server/core/hls/hls4ml/constant-products.js";
import { hls4mlCosts } from "../../../server/core/hls/hls4ml/costs.js";
import {
  costLayers,
  networkLatency,
  sum,
} from "../../../server/core/hls/hls4ml/estimate-network.js";
import { layerCost } from "../../../server/core/hls/hls4ml/layer-cost.js";
import { type Hls4mlLayer, networkOf } from "../../../server/core/hls/hls4ml/network.js";
import { parseHls4mlWords, wordsOfConfig } from "../../../server/core/hls/hls4ml/words.js";
import { signedDigits } from "../../../server/core/hls/signed-digits.js";
import type { ReportLayer } from "../../../server/core/views/report-document.js";

const shipped = hls4mlCosts(JSON.parse(readFileSync("server/data/hls4ml/dense-conv.json", "utf8")));
if (shipped === undefined) throw new Error("no costs");
const costs = shipped;

const dense = (inputs: number, outputs: number, text: string): string => {
  const words = parseHls4mlWords(text);
  if (typeof words === "string") throw new Error(words);
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
    '{"kind":"conv","inputs":75,"outputs":8,"weights":600,"inputChannels":3,"groups":1,"side":5,"inputWidth":16,"pixels":400,"outputPixels":256}',
    '{"kind":"relu","elements":2048,"channels":8,"isLeaky":false}',
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
  if (typeof words === "string") throw new Error("no words");
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

/** `model8` of Keb-L/hls4ml-data: three convolutions with leaky activations and a dense layer. */
function model8(text: string): { readonly [name: string]: number } {
  const conv = (
    name: string,
    from: number,
    to: number,
    window: number,
    side: number,
  ): Hls4mlLayer => ({
    kind: "conv",
    name,
    inputs: window ** 2 * from,
    outputs: to,
    weights: window ** 2 * from * to,
    inputChannels: from,
    pixels: (side + window - 1) ** 2,
    outputPixels: side ** 2,
  });
  const leaky = (channels: number, side: number): Hls4mlLayer => ({
    kind: "relu",
    name: `leaky${side}`,
    elements: channels * side ** 2,
    channels,
    isLeaky: true,
  });
  const layers: readonly Hls4mlLayer[] = [
    conv("c1", 3, 8, 5, 16),
    leaky(8, 16),
    { kind: "pool", name: "p1", channels: 8, pixels: 64 },
    conv("c2", 8, 16, 3, 8),
    leaky(16, 8),
    conv("c3", 16, 16, 3, 8),
    leaky(16, 8),
    { kind: "pool", name: "p2", channels: 16, pixels: 16 },
    { kind: "dense", name: "fc", inputs: 256, outputs: 8 },
    { kind: "softmax", name: "softmax", classes: 8 },
  ];
  const words = parseHls4mlWords(text);
  if (typeof words === "string") throw new Error(words);
  const costed = costLayers({ layers, skipped: [] }, words, costs);
  const { interval, dsp, bram18, bramAfter } = sum(costed.map(({ cost }) => cost));
  return { cycles: networkLatency(costed, words, costs), interval, dsp, bram18, bramAfter };
}

test("a stream as reported before and after synthesis: its queues, windows and shared weights in block RAM", () => {
  // Reports: 1,713 cycles, interval 1,204, 522 DSPs, 121 blocks of 18 kbit, 24.5 of 36 kbit after synthesis.
  expect(model8("io=stream")).toEqual({
    cycles: 1771,
    interval: 1204,
    dsp: 511,
    bram18: 121,
    bramAfter: 24.5,
  });
  // 193 and 60.5.
  expect(model8("io=stream,conv=encoded")).toMatchObject({ bram18: 193, bramAfter: 60.5 });
});

test("a target of cycles becomes each layer's nearest possible reuse factor", () => {
  // Reports: 15,630 cycles, interval 14,801, 90 DSPs, 146 blocks of 18 kbit, 31.5 of 36 kbit.
  expect(model8("io=stream,strategy=resource,cycles=10000")).toEqual({
    cycles: 15762,
    interval: 14801,
    dsp: 91,
    bram18: 146,
    bramAfter: 31.5,
  });
});

test("multipliers are limited as hls4ml limits them, zeros taken off", () => {
  // ARRYTHMIA's two layers with 924 and 36 zeros at reuse 100: 13 and 2 DSPs reported.
  const narrow = "reuse=100,weights=ap_fixed<8,2>,input=ap_fixed<8,2>";
  expect(dense(274, 8, `${narrow},zeros=${924 / 2192}`)).toContain(" 13 DSP");
  expect(dense(8, 16, `${narrow},zeros=${36 / 128}`)).toContain(" 2 DSP");
});

test("powers of two take no multiplier; a normalization is counted where it is no part of the layer before it", () => {
  expect(dense(16, 64, "constants=powers-of-two")).toContain(", 0 DSP");
  const layer = (op: string, from: string, to: string, parameterCount = 0): ReportLayer =>
    ({
      id: to,
      name: to,
      op,
      inputs: [from, "skip"].map((name) => ({ name, type: "float32", shape: [1, 8, 16, 16] })),
      outputs: [{ name: to, type: "float32", shape: [1, 8, 16, 16] }],
      parameterCount,
    }) as unknown as ReportLayer;
  const layers = [
    layer("Conv", "x", "c", 8 * 8 * 9),
    layer("BatchNormalization", "c", "n1"),
    layer("Add", "n1", "a"),
    layer("BatchNormalization", "a", "n2"),
  ];
  const namesOf = (found: readonly Hls4mlLayer[]): readonly string[] =>
    found.map(({ kind, name }) => `${kind} ${name}`);
  expect(namesOf(networkOf(layers).layers)).toEqual(["conv c", "add a", "norm n2"]);
  expect(namesOf(networkOf(layers, undefined, (name) => name === "n1").layers)).toContain(
    "norm n1",
  );
  const words = parseHls4mlWords("io=stream,n2.constants=powers-of-two");
  if (typeof words === "string") throw new Error(words);
  const dsps = costLayers(networkOf(layers), words, costs);
  expect(dsps.map(({ cost }) => cost.dsp)).toEqual([44, 0, 0]);
});

test("the shortest sums of powers of two", () => {
  expect([0, 1, 2, 3, 7, 11, 13, 45, 85, 127].map(signedDigits)).toEqual([
    0, 1, 1, 2, 2, 3, 3, 4, 4, 2,
  ]);
});

test("bits of a QONNX model's quantizers count where no word says others", () => {
  const layer: Hls4mlLayer = {
    kind: "dense",
    name: "fc",
    inputs: 16,
    outputs: 64,
    bits: { weights: 3, inputs: 2 },
  };
  const bitsOf = (text: string): readonly number[] => {
    const words = parseHls4mlWords(text);
    if (typeof words === "string") throw new Error(words);
    const [costed] = costLayers({ layers: [layer], skipped: [] }, words, costs);
    return [costed?.words.weightBits ?? 0, costed?.words.inputBits ?? 0];
  };
  expect(bitsOf("reuse=1")).toEqual([3, 2]);
  expect(bitsOf("weights=ap_fixed<8,2>")).toEqual([8, 2]);
  expect(bitsOf("fc.weights=ap_fixed<6,1>")).toEqual([6, 2]);
});
