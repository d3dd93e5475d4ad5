import { test } from "vitest";
import { checkInfer, checkWork } from "../../kit/op-text.js";

test("MatMul multiplies as numpy.matmul does", () => {
  checkInfer("MatMul(float32[b,s,768], weight float32[768,3072])", "float32[b,s,3072]");
  checkInfer("MatMul(float32[2,1,5,8], float32[3,8,7])", "float32[2,3,5,7]");
  checkInfer("MatMul(float32[8], float32[8])", "float32[]");
  checkInfer("MatMul(float32[5,8], float32[8])", "float32[5]");
  checkInfer("MatMul(float32[8], float32[3,8,2])", "float32[3,2]");
});

test("MatMul says what does not fit", () => {
  checkInfer(
    "MatMul(float32[2,3], float32[4,5])",
    "float32[2,5] ! MatMul: the left operand has 3 columns, the right one 4 rows.",
  );
  checkInfer(
    "MatMul(float32[], float32[4,5])",
    "float32[…] ! MatMul: a scalar cannot be multiplied as a matrix.",
  );
  checkInfer(
    "MatMul(float32[2,5,8], float32[3,8,7])",
    "float32[…] ! MatMul: shapes [2] and [3] cannot be broadcast.",
  );
});

test("matrix products: batches × m × n × k", () => {
  // 10 rows × 3,072 × 768; reads (7,680 + 2,359,296) × 4.
  checkWork(
    "MatMul(float32[2,5,768], weight float32[768,3072])",
    "macs=23592960 flops=0 read=9467904 write=122880 matmul",
  );
  // 6 batches × 5 × 7 × 8.
  checkWork(
    "MatMul(float32[2,1,5,8], float32[3,8,7])",
    "macs=1680 flops=0 read=992 write=840 matmul",
  );
  checkWork("MatMul(float32[8], float32[8])", "macs=8 flops=0 read=64 write=4 matmul");
});

test("variants of MatMul", () => {
  // 4 × 2 × 3; 12 + 6 + 2 bytes.
  const integer = "MatMulInteger(uint8[4,3], uint8[3,2], uint8[], uint8[])";
  checkInfer(integer, "int32[4,2]");
  checkWork(integer, "macs=24 flops=0 read=20 write=32 matmul");
  // 2 × 3 × 4; two operations to requantize each of 6.
  const quantized =
    "QLinearMatMul(uint8[2,4], float32[], uint8[], uint8[4,3], float32[], uint8[], float32[], int8[])";
  checkInfer(quantized, "int8[2,3]");
  checkWork(quantized, "macs=24 flops=12 read=35 write=6 matmul");
  // 2 × 5 × 7 × 8; alpha for each of 70.
  checkWork(
    "com.microsoft:FusedMatMul<transA=1, transB=1, alpha=0.125>(float32[2,8,5], float32[2,7,8])",
    "macs=560 flops=70 read=768 write=280 matmul",
  );
  checkInfer(
    "com.microsoft:FusedMatMul<transBatchA=1, transBatchB=1>(float32[5,3,4,8], float32[8,3,4,7])",
    "float32[3,4,5,7]",
  );
  // 8 rows × 16 × 8; nine operations of FastGelu for each of 128.
  checkWork(
    "com.microsoft:GemmFastGelu(float16[2,4,8], float16[8,16])",
    "macs=1024 flops=1152 read=384 write=256 matmul",
  );
  // 12 inputs quantized at 4 operations, 8 outputs scaled and biased.
  checkWork(
    "com.microsoft:DynamicQuantizeMatMul(float32[4,3], uint8[3,2], float32[], uint8[], float32[2])",
    "macs=24 flops=64 read=67 write=32 matmul",
  );
  checkInfer("com.microsoft:MatMulInteger16(uint16[4,3], uint16[3,2])", "uint32[4,2]");
});

test("Gemm transposes, scales and adds", () => {
  checkInfer(
    "Gemm(float32[b,2048], weight float32[2048,1000], weight float32[1000])",
    "float32[b,1000]",
  );
  checkInfer(
    "Gemm(float32[3,4], float32[5,4])",
    "float32[3,4] ! Gemm: A has 4 columns, B has 5 rows (transA 0, transB 0).",
  );
  checkInfer(
    "Gemm(float32[3,4], float32[4,5], float32[4])",
    "float32[3,5] ! Gemm: C has an extent of 4 where the product has 5.",
  );
  // 2,048 × 1,000; an addition for each of 1,000; reads (2,048 + 2,048,000 + 1,000) × 4.
  checkWork(
    "Gemm<transB=1>(float32[1,2048], weight float32[1000,2048], weight float32[1000])",
    "macs=2048000 flops=1000 read=8204192 write=4000 matmul",
  );
  // 3 × 5 × 4; alpha, beta and the addition for each of 15.
  checkWork(
    "Gemm<alpha=0.5, beta=2.0>(float32[3,4], float32[4,5], float32[5])",
    "macs=60 flops=45 read=148 write=60 matmul",
  );
  checkInfer(
    "com.microsoft:QGemm<transB=1>(uint8[3,4], float32[], uint8[], int8[5,4], float32[], int8[], int32[5], float32[], int8[])",
    "int8[3,5]",
  );
  checkInfer(
    "com.microsoft:QGemm(uint8[3,4], float32[], uint8[], int8[4,5], float32[], int8[])",
    "float32[3,5]",
  );
  checkInfer(
    "com.microsoft:GemmFloat8<transB=1, dtype=10>(float8e4m3fn[3,4], float8e4m3fn[5,4])",
    "float16[3,5]",
  );
});

test("packed weights are read as they are stored", () => {
  // 8 rows × 4,096 × 4,096; 2 × 4,096² to unpack; reads 65,536 + 8,388,608 + 1,048,576.
  checkWork(
    "com.microsoft:MatMulNBits<K=4096, N=4096, bits=4, block_size=32>(float16[1,8,4096], weight uint8[4096,128,16], weight float16[524288])",
    "macs=134217728 flops=33554432 read=9502720 write=65536 matmul",
  );
  checkInfer(
    "com.microsoft:MatMulNBits<K=4096, N=1024, bits=4, block_size=32>(float16[1,s,4096], weight uint8[1024,128,16], weight float16[131072])",
    "float16[1,s,1024]",
  );
  checkInfer(
    "com.microsoft:MatMulNBits<K=64, N=32, bits=4, block_size=32>(float16[1,8,128], weight uint8[32,2,16], weight float16[64])",
    "float16[1,8,32] ! MatMulNBits: the input ends in 128 elements, the packed weights have K = 64.",
  );
  // 4 × 64 × 32 in all three; 2 × 64 × 32 to unpack.
  checkWork(
    "com.microsoft:MatMulBnb4<K=64, N=32, block_size=64, quant_type=1>(float32[4,64], uint8[1024], float32[32])",
    "macs=8192 flops=4096 read=2176 write=512 matmul",
  );
  checkWork(
    "com.microsoft:MatMulFpQ4<blk_quant_type=1>(float32[4,64], uint8[1280], int64[2]={64,32})",
    "macs=8192 flops=4096 read=2320 write=512 matmul",
  );
  checkWork(
    "com.microsoft:MatMulBlockQuantizedFp4Weight(float16[4,64], uint8[32,32], uint8[32,4], float32[])",
    "macs=8192 flops=4096 read=1668 write=256 matmul",
  );
});

test("fused packed products", () => {
  // 4 × 64 × 2 × 32; to unpack 8,192; a gated activation of 5 for 128; the norm's 4 for 256.
  checkWork(
    'com.microsoft:MatMulNBitsMlp<K=64, N=32, bits=4, block_size=32, activation="silu">(float16[4,64], _, float16[64], weight uint8[32,2,16], weight float16[64], _, weight uint8[32,2,16], weight float16[64])',
    "macs=16384 flops=9856 read=2944 write=256 matmul",
  );
  // 4 × 64 × (64 + 16 + 16); to unpack 12,288; skip and norm 5 for 256.
  const qkv =
    "com.microsoft:MatMulNBitsQkv<K=64, Nq=64, Nkv=16, bits=4, block_size=32>(float16[4,64], float16[4,64], float16[64], weight uint8[64,2,16], weight float16[128], _, weight uint8[16,2,16], weight float16[32], _, weight uint8[16,2,16], weight float16[32]) -> 4";
  checkInfer(qkv, "float16[4,64], float16[4,16], float16[4,16], float16[4,64]");
  checkWork(qkv, "macs=24576 flops=13568 read=4608 write=1280 matmul");
});
