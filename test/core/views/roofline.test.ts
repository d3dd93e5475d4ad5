import { expect, test } from "vitest";
import { view as figureView } from "../../../server/core/views/roofline-figure.js";
import { view } from "../../../server/core/views/roofline.js";
import { realAnalysis } from "../../kit/real-analysis.js";

const model = "test/fixtures/onnx/mlperftiny_ic_resnet8_f32.onnx";
const target = "nvidia-rtx-4090/tensorrt/fp16";
const params = { targets: null, alpha: null, limit: 1000 };

test("ridge points are where the slope of a level meets the ceiling of the precision", async () => {
  const { targets } = view(await realAnalysis(model, [target]), params);
  // The data sheet: 165.2 Tflop/s of fp16, 1,008 GB/s of GDDR6X; their quotient is 163.9 flop/byte.
  expect(targets[0]?.ceilings.filter(({ isUsed }) => isUsed)).toEqual([
    { name: "float16", kind: "matrix", opsPerSecond: 165.2e12, isUsed: true },
    { name: "float16", kind: "vector", opsPerSecond: 82.6e12, isUsed: true },
  ]);
  const ridge = targets[0]?.ridges.find(({ level }) => level === "GDDR6X");
  expect(ridge?.intensity).toBeCloseTo(165.2e12 / 1.008e12, 1);
});

test("a mark is its kernel's operations by its bytes and by its time", async () => {
  const analysis = await realAnalysis(model, [target]);
  const { targets } = view(analysis, params);
  const shown = targets[0]!;
  const { lowered, kernelCosts } = analysis.targets[0]!;
  for (const mark of shown.marks) {
    const at = lowered.kernels.findIndex(({ nodeIds }) => nodeIds[0] === mark.nodeId);
    const kernel = lowered.kernels[at]!;
    const operations = 2 * kernel.macs + kernel.otherFlops;
    expect(mark.intensity).toBeCloseTo(operations / (kernel.readBytes + kernel.writeBytes), 6);
    expect(mark.opsPerSecond * kernelCosts[at]!.seconds.value).toBeCloseTo(operations, 0);
    expect(mark.low).toBeLessThanOrEqual(mark.opsPerSecond);
    expect(mark.opsPerSecond).toBeLessThanOrEqual(mark.high);
  }
  expect(shown.marks.length + shown.unplacedCount).toBe(shown.kernelCount);
});

test("weighting by data type: a half is plain intensity, more moves layers with many weights left", async () => {
  const analysis = await realAnalysis(model, [target]);
  const at = (alpha: number | null) => view(analysis, { ...params, alpha }).targets[0]!.marks;
  expect(at(0.5)).toEqual(at(null));
  const dense = (marks: ReturnType<typeof at>): number =>
    marks.find(({ op }) => op === "MatMul" || op === "Gemm")?.intensity ?? 0;
  expect(dense(at(0.8))).toBeLessThan(dense(at(null)));
});

test("the figure has every ceiling that is used and the same bytes each time", async () => {
  const analysis = await realAnalysis(model, [target]);
  const { svg } = figureView(analysis, { target: null })!;
  expect(svg).toContain("float16 vector 82.6 Top/s");
  expect(svg).toContain("ridge 164");
  expect(figureView(analysis, { target: null })!.svg).toBe(svg);
});
