import { expect, test } from "vitest";
import { analyze } from "../../../server/core/analyze.js";
import type { TargetAnalysis } from "../../../server/core/analysis.js";
import { neverCancelled } from "../../../server/core/base/cancel.js";
import { findDataFolder, loadCatalogue } from "../../../server/io/catalogue-files.js";
import { buildTflite, type OperatorFixture, type TensorFixture } from "../../kit/tflite-builder.js";
import { fixture, read } from "../formats/tflite-kit.js";

const { value: catalogue } = await loadCatalogue({
  dataFolder: await findDataFolder(),
  chipFolders: [],
});

function peakOf(bytes: Uint8Array, target?: string): number | undefined {
  return analysisOf(bytes, target)?.peakActivationBytes;
}

function analysisOf(
  bytes: Uint8Array,
  target = "stm32h747i-disco/x-cube-ai/int8",
): TargetAnalysis | undefined {
  const bindings = { inputs: new Map(), dims: new Map() };
  const found = analyze(read(bytes).model!, bindings, [catalogue.find(target)!], neverCancelled);
  return found.targets[0];
}

const int8 = (...shape: number[]): TensorFixture => ({ shape, type: 9 });
const weight = (...shape: number[]): TensorFixture => ({
  shape,
  type: 9,
  data: new Array<number>(shape.reduce((a, b) => a * b, 1)).fill(1),
});

function chain(
  tensors: readonly TensorFixture[],
  operators: readonly OperatorFixture[],
): Uint8Array {
  const last = operators.at(-1)?.outputs ?? [];
  return buildTflite({ subgraphs: [{ tensors, inputs: [0], outputs: last, operators }] });
}

const stride = (pad: number, by: number): NonNullable<OperatorFixture["options"]> => [
  [0, "byte", pad],
  [1, "int", by],
  [2, "int", by],
];

test("a pointwise convolution that widens sixfold keeps both tensors and its scratch", () => {
  // The peak of MobileNet v2 0.35 at 128 × 128: the tool says 224.5 KiB = 32 + 192 + 0.5.
  const bytes = chain(
    [int8(1, 64, 64, 8), weight(48, 1, 1, 8), int8(1, 64, 64, 48)],
    [{ op: "CONV_2D", inputs: [0, 1], outputs: [2], options: stride(0, 1) }],
  );
  expect(peakOf(bytes)).toBe(224.5 * 1024);
});

test("one that widens twofold writes over its input", () => {
  const bytes = chain(
    [
      int8(1, 48, 48, 8),
      weight(8, 1, 1, 8),
      int8(1, 48, 48, 8),
      weight(16, 1, 1, 8),
      int8(1, 48, 48, 16),
    ],
    [
      { op: "CONV_2D", inputs: [0, 1], outputs: [2], options: stride(0, 1) },
      { op: "CONV_2D", inputs: [2, 3], outputs: [4], options: stride(0, 1) },
    ],
  );
  // What the second reads gives way to what it writes: 36 KiB, and 4 × 8 + 10 × 16 of scratch.
  expect(peakOf(bytes)).toBe(36 * 1024 + 192);
});

test("a padding is part of the window that slides over it, a pool takes lines as they come", () => {
  const bytes = chain(
    [
      int8(1, 16, 16, 3),
      { shape: [4, 2], type: 2, data: [0, 0, 1, 1, 1, 1, 0, 0] },
      int8(1, 18, 18, 3),
      weight(8, 3, 3, 3),
      int8(1, 16, 16, 8),
      int8(1, 8, 8, 8),
    ],
    [
      { op: "PAD", inputs: [0, 1], outputs: [2] },
      { op: "CONV_2D", inputs: [2, 3], outputs: [4], options: stride(1, 1) },
      {
        op: "MAX_POOL_2D",
        inputs: [4],
        outputs: [5],
        options: [...stride(1, 2), [3, "int", 2], [4, "int", 2]],
      },
    ],
  );
  // Input 768, pooled output 512, scratch 4 × 9 × 3 + 34 × 8 = 380, up to 384.
  expect(peakOf(bytes)).toBe(768 + 512 + 384);
});

test("the residual network of MLPerf Tiny takes what the tool says of it, within its versions", () => {
  // STM32 model zoo, ResNet v1 8: 55.28 KiB with X-CUBE-AI 7.3, 45.41 KiB with 8.1.
  const kibibytes = (peakOf(fixture("mlperftiny_ic_resnet8_int8.tflite")) ?? 0) / 1024;
  expect(kibibytes).toBeGreaterThan(45);
  expect(kibibytes).toBeLessThan(56);
});

test("TensorFlow Lite Micro keeps one buffer for each tensor", () => {
  // conv1's 18 KiB and the 36 KiB of the pointwise convolution behind it: 55,296 bytes.
  const bytes = fixture("mlperftiny_vww_mobilenetv1_025_96_int8.tflite");
  expect(peakOf(bytes, "stm32h747i-disco/tflm/int8")).toBe(55_296);
});

test("an input that is quantized anew is written over", () => {
  const bytes = chain(
    [{ shape: [1, 32, 32, 3], type: 3 }, int8(1, 32, 32, 3)],
    [{ op: "QUANTIZE", inputs: [0], outputs: [1] }],
  );
  expect(peakOf(bytes)).toBe(32 * 32 * 3);
});

test("a detector's anchors, an output that no input changes, keep their place throughout", () => {
  const anchors = { ...weight(1, 100, 4), scales: [1] };
  const tensors: TensorFixture[] = [
    int8(1, 64, 64, 8),
    weight(48, 1, 1, 8),
    int8(1, 64, 64, 48),
    anchors,
    { shape: [1, 100, 4], type: 0 },
  ];
  const operators: OperatorFixture[] = [
    { op: "CONV_2D", inputs: [0, 1], outputs: [2], options: stride(0, 1) },
    { op: "DEQUANTIZE", inputs: [3], outputs: [4] },
  ];
  const analysed = (outputs: number[]): TargetAnalysis =>
    analysisOf(buildTflite({ subgraphs: [{ tensors, inputs: [0], outputs, operators }] }))!;
  const alone = analysed([2]);
  const both = analysed([2, 4]);
  // 100 boxes of 4 numbers: float32 in RAM, int8 in flash.
  expect(both.peakActivationBytes! - alone.peakActivationBytes!).toBe(1600);
  expect(both.weightBytes - alone.weightBytes).toBe(400);
});
