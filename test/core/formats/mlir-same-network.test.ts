import { expect, test } from "vitest";
import type { Analysis } from "../../../server/core/analysis.js";
import { realAnalysis } from "../../kit/real-analysis.js";

const targets = [
  "nvidia-rtx-4090/tensorrt/fp16",
  "nvidia-h100-sxm/tensorrt/fp16",
  "amd-epyc-9654/openvino/fp32",
  "amd-epyc-9654/onnxruntime/fp32",
];

function weightBytes({ model }: Analysis): number {
  return model.graph.values.reduce((sum, { weight }) => sum + (weight?.byteLength ?? 0), 0);
}

function secondsOf({ targets: found }: Analysis): readonly number[] {
  return found.map(({ latency }) => latency?.value ?? NaN);
}

function expectSameLatency(ours: Analysis, onnx: Analysis): void {
  for (const [index, seconds] of secondsOf(ours).entries()) {
    const ratio = seconds / (secondsOf(onnx)[index] ?? NaN);
    expect(ratio, targets[index]).toBeGreaterThan(0.97);
    expect(ratio, targets[index]).toBeLessThan(1.03);
  }
}

// Two convolutions of 56 × 56 × 64 × 64 × 9 and a linear layer of 64 × 10; 2 × (64 × 64 × 9 + 64) + 650 weights of four bytes.
test.each(["stablehlo", "generic", "tosa", "torch", "linalg", "onnx"])(
  "a residual block in %s has the MACs, weights and latency that it has in ONNX",
  async (dialect) => {
    const ours = await realAnalysis(`test/fixtures/mlir/residual-block.${dialect}.mlir`, targets);
    const onnx = await realAnalysis("test/fixtures/mlir/residual-block.onnxtxt", targets);
    expect(ours.totals.macs).toBe(231_211_648);
    expect(onnx.totals.macs).toBe(231_211_648);
    // The axes of a reduction are two integers of eight bytes among ONNX's constants.
    const axes = dialect === "onnx" ? 16 : 0;
    // One of linalg's biases is a splat, which is a number in the code.
    const splat = dialect === "linalg" ? 64 * 4 : 0;
    expect(weightBytes(ours)).toBe(298_024 + axes - splat);
    expect(ours.totals.uncostedCount).toBe(0);
    expectSameLatency(ours, onnx);
  },
);

// Per token 4 × 256² + 2 × 256 × 1,024 of linear layers, and 2 × 128 × 256 of attention.
test("an encoder block whose softmax and normalizations are arithmetic costs what it costs in ONNX", async () => {
  const ours = await realAnalysis("test/fixtures/mlir/encoder-block.stablehlo.mlir", targets);
  const onnx = await realAnalysis("test/fixtures/mlir/encoder-block.onnxtxt", targets);
  expect(ours.totals.macs).toBe(128 * (4 * 256 * 256 + 2 * 256 * 1024 + 2 * 128 * 256));
  expect(onnx.totals.macs).toBe(ours.totals.macs);
  expect(ours.totals.parameterCount).toBe(4 * 65_792 + 263_168 + 262_400 + 1_024);
  const kinds = ours.targets[0]?.lowered.kernels.map(({ shape }) => shape.kind) ?? [];
  expect(kinds.filter((kind) => kind === "normalization")).toHaveLength(2);
  expect(kinds.filter((kind) => kind === "attention")).toHaveLength(1);
  expectSameLatency(ours, onnx);
});
