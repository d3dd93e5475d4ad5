import { test } from "vitest";
import { checkInfer, checkWork } from "../../kit/op-text.js";

test("pooling keeps batch and channels and shrinks space", () => {
  checkInfer(
    "MaxPool<kernel_shape=[2,2], strides=[2,2]>(float32[1,8,h,10]) -> 2",
    "float32[1,8,floor(h/2),5], int64[1,8,floor(h/2),5]",
  );
  checkInfer("LpPool<kernel_shape=[3]>(float32[1,8,5])", "float32[1,8,3]");
  checkInfer("GlobalAveragePool(float32[b,512,7,7])", "float32[b,512,1,1]");
  checkInfer("com.microsoft:NhwcMaxPool<kernel_shape=[2,2]>(uint8[1,4,4,3])", "uint8[1,3,3,3]");
  checkInfer(
    "com.microsoft:QLinearGlobalAveragePool<channels_last=1>(uint8[1,4,4,3], float32[], uint8[], float32[], uint8[])",
    "uint8[1,1,1,3]",
  );
});

test("ceil_mode drops a window that would start behind the input", () => {
  checkInfer(
    "MaxPool<kernel_shape=[3,3], strides=[2,2], ceil_mode=1>(float32[1,1,4,5])",
    "float32[1,1,2,2]",
  );
  // ceil((2 - 1) / 2) + 1 is 2, but the second window starts at element 2 of 2.
  checkInfer(
    "MaxPool<kernel_shape=[1,1], strides=[2,2], ceil_mode=1>(float32[1,1,2,h])",
    "float32[1,1,1,floor((h + 1)/2)]",
  );
});

test("pooling says what does not fit", () => {
  checkInfer(
    "AveragePool<kernel_shape=[3]>(float32[1,8,2])",
    "float32[1,8,?1] ! AveragePool: the window (3) does not fit into the padded input (2) on spatial axis 0.",
  );
  checkInfer(
    "AveragePool(float32[1,8,2])",
    "float32[1,8,?1] ! AveragePool: `kernel_shape` is missing; give the size of the window.",
  );
  checkInfer(
    "MaxPool<kernel_shape=[2]>(float32[1,8,4,4])",
    "float32[1,8,?1,?2] ! MaxPool: `kernel_shape` has 1 values; the input has 2 spatial axes.",
  );
});

test("pooling: outputs × window", () => {
  // 4 outputs × 9 comparisons.
  checkWork(
    "MaxPool<kernel_shape=[3,3], strides=[2,2], ceil_mode=1>(float32[1,1,4,4])",
    "macs=0 flops=36 read=64 write=16 pool",
  );
  // 1,024 outputs × (49 additions + a division).
  checkWork(
    "GlobalAveragePool(float32[2,512,7,7])",
    "macs=0 flops=51200 read=200704 write=4096 pool",
  );
  // 24 outputs × (3 powers + 3 additions + a root).
  checkWork("LpPool<kernel_shape=[3]>(float32[1,8,5])", "macs=0 flops=168 read=160 write=96 pool");
  // 27 outputs × (4 additions, a division, a scaling, a zero point); reads 48 + two scales and two zero points.
  checkWork(
    "com.microsoft:QLinearAveragePool<kernel_shape=[2,2], channels_last=1>(uint8[1,4,4,3], float32[], uint8[], float32[], uint8[])",
    "macs=0 flops=189 read=58 write=27 pool",
  );
});

test("MaxUnpool inverts MaxPool, or takes its shape from an input", () => {
  const line = "MaxUnpool<kernel_shape=[2,2], strides=[2,2]>(float32[1,1,2,2], int64[1,1,2,2]";
  checkInfer(`${line})`, "float32[1,1,4,4]");
  checkInfer(`${line}, int64[4]={1,1,5,5})`, "float32[1,1,5,5]");
  checkInfer(`${line}, int64[4])`, "float32[?1,?2,?3,?4]");
  // Reads 4 × 4 + 4 × 8 bytes, writes 16 × 4.
  checkWork(`${line})`, "macs=0 flops=0 read=48 write=64 movement");
});
