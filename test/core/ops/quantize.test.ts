import { test } from "vitest";
import { checkInfer, checkWork } from "../../kit/op-text.js";

test("QuantizeLinear has the type of its zero point, its attribute, or uint8", () => {
  checkInfer("QuantizeLinear(float32[b,8], float32[], int8[])", "int8[b,8]");
  checkInfer("QuantizeLinear<output_dtype=21>(float32[2,8], float32[])", "uint4[2,8]");
  checkInfer("QuantizeLinear(float32[2,8], float32[])", "uint8[2,8]");
  checkInfer(
    "QuantizeLinear(float32[2,8], float32[4])",
    "uint8[2,8] ! QuantizeLinear: axis 1 has 8 elements, the scale has 4.",
  );
  checkInfer("com.microsoft:QuantizeLinear(float16[2,8], float16[], uint16[])", "uint16[2,8]");
  checkInfer("DynamicQuantizeLinear(float32[b,8]) -> 3", "uint8[b,8], float32[], uint8[]");
});

test("DequantizeLinear has the type of its scale or its attribute", () => {
  checkInfer("DequantizeLinear(int8[2,8], float16[8], int8[8])", "float16[2,8]");
  checkInfer("DequantizeLinear<output_dtype=10>(int8[2,8], float32[])", "float16[2,8]");
  checkInfer("DequantizeLinear<axis=0, block_size=2>(int4[4,8], float16[2,8])", "float16[4,8]");
});

test("conversions: four operations there, two back", () => {
  checkWork(
    "QuantizeLinear(float32[2,8], float32[], int8[])",
    "macs=0 flops=64 read=69 write=16 quantize",
  );
  checkWork(
    "DequantizeLinear(int8[2,8], float32[8], int8[8])",
    "macs=0 flops=32 read=56 write=64 quantize",
  );
  // 16 × (2 for the range + 4); 4-bit elements take half a byte.
  checkWork(
    "DynamicQuantizeLinear(float32[2,8]) -> 3",
    "macs=0 flops=96 read=64 write=21 quantize",
  );
  checkWork(
    "DequantizeLinear<axis=0, block_size=2>(int4[4,8], float16[2,8])",
    "macs=0 flops=64 read=48 write=64 quantize",
  );
});

test("block floating point carries its shape along", () => {
  checkInfer(
    "com.microsoft:QuantizeBFP<bfp_type=0>(float32[2,n]) -> 3",
    "uint8[?1], int64[2]={2,n}, int64[2]={n,1}",
  );
  checkInfer(
    "com.microsoft:DequantizeBFP<bfp_type=0>(uint8[20], int64[2]={2,8}, int64[2]={8,1})",
    "float32[2,8]",
  );
});

test("operators on 8-bit tensors", () => {
  const scaled = "float32[], uint8[]";
  // 16 × (2 + 2 + 1 + 4).
  const add = `com.microsoft:QLinearAdd(uint8[2,8], ${scaled}, uint8[8], ${scaled}, ${scaled})`;
  checkInfer(add, "uint8[2,8]");
  checkWork(add, "macs=0 flops=144 read=39 write=16 elementwise");
  checkInfer(
    `com.microsoft:QLinearConcat<axis=1>(${scaled}, uint8[2,3], ${scaled}, uint8[2,n], ${scaled})`,
    "uint8[2,n + 3]",
  );
  // 16 additions, 2 × (2 + 1 + 4).
  const mean = `com.microsoft:QLinearReduceMean<axes=[1], keepdims=0>(uint8[2,8], ${scaled}, ${scaled})`;
  checkInfer(mean, "uint8[2]");
  checkWork(mean, "macs=0 flops=30 read=26 write=2 reduction");
  checkInfer(
    `com.microsoft:QLinearWhere(bool[2,1], uint8[2,8], ${scaled}, uint8[8], ${scaled}, ${scaled})`,
    "uint8[2,8]",
  );
  checkInfer("com.microsoft:MulInteger(uint8[2,8], uint8[], uint8[8], uint8[])", "int32[2,8]");
  checkInfer("com.microsoft:ReduceSumInteger<axes=[1], keepdims=1>(uint8[2,8])", "uint32[2,1]");
  checkWork(
    `com.microsoft:QLinearSoftmax<axis=-1, opset=13>(uint8[2,8], ${scaled}, ${scaled})`,
    "macs=0 flops=112 read=26 write=16 softmax",
  );
});

test("look-ups in quantized tables read packed rows and their scales", () => {
  // 5 rows of 64 elements at 4 bits, 10 scales, 5 ids of 8 bytes: 160 + 20 + 40.
  const packed =
    "com.microsoft:GatherBlockQuantized<bits=4, block_size=32>(weight uint8[1000,32], int64[1,5], float16[1000,2])";
  checkInfer(packed, "float16[1,5,64]");
  checkWork(packed, "macs=0 flops=640 read=220 write=640 gather");
  checkWork(
    "com.microsoft:GatherBlockQuantized<block_size=32>(weight int4[1000,64], int64[1,5], float16[1000,2])",
    "macs=0 flops=640 read=220 write=640 gather",
  );
  checkInfer("com.microsoft:TorchEmbedding(float32[1000,64], int64[b,5])", "float32[b,5,64]");
});

test("QONNX: quantizers of any width leave type and shape, thresholds compare", () => {
  checkInfer(
    "qonnx.custom_op.general:Quant(float32[b,8], float32[], float32[], float32[])",
    "float32[b,8]",
  );
  checkInfer("onnx.brevitas:BipolarQuant(float32[b,8], float32[])", "float32[b,8]");
  checkWork(
    "qonnx.custom_op.general:MultiThreshold(float32[2,8], float32[8,3])",
    "macs=0 flops=48 read=160 write=64 quantize",
  );
});
