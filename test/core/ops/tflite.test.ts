import { expect, test } from "vitest";
import { rules } from "../../../server/core/ops/index.generated.js";
import { builtinOperators } from "../../../server/core/formats/tflite/schema.js";
import { mapOperator } from "../../../server/core/formats/tflite/operators.js";
import { checkInfer, checkWork } from "../../kit/op-text.js";

// Extents by TensorFlow's padding: SAME is ceil(in / stride), VALID ceil((in - window + 1) / stride).
test.each([
  [
    'tflite:CONV_2D<padding="SAME",stride_h=2,stride_w=2>(int8[1,49,10,1], weight int8[64,10,4,1], weight int32[64])',
    "int8[1,25,5,64]",
  ],
  [
    'tflite:CONV_2D<padding="VALID",stride_h=1,stride_w=1,dilation_h_factor=2,dilation_w_factor=2>(float32[n,9,9,8], weight float32[4,3,3,8])',
    "float32[n,5,5,4]",
  ],
  [
    'tflite:DEPTHWISE_CONV_2D<padding="VALID",stride_h=2,stride_w=2>(int8[1,9,9,8], weight int8[1,3,3,16])',
    "int8[1,4,4,16]",
  ],
  [
    "tflite:TRANSPOSE_CONV<stride_h=2,stride_w=2>(int32[4]={1,8,8,3}, weight float32[3,2,2,5], float32[1,4,4,5])",
    "float32[1,8,8,3]",
  ],
  ["tflite:FULLY_CONNECTED(float32[1,25,5,64], weight float32[12,8000])", "float32[1,12]"],
  [
    "tflite:FULLY_CONNECTED<keep_num_dims=1>(float32[2,7,64], weight float32[12,64])",
    "float32[2,7,12]",
  ],
  ["tflite:BATCH_MATMUL<adj_y=1>(float32[2,7,64], float32[2,9,64])", "float32[2,7,9]"],
  [
    'tflite:AVERAGE_POOL_2D<padding="VALID",filter_height=25,filter_width=5,stride_h=25,stride_w=5>(int8[1,25,5,64])',
    "int8[1,1,1,64]",
  ],
  ["tflite:RESIZE_BILINEAR(float32[1,4,4,8], int32[2]={8,16})", "float32[1,8,16,8]"],
  ["tflite:MEAN(float32[1,7,7,32], int32[2]={1,2})", "float32[1,32]"],
  ["tflite:MEAN<keep_dims=1>(float32[1,7,7,32], int32[2]={1,2})", "float32[1,1,1,32]"],
  ["tflite:PAD(int8[1,4,4,3], int32[4,2]={0,0,1,1,0,2,0,0})", "int8[1,6,6,3]"],
  ["tflite:SLICE(float32[1,8,4], int32[3]={0,2,0}, int32[3]={-1,3,-1})", "float32[1,3,4]"],
  [
    "tflite:STRIDED_SLICE<begin_mask=1,end_mask=1>(float32[2,8], int32[2]={0,7}, int32[2]={0,0}, int32[2]={1,-2})",
    "float32[2,4]",
  ],
  [
    "tflite:SPLIT(int32[]={-1}, float32[1,4,6]) -> 3",
    "float32[1,4,2], float32[1,4,2], float32[1,4,2]",
  ],
  ["tflite:SPLIT_V(float32[1,6], int32[2]={2,4}, int32[]={1}) -> 2", "float32[1,2], float32[1,4]"],
  ["tflite:SPACE_TO_DEPTH<block_size=2>(float32[1,4,4,3])", "float32[1,2,2,12]"],
  ["tflite:DEPTH_TO_SPACE<block_size=2>(float32[1,2,2,12])", "float32[1,4,4,3]"],
  ["tflite:PACK<axis=1>(float32[2,3], float32[2,3])", "float32[2,2,3]"],
  ["tflite:UNPACK<axis=1>(float32[2,2,3]) -> 2", "float32[2,3], float32[2,3]"],
  ["tflite:TOPK_V2(float32[1,100], int32[]={5}) -> 2", "float32[1,5], int32[1,5]"],
  ["tflite:SQUARED_DIFFERENCE(float32[2,3], float32[3])", "float32[2,3]"],
  [
    "tflite:SVDF<rank=2>(int8[1,32], weight int8[8,32], weight int16[8,16], weight int32[4], int16[1,128])",
    "int8[1,4]",
  ],
])("%s gives %s", (text, expected) => {
  checkInfer(text, expected);
});

test("work by hand sums", () => {
  // 25 × 5 × 64 outputs of 10 × 4 × 1; a bias and two operations to scale back to int8.
  checkWork(
    'tflite:CONV_2D<padding="SAME",stride_h=2,stride_w=2>(int8[1,49,10,1], weight int8[64,10,4,1], weight int32[64])',
    "macs=320000 flops=24000 read=3306 write=8000 conv",
  );
  checkWork(
    'tflite:DEPTHWISE_CONV_2D<padding="VALID",stride_h=2,stride_w=2>(float32[1,9,9,8], weight float32[1,3,3,8])',
    `macs=${4 * 4 * 8 * 9} flops=0 read=2880 write=512 conv`,
  );
  // Each of 4 × 4 input positions is multiplied by 2 × 2 × 3 weights for each of 5 channels.
  checkWork(
    "tflite:TRANSPOSE_CONV<stride_h=2,stride_w=2>(int32[4]={1,8,8,3}, weight float32[3,2,2,5], float32[1,4,4,5])",
    `macs=${16 * 5 * 12} flops=0 read=576 write=768 conv`,
  );
  // 8 filters on a frame of 32 and a memory of 16.
  checkWork(
    "tflite:SVDF<rank=2>(int8[1,32], weight int8[8,32], weight int16[8,16], weight int32[4], int16[1,128])",
    "macs=384 flops=8 read=816 write=4 matmul",
  );
});

test("every builtin operator has a rule, but those that need the data, or tables and text of their own", () => {
  const known = new Set(rules.flatMap(({ ops }) => ops));
  const without = builtinOperators.filter((name) => {
    const { op, domain } = mapOperator({
      name,
      inputCount: 2,
      attributes: new Map(),
      constant: () => [0],
    });
    return !known.has(domain === "" ? op : `${domain}:${op}`) && !name.startsWith("STABLEHLO_");
  });
  expect(without).toMatchInlineSnapshot(`
    [
      "HASHTABLE_LOOKUP",
      "LSH_PROJECTION",
      "CONCAT_EMBEDDINGS",
      "SKIP_GRAM",
      "CUSTOM",
      "EMBEDDING_LOOKUP_SPARSE",
      "DELEGATE",
      "SEGMENT_SUM",
      "PLACEHOLDER_FOR_GREATER_OP_CODES",
      "RFFT2D",
      "HASHTABLE",
      "HASHTABLE_FIND",
      "HASHTABLE_IMPORT",
      "HASHTABLE_SIZE",
      "RANDOM_STANDARD_NORMAL",
      "RANDOM_UNIFORM",
      "MULTINOMIAL",
      "UNSORTED_SEGMENT_PROD",
      "UNSORTED_SEGMENT_MAX",
      "UNSORTED_SEGMENT_SUM",
      "UNSORTED_SEGMENT_MIN",
      "REDUCE_WINDOW",
    ]
  `);
});
