import { expect, test } from "vitest";
import { chooseFormat } from "../../../server/io/read-model.js";
import { bytesOf } from "../../../server/core/base/byte-source.js";
import { buildTflite, type TfliteFixture } from "../../kit/tflite-builder.js";
import { analyseBytes, fixture, lines, read } from "./tflite-kit.js";

// MACs of convolutions and fully connected layers, and bytes of constants: counted by a script of the index of these
// files, which leaves SVDF and LSTM out; theirs are hand sums below.
test.each([
  ["mlperftiny_ic_resnet8_int8", 12_501_632, 78_752],
  ["mlperftiny_ad_autoencoder_int8", 264_192, 270_880],
  ["mlperftiny_vww_mobilenetv1_025_96_int8", 7_489_664, 219_072],
  ["mlperftiny_kws_dscnn_int8", 2_656_768, 24_376],
  ["mlperftiny_kws_dscnn_f32", 2_656_768, 33_592],
  ["mlperftiny_sww_1dscnn_int8", 826_368, 49_420],
  ["tflm_micro_speech_int8", 336_000, 16_704],
  // 7 SVDF: filters × (features + memory) of each: 4,160 + 16,896.
  ["tflm_keyword_scrambled_int8", 21_056, 22_728],
  // 49 steps × 4 gates × 80 cells × (257 + 80) … as the layer below says, and 11,760 of the last layer.
  ["tflm_micro_speech_lstm", 5_295_920, 120_900],
])("%s has %d MACs and %d bytes of weights", (name, macs, weightBytes) => {
  const { totals, problems, model } = analyseBytes(fixture(`${name}.tflite`));
  const stored = model.graph.values.reduce((sum, { weight }) => sum + (weight?.byteLength ?? 0), 0);
  expect({ macs: totals.macs, weightBytes: stored, problems }).toEqual({
    macs,
    weightBytes,
    problems: [],
  });
});

test("shapes are channels-last, names and scopes those of the converted program", () => {
  const { model } = read(fixture("mlperftiny_kws_dscnn_int8.tflite"));
  expect(model?.graph.nodes[1]).toMatchObject({ op: "DEPTHWISE_CONV_2D", domain: "tflite" });
  expect(model?.graph.nodes[1]?.scope).toBe("functional_1/activation_1");
  expect(lines(analyseBytes(fixture("mlperftiny_kws_dscnn_int8.tflite")))).toMatchInlineSnapshot(`
    "CONV_2D int8[1,49,10,1] -> int8[1,25,5,64] macs=320000 flops=672000
    DEPTHWISE_CONV_2D int8[1,25,5,64] -> int8[1,25,5,64] macs=72000 flops=176000
    CONV_2D int8[1,25,5,64] -> int8[1,25,5,64] macs=512000 flops=1056000
    DEPTHWISE_CONV_2D int8[1,25,5,64] -> int8[1,25,5,64] macs=72000 flops=176000
    CONV_2D int8[1,25,5,64] -> int8[1,25,5,64] macs=512000 flops=1056000
    DEPTHWISE_CONV_2D int8[1,25,5,64] -> int8[1,25,5,64] macs=72000 flops=176000
    CONV_2D int8[1,25,5,64] -> int8[1,25,5,64] macs=512000 flops=1056000
    DEPTHWISE_CONV_2D int8[1,25,5,64] -> int8[1,25,5,64] macs=72000 flops=176000
    CONV_2D int8[1,25,5,64] -> int8[1,25,5,64] macs=512000 flops=1056000
    AVERAGE_POOL_2D int8[1,25,5,64] -> int8[1,1,1,64] macs=0 flops=8064
    RESHAPE int8[1,1,1,64] -> int8[1,64] macs=0 flops=0
    FULLY_CONNECTED int8[1,64] -> int8[1,12] macs=768 flops=1572
    SOFTMAX int8[1,12] -> int8[1,12] macs=0 flops=60"
  `);
});

test("per-channel and per-tensor quantization stay on the tensors", () => {
  const { model } = read(fixture("mlperftiny_kws_dscnn_int8.tflite"));
  const [input, filter] = model?.graph.nodes[0]?.inputs ?? [];
  expect(model?.graph.values[input ?? -1]?.quantization).toEqual({
    scales: [0.5847029089927673],
    zeroPoints: [83],
    axis: 0,
  });
  const { scales, axis } = model?.graph.values[filter ?? -1]?.quantization ?? {};
  expect({ count: scales?.length, axis }).toEqual({ count: 64, axis: 0 });
});

test("weights are references into the file, small integers are read", () => {
  const bytes = fixture("mlperftiny_kws_dscnn_int8.tflite");
  const { model } = read(bytes);
  const filter = model?.graph.values[model.graph.nodes[0]?.inputs[1] ?? -1]?.weight;
  expect(filter).toMatchObject({ elementType: "int8", shape: [64, 10, 4, 1], byteLength: 2560 });
  expect(filter?.data).toBeUndefined();
  expect((filter?.location?.offset ?? 0) + 2560).toBeLessThan(bytes.length);
});

test("another batch is inferred through the graph", () => {
  const one = analyseBytes(fixture("mlperftiny_vww_mobilenetv1_025_96_int8.tflite"));
  const four = analyseBytes(fixture("mlperftiny_vww_mobilenetv1_025_96_int8.tflite"), 4);
  expect(four.totals.macs).toBe(4 * (one.totals.macs ?? NaN));
  expect(four.problems).toEqual([]);
});

test("contents decide over the file's name", () => {
  const source = bytesOf(fixture("tflm_micro_speech_int8.tflite"));
  expect(chooseFormat(source, "model.bin")?.id).toBe("tflite");
});

const float = (...shape: number[]) => ({ shape });
const numbers = (...data: number[]) => ({ shape: [data.length], type: 2, data });

test("control flow: bodies are read, a branch is costed, a loop is not", () => {
  const branch = {
    tensors: [float(2, 8), float(4, 8), float(2, 4)].map((tensor, index) =>
      index === 1 ? { ...tensor, data: new Array<number>(32).fill(0) } : tensor,
    ),
    inputs: [0],
    outputs: [2],
    operators: [{ op: "FULLY_CONNECTED", inputs: [0, 1, -1], outputs: [2] }],
  };
  const bytes = buildTflite({
    subgraphs: [
      {
        tensors: [{ shape: [1], type: 6 }, float(2, 8), float(2, 4), float(2, 8)],
        inputs: [0, 1],
        outputs: [3],
        operators: [
          {
            op: "IF",
            inputs: [0, 1],
            outputs: [2],
            options: [
              [0, "int", 1],
              [1, "int", 1],
            ],
          },
          {
            op: "WHILE",
            inputs: [1],
            outputs: [3],
            options: [
              [0, "int", 1],
              [1, "int", 1],
            ],
          },
        ],
      },
      { ...branch, name: "branch" },
    ],
  });
  expect(lines(analyseBytes(bytes))).toMatchInlineSnapshot(`
    "IF bool[1] float32[2,8] -> float32[2,4] macs=64 flops=128
    WHILE float32[2,8] -> float32[2,8] uncosted
    RP1034 The file has 2 subgraphs. The first is analysed; \`branch\` count where an operator of it runs them.
    RP1202 1 of 2 nodes (50 %) have no cost and are left out of the sums: \`tflite:WHILE\`. Its work depends on the data, or its inputs do not fit the operator."
  `);
});

test("subgraphs that run one another end in a problem", () => {
  const recursive: TfliteFixture = {
    subgraphs: [
      {
        tensors: [float(2), float(2)],
        inputs: [0],
        outputs: [1],
        operators: [{ op: "CALL", inputs: [0], outputs: [1], options: [[0, "int", 0]] }],
      },
    ],
  };
  expect(read(buildTflite(recursive)).problems.map(({ code }) => code)).toEqual(["RP1035"]);
});

test("a custom operator is uncosted by its own name", () => {
  const bytes = buildTflite({
    subgraphs: [
      {
        tensors: [float(1, 10, 4), float(1, 10, 4)],
        inputs: [0],
        outputs: [1],
        operators: [{ op: "custom:TFLite_Detection_PostProcess", inputs: [0], outputs: [1] }],
      },
    ],
  });
  expect(lines(analyseBytes(bytes))).toMatchInlineSnapshot(`
    "TFLite_Detection_PostProcess float32[1,10,4] -> float32[1,10,4] uncosted
    RP1201 \`tflite.custom:TFLite_Detection_PostProcess\` is not known; 1 node of it has no cost.
    RP1202 1 of 1 nodes (100 %) have no cost and are left out of the sums: \`tflite.custom:TFLite_Detection_PostProcess\`. \`tflite.custom:TFLite_Detection_PostProcess\` has no rule, so nothing is known of its cost."
  `);
});

test("a reshape that follows the batch folds away", () => {
  const bytes = buildTflite({
    subgraphs: [
      {
        tensors: [
          float(1, 4, 4, 2),
          { shape: [4], type: 2 },
          numbers(0),
          numbers(1),
          numbers(1),
          { shape: [], type: 2 },
          { shape: [], type: 2, data: [32] },
          { shape: [2], type: 2 },
          float(1, 32),
        ],
        inputs: [0],
        outputs: [8],
        operators: [
          { op: "SHAPE", inputs: [0], outputs: [1] },
          { op: "STRIDED_SLICE", inputs: [1, 2, 3, 4], outputs: [5], options: [[4, "int", 1]] },
          { op: "PACK", inputs: [5, 6], outputs: [7], options: [[0, "int", 2]] },
          { op: "RESHAPE", inputs: [0, 7], outputs: [8] },
        ],
      },
    ],
  });
  const { layers, problems } = analyseBytes(bytes);
  expect(layers.map(({ isFolded }) => isFolded)).toEqual([true, true, true, false]);
  expect(problems).toEqual([]);
});
