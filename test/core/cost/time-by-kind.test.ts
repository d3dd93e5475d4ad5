import { describe, expect, test } from "vitest";
import { timeByKind } from "../../../server/core/cost/time-by-kind.js";
import { achievedText } from "../../../server/core/views/achieved.js";
import { onTarget, roundTarget } from "../../kit/analysis-text.js";
import { realAnalysis } from "../../kit/real-analysis.js";

const block = `g (float[1,64,56,56] x) => (float[1,128,56,56] y) <float[64,1,3,3] d = ?, float[64,64,1,1] p = ?> {
  a = Conv <pads = [1,1,1,1], group = 64> (x, d)
  b = Conv (a, p)
  y = Concat <axis = 1> (x, b)
}`;

describe("time by kind of work", () => {
  test("kinds add up to the kernels, and bytes and operations stand beside", () => {
    const { lowered, kernelCosts } = onTarget(block, roundTarget());
    const kinds = timeByKind(lowered.kernels, kernelCosts);
    const map = 64 * 56 * 56;
    expect(Object.fromEntries(kinds.map(({ kind, macs, bytes }) => [kind, [macs, bytes]]))).toEqual(
      {
        "depthwise convolution": [9 * map, 4 * (2 * map + 9 * 64)],
        convolution: [64 * map, 4 * (2 * map + 64 * 64)],
        "data movement": [0, 4 * 4 * map],
      },
    );
    const sum = kinds.reduce((total, { seconds }) => total + seconds.value, 0);
    const all = kernelCosts.reduce((total, { seconds }) => total + seconds.value, 0);
    expect(sum).toBeCloseTo(all, 12);
  });

  // Chen et al. 2023, "Run, Don't Walk", figure 1: fewer operations at fewer operations a second.
  test("a depthwise convolution achieves less than a dense one at fewer operations per byte", async () => {
    const { targets } = await realAnalysis(
      "test/fixtures/onnx/mlperftiny_vww_mobilenetv1_f32.onnx",
      ["raspberry-pi-5/onnxruntime/fp32", "nvidia-rtx-4090/tensorrt/fp16"],
    );
    for (const { lowered, kernelCosts } of targets) {
      const kinds = timeByKind(lowered.kernels, kernelCosts);
      const [dense, depthwise] = (["convolution", "depthwise convolution"] as const).map((name) => {
        const found = kinds.find(({ kind }) => kind === name)!;
        return [found.flops / found.seconds.value, found.flops / found.bytes] as const;
      });
      expect(depthwise![0]).toBeLessThan(dense![0] / 1.5);
      expect(depthwise![1]).toBeLessThan(dense![1] / 2);
    }
  });

  test("a kernel says its rate, its share of the peak and its intensity", () => {
    const target = onTarget(block, roundTarget());
    const map = 64 * 56 * 56;
    const rate = (2 * 64 * map) / target.kernelCosts[1]!.seconds.value;
    const intensity = (2 * 64 * map) / (4 * (2 * map + 64 * 64));
    expect(achievedText(target, 1)).toEqual([
      `Achieves ${(rate / 1e9).toPrecision(3)} GFLOP/s, ${((100 * rate) / 1e12).toPrecision(2)} % of the float32 peak at ${intensity.toPrecision(2)} FLOP/byte.`,
    ]);
    expect(achievedText(target, 2)).toEqual([]);
    expect(achievedText(undefined, 0)).toEqual([]);
  });
});

// Chen et al. 2022, "RepGhost", table 1: concatenation has no operations and takes time.
describe("operators that only move data", () => {
  test("58 concatenations are a fifth of a DenseNet-121's time", async () => {
    const { targets } = await realAnalysis("test/fixtures/onnx/onnx_light_densenet121.onnx", [
      "nvidia-rtx-4090/tensorrt/fp16",
    ]);
    const told = targets[0]!.problems.filter(({ code }) => code === "RP2106");
    expect(told.map(({ message }) => message)).toEqual([
      expect.stringMatching(
        /58 × Concat only move data: .* in .*, \d\d % of the time for none of the arithmetic/,
      ),
    ]);
  });

  test("one of them, or a small share, is not told", async () => {
    expect(onTarget(block, roundTarget()).problems).toEqual([]);
    const { targets } = await realAnalysis("test/fixtures/onnx/onnx_light_squeezenet.onnx", [
      "nvidia-rtx-4090/tensorrt/fp16",
    ]);
    expect(targets[0]!.problems.map(({ code }) => code)).not.toContain("RP2106");
  });
});
