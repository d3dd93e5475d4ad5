import { test } from "vitest";
import { checkInfer, checkWork } from "../../kit/op-text.js";

test("a device holds a whole buffer before and after an all-reduce, and sums what the others send", () => {
  checkInfer("com.microsoft:AllReduce<group_size=4>(float16[16,8])", "float16[16,8]");
  // 128 × 3 / 4 additions.
  checkWork(
    "com.microsoft:AllReduce<group_size=4>(float16[16,8])",
    "macs=0 flops=96 read=256 write=256 collective",
  );
});

test("gathering multiplies the first axis by the number of devices, scattering divides it", () => {
  checkInfer("com.microsoft:AllGather<group_size=4>(float16[16,8])", "float16[64,8]");
  checkInfer("com.microsoft:AllGather<group_size=4, axis=1>(float16[16,8])", "float16[16,32]");
  checkInfer("com.microsoft:ReduceScatter<group_size=4>(float16[16,8])", "float16[4,8]");
  checkInfer(
    "com.microsoft:ReduceScatter<group_size=3>(float16[16,8])",
    "float16[5,8] ! ReduceScatter: 16 elements cannot be scattered to 3 devices evenly.",
  );
  checkInfer("com.microsoft:AllToAll<group_size=4>(int8[16,8])", "int8[16,8]");
});
