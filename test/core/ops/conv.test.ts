import { test } from "vitest";
import { checkInfer, checkWork } from "../../kit/op-text.js";

test("Conv slides its kernel over known and symbolic extents", () => {
  checkInfer(
    "Conv<strides=[2,2], pads=[3,3,3,3]>(float32[n,3,224,224], weight float32[64,3,7,7])",
    "float32[n,64,112,112]",
  );
  checkInfer(
    "Conv<strides=[2,2], pads=[1,1,1,1]>(float32[1,3,h,w], weight float32[8,3,3,3])",
    "float32[1,8,floor((h + 1)/2),floor((w + 1)/2)]",
  );
  checkInfer(
    'Conv<strides=[2,2], auto_pad="SAME_UPPER">(float32[1,3,h,5], weight float32[8,3,3,3])',
    "float32[1,8,floor((h + 1)/2),3]",
  );
  checkInfer(
    'Conv<auto_pad="VALID">(float32[1,3,h,5], weight float32[8,3,3,3])',
    "float32[1,8,h - 2,3]",
  );
  checkInfer("Conv(float32[1,3,9], weight float32[8,3,3])", "float32[1,8,7]");
  checkInfer("Conv(float32[1,3,4,5,6], weight float32[8,3,2,2,2])", "float32[1,8,3,4,5]");
});

test("Conv says what does not fit", () => {
  checkInfer(
    "Conv(float32[1,3,8,8], weight float32[4,4,3,3])",
    "float32[1,4,6,6] ! Conv: input has 3 channels, weights expect 4 (group 1).",
  );
  checkInfer(
    "Conv<group=2>(float32[1,4,8,8], weight float32[3,2,3,3])",
    "float32[1,3,6,6] ! Conv: 3 output channels cannot be split into 2 groups.",
  );
  checkInfer(
    "Conv(float32[1,1,9,4], weight float32[1,1,5,5])",
    "float32[1,1,5,?1] ! Conv: the window (5) does not fit into the padded input (4) on spatial axis 1.",
  );
  checkInfer(
    "Conv<strides=[2]>(float32[1,1,4,4], weight float32[1,1,3,3])",
    "float32[1,1,?1,?2] ! Conv: `strides` has 1 values; 2 are needed.",
  );
  checkInfer(
    "Conv<strides=[0,1]>(float32[1,1,4,4], weight float32[1,1,3,3])",
    "float32[1,1,?1,?2] ! Conv: `strides` holds 0; the least allowed is 1.",
  );
  checkInfer(
    "Conv(float32[1,4], weight float32[4,4,3,3])",
    "float32[…] ! Conv: the input has rank 2; it should be at least 3 (batch, channels, space).",
  );
});

test("Conv: output elements × channels of a group × kernel", () => {
  // 64 × 112 × 112 outputs × 3 channels × 7 × 7 = 802,816 × 147 = 118,013,952; a bias for each output.
  checkWork(
    "Conv<strides=[2,2], pads=[3,3,3,3]>(float32[1,3,224,224], weight float32[64,3,7,7], weight float32[64])",
    // Reads (150,528 + 9,408 + 64) × 4, writes 802,816 × 4.
    "macs=118013952 flops=802816 read=640000 write=3211264 conv",
  );
  // Dilation 2 makes a window of 5: 2 × 6 × 5 × 5 outputs × 2 channels × 9 = 300 × 18.
  checkWork(
    "Conv<group=2, dilations=[2,2]>(float32[2,4,9,9], weight float32[6,2,3,3], weight float32[6])",
    "macs=5400 flops=300 read=3048 write=1200 conv",
  );
  // Depthwise: 32 × 14 × 14 outputs × 1 channel × 9.
  checkWork(
    "Conv<group=32, pads=[1,1,1,1]>(float32[1,32,14,14], weight float32[32,1,3,3])",
    "macs=56448 flops=0 read=26240 write=25088 conv",
  );
});

test("variants of Conv: quantized, fused, channels last", () => {
  // 4 outputs × 1 channel × 4; reads 9 + 4 + 1 bytes.
  checkWork(
    "ConvInteger(uint8[1,1,3,3], uint8[1,1,2,2], uint8[])",
    "macs=16 flops=0 read=14 write=16 conv",
  );
  // 49 outputs × 1, scaled and shifted; the output has the type of its zero point.
  const quantized =
    "QLinearConv(uint8[1,1,7,7], float32[], uint8[], weight uint8[1,1,1,1], float32[], uint8[], float32[], int8[])";
  checkInfer(quantized, "int8[1,1,7,7]");
  checkWork(quantized, "macs=49 flops=98 read=65 write=49 conv");
  // 4 × 36 outputs × 27; bias, activation and residual for each of 144 outputs.
  checkWork(
    'com.microsoft:FusedConv<activation="Relu">(float32[1,3,8,8], weight float32[4,3,3,3], weight float32[4], float32[1,4,6,6])',
    "macs=3888 flops=432 read=1792 write=576 conv",
  );
  checkInfer(
    "com.microsoft:NhwcConv(float16[1,8,8,3], weight float16[4,3,3,3])",
    "float16[1,6,6,4]",
  );
  checkInfer(
    "com.microsoft:NhwcFusedConv(float16[1,8,8,5], weight float16[4,3,3,5])",
    "float16[1,6,6,4]",
  );
  // 7 × 7 × 3 outputs × 2 channels.
  const last =
    "com.microsoft:QLinearConv<channels_last=1>(uint8[1,7,7,2], float32[], uint8[], weight uint8[3,2,1,1], float32[], uint8[], float32[], uint8[])";
  checkInfer(last, "uint8[1,7,7,3]");
  checkWork(last, "macs=294 flops=294 read=119 write=147 conv");
});

test("ConvTranspose inverts the shape of Conv", () => {
  checkInfer(
    "ConvTranspose<strides=[2,2]>(float32[1,4,3,3], weight float32[4,2,3,3])",
    "float32[1,2,7,7]",
  );
  checkInfer(
    "ConvTranspose<strides=[3,2], output_padding=[1,1], pads=[1,1,1,1]>(float32[1,4,3,h], weight float32[4,2,3,3])",
    "float32[1,2,8,2*h]",
  );
  checkInfer(
    'ConvTranspose<strides=[2,2], auto_pad="SAME_UPPER">(float32[1,1,3,3], weight float32[1,2,3,3])',
    "float32[1,2,6,6]",
  );
  checkInfer(
    "ConvTranspose<output_shape=[10,8]>(float32[1,1,3,3], weight float32[1,2,3,3])",
    "float32[1,2,10,8]",
  );
  checkInfer(
    "ConvTranspose<group=2>(float32[1,4,3,3], weight float32[4,2,3,3])",
    "float32[1,4,5,5]",
  );
  checkInfer(
    "ConvTranspose(float32[1,3,3,3], weight float32[4,2,3,3])",
    "float32[1,2,5,5] ! ConvTranspose: input has 3 channels, weights expect 4 (group 1).",
  );
  checkInfer(
    "com.microsoft:ConvTransposeWithDynamicPads(float32[1,4,3,3], weight float32[4,2,3,3], int64[4]={1,1,1,1})",
    "float32[1,2,3,3]",
  );
});

test("ConvTranspose: input elements × channels of a group × kernel", () => {
  // 4 × 9 inputs × 2 × 9; a bias for each of 2 × 7 × 7 outputs. Reads (36 + 72 + 2) × 4.
  checkWork(
    "ConvTranspose<strides=[2,2]>(float32[1,4,3,3], weight float32[4,2,3,3], weight float32[2])",
    "macs=648 flops=98 read=440 write=392 conv",
  );
});

test("DeformConv samples between the elements", () => {
  // 27 outputs × 2 × 9 MACs; samples 2 × 9 × 9 = 162 at 3 × 3 + 1 operations; 27 biases.
  const line =
    "DeformConv(float32[1,2,5,5], weight float32[3,2,3,3], float32[1,18,3,3], weight float32[3], float32[1,9,3,3])";
  checkInfer(line, "float32[1,3,3,3]");
  checkWork(line, "macs=486 flops=1647 read=1400 write=108 conv");
});
