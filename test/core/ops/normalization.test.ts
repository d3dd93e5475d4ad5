import { test } from "vitest";
import { checkInfer, checkWork } from "../../kit/op-text.js";

const statistics = "weight float32[3], weight float32[3], weight float32[3], weight float32[3]";

test("BatchNormalization: two operations for each element, seven in training", () => {
  // 96 elements; reads 96 × 4 + 4 × 3 × 4.
  checkWork(
    `BatchNormalization(float32[2,3,4,4], ${statistics})`,
    "macs=0 flops=192 read=432 write=384 normalization",
  );
  const training = `BatchNormalization<training_mode=1>(float32[2,3,4,4], ${statistics}) -> 3`;
  checkInfer(training, "float32[2,3,4,4], float32[3], float32[3]");
  checkWork(training, "macs=0 flops=672 read=432 write=408 normalization");
  checkInfer(
    `BatchNormalization@9(float32[b,3,4,4], ${statistics}) -> 5`,
    "float32[b,3,4,4], float32[3], float32[3], float32[3], float32[3]",
  );
  checkInfer(
    "BatchNormalization(float32[2,3,4], weight float32[4], weight float32[3], weight float32[3], weight float32[3])",
    "float32[2,3,4] ! BatchNormalization: the input has 3 channels, input 1 has 4 elements.",
  );
});

test("normalizations over space take seven operations for each element", () => {
  checkWork(
    "InstanceNormalization(float32[2,3,4,4], float32[3], float32[3])",
    "macs=0 flops=672 read=408 write=384 normalization",
  );
  checkWork(
    "GroupNormalization<num_groups=2>(float32[2,4,8,8], float32[4], float32[4])",
    "macs=0 flops=3584 read=2080 write=2048 normalization",
  );
  checkInfer(
    "GroupNormalization<num_groups=3>(float32[2,4,8,8], float32[4], float32[4])",
    "float32[2,4,8,8] ! GroupNormalization: 4 channels cannot be split into 3 groups.",
  );
  // 128 elements × (7 + 4 for SiLU).
  checkWork(
    "com.microsoft:GroupNorm<groups=2, activation=1>(float16[1,4,4,8], float32[8], float32[8])",
    "macs=0 flops=1408 read=320 write=256 normalization",
  );
  // One more for the skip.
  checkWork(
    "com.microsoft:SkipGroupNorm<groups=2, activation=0>(float16[1,4,4,8], float32[8], float32[8], float16[1,4,4,8]) -> 2",
    "macs=0 flops=1024 read=576 write=512 normalization",
  );
});

test("LayerNormalization keeps mean and deviation of each row", () => {
  checkInfer(
    "LayerNormalization(float16[b,s,8], float16[8], float16[8]) -> 3",
    "float16[b,s,8], float32[b,s,1], float32[b,s,1]",
  );
  checkInfer(
    "LayerNormalization<axis=1>(float32[2,4,8], float32[4,8]) -> 2",
    "float32[2,4,8], float32[2,1,1]",
  );
  checkInfer(
    "LayerNormalization(float32[2,8], float32[4])",
    "float32[2,8] ! LayerNormalization: the input ends in 8 elements, the scale in 4.",
  );
  // 64 elements × 7.
  checkWork(
    "LayerNormalization(float32[2,4,8], float32[8], float32[8])",
    "macs=0 flops=448 read=320 write=256 normalization",
  );
});

test("normalizations by the root mean square take four operations", () => {
  checkWork(
    "RMSNormalization(float32[2,4,8], float32[8])",
    "macs=0 flops=256 read=288 write=256 normalization",
  );
  checkInfer(
    "SimplifiedLayerNormalization(float16[2,4,8], float16[8]) -> 2",
    "float16[2,4,8], float32[2,4,1]",
  );
  // 64 × (4 + the skip).
  const skip =
    "com.microsoft:SkipSimplifiedLayerNormalization(float16[2,4,8], float16[2,4,8], float16[8]) -> 4";
  checkInfer(skip, "float16[2,4,8], float32[2,4,1], float32[2,4,1], float16[2,4,8]");
  checkWork(skip, "macs=0 flops=320 read=272 write=320 normalization");
  // 64 × (7 + skip + bias).
  checkWork(
    "com.microsoft:SkipLayerNormalization(float32[2,4,8], float32[2,4,8], float32[8], float32[8], float32[8])",
    "macs=0 flops=576 read=608 write=256 normalization",
  );
  // Two heads of 8: 64 × (4 + 5).
  checkWork(
    "com.microsoft:GatedRMSNorm(float32[1,4,16], float32[8], float32[1,4,16])",
    "macs=0 flops=576 read=544 write=256 normalization",
  );
});

test("EmbedLayerNormalization reads only the rows it looks up", () => {
  const line =
    "com.microsoft:EmbedLayerNormalization(int32[2,4], int32[2,4], weight float32[30522,8], weight float32[512,8], weight float32[2,8], weight float32[8], weight float32[8]) -> 2";
  checkInfer(line, "float32[2,4,8], int32[2]");
  // 64 elements × (2 additions + 7). Reads 3 tables × 64 × 4, gamma and beta 64, ids 2 × 8 × 4.
  checkWork(line, "macs=0 flops=576 read=896 write=264 normalization");
});

test("the other normalizations", () => {
  // 16 elements × (2 × 5 + 4).
  checkWork("LRN<size=5>(float32[1,4,2,2])", "macs=0 flops=224 read=64 write=64 normalization");
  checkWork("LpNormalization(float32[2,8])", "macs=0 flops=48 read=64 write=64 normalization");
  checkWork(
    "MeanVarianceNormalization(float32[2,3,4,4])",
    "macs=0 flops=480 read=384 write=384 normalization",
  );
});

test("softmaxes take five operations for each element", () => {
  checkWork("Softmax(float32[2,3,4])", "macs=0 flops=120 read=96 write=96 softmax");
  checkWork("LogSoftmax<axis=0>(float32[2,3,4])", "macs=0 flops=120 read=96 write=96 softmax");
  checkWork("Hardmax(float32[2,3,4])", "macs=0 flops=24 read=96 write=96 softmax");
  checkInfer(
    "Softmax<axis=3>(float32[2,3,4])",
    "float32[2,3,4] ! Softmax: `axis` is 3; the input has rank 3.",
  );
});
