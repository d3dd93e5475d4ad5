import { expect, test } from "vitest";
import { rules } from "../../../server/core/ops/index.generated.js";
import { checkInfer, checkWork } from "../../kit/op-text.js";

test("no operator has two rules", () => {
  const keys = rules.flatMap((rule) => rule.ops);
  expect(keys.filter((key, index) => keys.indexOf(key) < index)).toEqual([]);
});

test("fused element-wise operators", () => {
  // 16 × (5 + the bias).
  checkWork(
    "com.microsoft:BiasGelu(float32[2,8], float32[8])",
    "macs=0 flops=96 read=96 write=64 elementwise",
  );
  checkWork(
    "com.microsoft:FastGelu(float32[2,8], float32[8])",
    "macs=0 flops=160 read=96 write=64 elementwise",
  );
  checkInfer("com.microsoft:BiasSplitGelu(float32[2,s,8], float32[8])", "float32[2,s,4]");
  checkInfer(
    "com.microsoft:BiasGelu(float32[2,8], float32[4])",
    "float32[2,8] ! BiasGelu: the input ends in 8 elements, the bias has 4.",
  );
  checkInfer(
    "com.microsoft:BiasDropout(float32[2,8], float32[8], float32[2,8]) -> 2",
    "float32[2,8], bool[2,8]",
  );
  // 100 bits are four words.
  checkInfer("com.microsoft:BitmaskDropout(float32[2,50]) -> 2", "float32[2,50], uint32[4]");
  checkInfer("com.microsoft:IsAllFinite(float32[4], float32[5])", "bool[]");
});

test("tensor operators of ONNX Runtime", () => {
  checkInfer("com.microsoft:Range(int64[]={0}, int64[]={10}, int64[]={3})", "int64[4]");
  checkInfer("com.microsoft:Pad(float32[n,3], int64[4]={0,1,0,1})", "float32[n,5]");
  checkInfer("com.microsoft:ExpandDims(float32[2,3], int32[1]={-1})", "float32[2,3,1]");
  checkInfer("com.microsoft:GatherND(float32[2,3,4], int64[5,2])", "float32[5,4]");
  checkInfer("com.microsoft:Unique(float32[8]) -> 3", "float32[?1], int64[8], int64[?1]");
  checkInfer("com.microsoft:UnfoldTensor<dim=1, size=3, step=2>(float32[2,9])", "float32[2,4,3]");
  checkInfer("com.microsoft:DynamicTimeWarping(float32[4,5])", "int32[2,?1]");
  // 4 × 5 × 3, as many subtractions, 20 roots.
  checkWork(
    'com.microsoft:CDist<metric="euclidean">(float32[4,3], float32[5,3])',
    "macs=60 flops=80 read=108 write=80 matmul",
  );
});

test("words, tokens and generation", () => {
  // 6 words × 8 positions × 16 × 3 × 8.
  const words =
    "com.microsoft:WordConvEmbedding(int32[2,3,10], float32[16,1,3,8], float32[16], float32[100,8])";
  checkInfer(words, "float32[2,3,16]");
  checkWork(words, "macs=18432 flops=1536 read=5040 write=384 matmul");
  checkInfer(
    "com.microsoft:NGramHashMapping<max_ngram_size=3, n_head_per_ngram=4, pad_id=0>(int64[b,s], int64[3], int64[8]) -> 2",
    "int64[b,s,8], int64[b,2]",
  );
  const warning = "how often its decoder runs depends on the data; its cost is not counted.";
  checkInfer(
    "com.microsoft:GreedySearch<eos_token_id=1, pad_token_id=1>(int32[2,8], int32[1]={20})",
    `int32[2,20] ! GreedySearch: ${warning}`,
  );
  checkInfer(
    "com.microsoft:BeamSearch<eos_token_id=1, pad_token_id=1, vocab_size=50>(int32[2,8], int32[1]={20}, _, int32[1]={4}, int32[1]={2}) -> 3",
    `int32[2,2,20], float32[2,2], float32[12,2,4,50] ! BeamSearch: ${warning}`,
  );
});

test("losses", () => {
  checkInfer(
    'NegativeLogLikelihoodLoss<reduction="none">(float32[b,5,3], int64[b,3])',
    "float32[b,3]",
  );
  checkInfer("SoftmaxCrossEntropyLoss(float32[b,5], int64[b]) -> 2", "float32[], float32[b,5]");
  checkInfer(
    "NegativeLogLikelihoodLoss(float32[2,5,3], int64[3,3])",
    "float32[] ! NegativeLogLikelihoodLoss: there are 2 samples and labels for 3.",
  );
  // 10 scores × 5, 2 labels × (negate + add).
  checkWork(
    "SoftmaxCrossEntropyLoss(float32[2,5], int64[2]) -> 2",
    "macs=0 flops=54 read=56 write=44 softmax",
  );
});
