import { expect, test } from "vitest";
import { streamingCosts as costs } from "../../../server/core/hls/finn/costs.js";
import { foldFor } from "../../../server/core/hls/finn/fold.js";
import { energyOf, pipelineOf } from "../../../server/core/hls/finn/pipeline.js";
import { type MatrixUnit, unitsOf, withDepth } from "../../../server/core/hls/finn/units.js";
import { parseFinnWords, wordsOfFolding } from "../../../server/core/hls/finn/words.js";
import type { Hls4mlLayer, Hls4mlNetwork } from "../../../server/core/hls/hls4ml/network.js";

const wordsFrom = (text: string) => {
  const words = parseFinnWords(text);
  if (typeof words === "string") throw new Error(words);
  return words;
};
const dense = (inputs: number, outputs: number): Hls4mlLayer => ({
  kind: "dense",
  name: `fc${inputs}to${outputs}`,
  inputs,
  outputs,
});
const mlp = (...widths: readonly number[]): Hls4mlNetwork => ({
  layers: widths.slice(1).map((width, index) => dense(widths[index] ?? 1, width)),
  skipped: [],
});
const conv = (channels: number, outputs: number, from: number, to: number): Hls4mlLayer => ({
  kind: "conv",
  name: `conv${channels}to${outputs}at${from}`,
  inputs: 9 * channels,
  outputs,
  weights: 9 * channels * outputs,
  inputChannels: channels,
  side: 3,
  inputWidth: from,
  pixels: from ** 2,
  outputPixels: to ** 2,
});
const pool = (channels: number, side: number): Hls4mlLayer => ({
  kind: "pool",
  name: `pool${side}`,
  channels,
  pixels: side ** 2,
});

/** BNN-PYNQ's two networks (Xilinx/BNN-PYNQ, bnn/src/network/<name>/hw/config.h). */
const lfc = mlp(832, 1024, 1024, 1024, 64);
const cnv: Hls4mlNetwork = {
  layers: [
    conv(3, 64, 32, 30),
    conv(64, 64, 30, 28),
    pool(64, 14),
    conv(64, 128, 14, 12),
    conv(128, 128, 12, 10),
    pool(128, 5),
    conv(128, 256, 5, 3),
    conv(256, 256, 3, 1),
    dense(256, 512),
    dense(512, 512),
    dense(512, 64),
  ],
  skipped: [],
};
const lfcFolding = "32/64 64/32 32/64 16/8";
const cnvLarge = "16/3 32/32 16/32 16/32 4/32 1/32 1/4 1/8 4/1";
const cnvSmall = "8/3 16/16 8/16 8/16 4/8 1/8 1/2 2/2 4/1";

function folded(
  network: Hls4mlNetwork,
  folding: string,
  [weights, activations]: readonly number[],
  input: number,
) {
  const words = folding
    .split(" ")
    .map((one, index) => `${index}.pe=${one.split("/")[0]},${index}.simd=${one.split("/")[1]}`);
  const text = `memory=embedded,input=${input},${words.join(",")}`;
  return pipelineOf(network, { weights, activations }, wordsFrom(text), costs);
}

test.each([
  // LUTs of Vivado's reports (README.md beside the configurations), shell included.
  ["lfcW1A1", lfcFolding, [1, 1], 28_360],
  ["lfcW1A2", lfcFolding, [1, 2], 48_981],
  ["cnvW1A1", cnvLarge, [1, 1], 26_072],
  ["cnvW1A2", cnvLarge, [1, 2], 40_321],
] as const)("LUTs of %s within 15 %% of the report", (name, folding, bits, reported) => {
  const isDense = name.startsWith("lfc");
  const { lut } = folded(isDense ? lfc : cnv, folding, bits, isDense ? 1 : 8);
  expect(Math.abs(lut / reported - 1)).toBeLessThan(0.15);
});

test("a full part puts weights into LUTs, which the sum does not: cnvW2A2 is reported 37,302 with all block RAM taken", () => {
  const { lut, bram18 } = folded(cnv, cnvSmall, [2, 2], 8);
  expect(lut / 37_302).toBeGreaterThan(0.7);
  expect(lut / 37_302).toBeLessThan(1);
  expect(bram18).toBeGreaterThan(200);
});

test("block RAM of embedded weights is counted by element: 208 of 18 kbit in lfcW1A1's report", () => {
  expect(folded(lfc, lfcFolding, [1, 1], 1).bram18).toBe(208);
});

test("rates and latencies of FINN (FPGA 2017) at 200 MHz: SFC 12.36 M a second in 0.31 µs, CNV 21,906 in 283 µs", () => {
  const sfc = pipelineOf(
    mlp(784, 256, 256, 256, 10),
    { weights: 1, activations: 1 },
    wordsFrom("fps=12.36e6,clock=5,input=1"),
    costs,
  );
  expect(2e8 / sfc.interval).toBeGreaterThan(12.36e6);
  expect(sfc.latency * 5e-9 * 1e6).toBeCloseTo(0.31, 1);
  const deep = pipelineOf(
    cnv,
    { weights: 1, activations: 1 },
    wordsFrom("fps=21906,clock=5"),
    costs,
  );
  expect(2e8 / deep.interval).toBeGreaterThan(21_906);
  expect(deep.latency * 5e-9 * 1e6).toBeGreaterThan(100);
  expect(deep.latency * 5e-9 * 1e6).toBeLessThan(283);
});

test("the least folding that keeps up divides rows and columns", () => {
  const units = unitsOf(mlp(600, 64, 64, 64, 1), { weights: 2, activations: 2 }, wordsFrom(""));
  // finn-examples' cybersecurity network: 200,000 a second at 100 MHz.
  for (const unit of foldFor(units, 500) as readonly MatrixUnit[]) {
    expect([unit.rows % unit.pe, unit.window % unit.simd]).toEqual([0, 0]);
    expect((unit.rows / unit.pe) * (unit.window / unit.simd)).toBeLessThanOrEqual(500);
  }
});

test("a call of the intrusion detector on its board: 0.11 ms and 0.23 mJ are nearly all board and software", () => {
  // Stated for a 2-bit MLP on XCZU7EV from the message's reception; 2.09 W is what those authors give for the board.
  const words = wordsFrom("fps=200000,board=2.09W,host=100us");
  const network = mlp(80, 64, 64, 64, 2);
  const pipeline = pipelineOf(network, { weights: 2, activations: 2 }, words, costs);
  const { high, call } = energyOf(pipeline, words, costs);
  expect(high).toBeLessThan(0.05 * 0.23e-3);
  expect(call?.seconds).toBeCloseTo(0.11e-3, 5);
  expect(call?.low).toBeGreaterThan(0.2e-3);
  expect(call?.high).toBeLessThan(0.26e-3);
});

test("more bits and more layers cost more; hidden layers are left out or repeated", () => {
  const words = wordsFrom("fps=100000");
  const lutOf = (depth: number, weights: number): number => {
    const network = withDepth(mlp(80, 64, 32, 2), depth);
    if (network === undefined) throw new Error("no network");
    return pipelineOf(network, { weights, activations: 2 }, words, costs).lut;
  };
  expect(lutOf(3, 4)).toBeGreaterThan(lutOf(3, 1));
  expect(lutOf(5, 2)).toBeGreaterThan(lutOf(3, 2));
  expect(lutOf(2, 2)).toBeLessThan(lutOf(3, 2));
  expect(withDepth(cnv, 3)).toBeUndefined();
});

test("FINN's own folding file as words, and wrong words", () => {
  const file = {
    Defaults: {},
    MVAU_hls_0: { PE: 16, SIMD: 49, ram_style: "block", resType: "lut" },
    VVAU_rtl_0: { PE: 8, SIMD: 9 },
    LabelSelect_hls_0: { PE: 1 },
  };
  const text = wordsOfFolding(file);
  expect(text).toBe("mvau0.pe=16,mvau0.simd=49,mvau0.memory=block,vvau0.pe=8,vvau0.simd=9");
  expect(wordsFrom(text).folding.get("mvau0")).toEqual({ pe: 16, simd: 49, memory: "block" });
  expect(parseFinnWords("weights=0")).toContain("1 to 16 bits");
  expect(parseFinnWords("fps=-1")).toContain("inferences a second");
  expect(parseFinnWords("speed=9")).toContain("`speed` is not known");
  expect(parseFinnWords("fc.reuse=2")).toContain("there are pe, simd and memory");
  expect(parseFinnWords("input=8|4")).toContain("1 to 32 bits, not `8|4`");
  expect(parseFinnWords("fc.pe=2|4")).toContain("not `2|4`");
});

test("a folding that is told stays beside a rate", () => {
  const [first, second] = foldFor(
    unitsOf(mlp(64, 64, 64), { weights: 2, activations: 2 }, wordsFrom("0.pe=2,0.simd=8")),
    64,
  ) as readonly MatrixUnit[];
  expect([first?.pe, first?.simd]).toEqual([2, 8]);
  expect(second).toMatchObject({ isFolded: false });
  expect((second?.pe ?? 0) * (second?.simd ?? 0)).toBe(64);
});
