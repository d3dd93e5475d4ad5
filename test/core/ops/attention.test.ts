import { test } from "vitest";
import { checkInfer, checkWork } from "../../kit/op-text.js";

test("Attention takes four axes, or three and the number of heads", () => {
  checkInfer(
    "Attention(float32[2,8,16,64], float32[2,8,16,64], float32[2,8,16,32])",
    "float32[2,8,16,32]",
  );
  checkInfer(
    "Attention<q_num_heads=8, kv_num_heads=2>(float32[b,s,512], float32[b,s,128], float32[b,s,128], _, float32[b,2,p,64], float32[b,2,p,64]) -> 4",
    "float32[b,s,512], float32[b,2,p + s,64], float32[b,2,p + s,64], float32[b,8,s,p + s]",
  );
  checkInfer(
    "Attention(float32[2,8,512], float32[2,8,512], float32[2,8,512])",
    "float32[…] ! Attention: Q has three axes, so `q_num_heads` is needed. ! Attention: Q has three axes, so `kv_num_heads` is needed.",
  );
  checkInfer(
    "Attention(float32[2,8,16,64], float32[2,3,16,32], float32[2,3,16,32])",
    "float32[2,8,16,32] ! Attention: Q has heads of 64 elements, K of 32. ! Attention: 8 query heads cannot share 3 key heads evenly.",
  );
});

test("attention: batch × heads × queries × keys × (head + value head), the whole rectangle", () => {
  // 2 × 8 × 16 × 16 scores = 4,096 × 96; scale and softmax take 6 for each.
  checkWork(
    "Attention(float32[2,8,16,64], float32[2,8,16,64], float32[2,8,16,32])",
    "macs=393216 flops=24576 read=163840 write=32768 attention",
  );
  // One query over 99 + 1 keys: 800 scores × 128; scale, softmax, mask and a soft cap of 3 take 10.
  checkWork(
    "Attention<q_num_heads=8, kv_num_heads=2, is_causal=1, softcap=30.0>(float32[1,1,512], float32[1,1,128], float32[1,1,128], float32[1,100], float32[1,2,99,64], float32[1,2,99,64]) -> 3",
    "macs=102400 flops=8000 read=104848 write=104448 attention",
  );
  checkWork(
    "ai.onnx.preview:FlexAttention(float32[2,8,16,64], float32[2,2,16,64], float32[2,2,16,32])",
    "macs=393216 flops=24576 read=90112 write=32768 attention",
  );
});

test("keys that no query's window reaches are not read", () => {
  // Query 2 × 64 elements, keys and values (3 + 2) of 16 × 64 each, four bytes an element.
  checkWork(
    "Attention<left_window_size=3, right_window_size=0>(float32[1,1,2,64], float32[1,1,16,64], float32[1,1,16,64])",
    "macs=4096 flops=192 read=3072 write=512 attention",
  );
  checkWork(
    "Attention<left_window_size=3>(float32[1,1,2,64], float32[1,1,16,64], float32[1,1,16,64])",
    "macs=4096 flops=192 read=8704 write=512 attention",
  );
});

test("rotary embeddings read the rows of the positions at hand", () => {
  // 1,024 elements × 3; reads 4,096 + 2 × 16 tokens × 8 × 4 + 16 × 8.
  checkWork(
    "RotaryEmbedding<num_heads=4>(float32[2,8,64], float32[100,8], float32[100,8], int64[2,8])",
    "macs=0 flops=3072 read=5248 write=4096 elementwise",
  );
  checkWork(
    "com.microsoft:RotaryEmbedding(float16[1,4,8,16], int64[1,8], float16[100,8], float16[100,8])",
    "macs=0 flops=1536 read=1344 write=1024 elementwise",
  );
  checkInfer(
    "com.microsoft:GemmaRotaryEmbedding(float32[1,8,16], float16[1,4,8,16], float16[1,4,8,16], float16[1,2,8,16], float16[1,2,8,16]) -> 2",
    "float16[1,4,8,16], float16[1,2,8,16]",
  );
});

test("Attention of ONNX Runtime projects its input first", () => {
  // Projection 128 × 768 × 2,304 = 226,492,416; attention 12 × 128 × 128 × 128 = 25,165,824.
  // 196,608 scores × (6 + mask), 294,912 biases.
  checkWork(
    "com.microsoft:Attention<num_heads=12>(float32[1,128,768], weight float32[768,2304], weight float32[2304], int32[1,128])",
    "macs=251658240 flops=1671168 read=7480832 write=393216 attention",
  );
  checkInfer(
    "com.microsoft:Attention<num_heads=12, unidirectional=1>(float32[b,s,768], weight float32[768,2304], weight float32[2304], _, float32[2,b,12,p,64]) -> 2",
    "float32[b,s,768], float32[2,b,12,p + s,64]",
  );
  checkInfer(
    "com.microsoft:Attention<num_heads=2, qkv_hidden_sizes=[8,8,16]>(float32[1,4,8], weight float32[8,32])",
    "float32[1,4,16]",
  );
  // 4 × 8 × 24 + 2 × 16 × 8.
  const quantized =
    "com.microsoft:QAttention<num_heads=2>(uint8[1,4,8], uint8[8,24], float32[24], float32[], float32[])";
  checkInfer(quantized, "float32[1,4,8]");
  checkWork(quantized, "macs=1024 flops=384 read=328 write=128 attention");
  // 10 × 8 × 24 for the tokens there are; 2 × 2 × 8 × 8 × 8 for the padded layout.
  const packed =
    "com.microsoft:PackedAttention<num_heads=2>(float32[10,8], float32[8,24], float32[24], int32[2,8], int32[3])";
  checkInfer(packed, "float32[10,8]");
  checkWork(packed, "macs=3968 flops=1776 read=1260 write=320 attention");
});

test("MultiHeadAttention takes separate, packed and cached operands", () => {
  // 2 × 8 × 4 × 6 scores × 16; biases for 512 + 768 + 768 projected elements.
  const separate =
    "com.microsoft:MultiHeadAttention<num_heads=8>(float16[2,4,64], float16[2,6,64], float16[2,6,64], float16[192]) -> 3";
  checkInfer(separate, "float16[2,4,64], float16[2,8,6,8], float16[2,8,6,8]");
  checkWork(separate, "macs=6144 flops=4352 read=4480 write=4096 attention");
  checkInfer(
    "com.microsoft:MultiHeadAttention<num_heads=8>(float16[b,s,8,3,8])",
    "float16[b,s,64]",
  );
  checkInfer(
    "com.microsoft:MultiHeadAttention<num_heads=8>(float16[b,s,64], float16[b,s,64], float16[b,s,64], _, _, _, float16[b,8,p,8], float16[b,8,p,8]) -> 3",
    "float16[b,s,64], float16[b,8,p + s,8], float16[b,8,p + s,8]",
  );
  checkInfer(
    "com.microsoft:MultiHeadAttention<num_heads=7>(float16[2,4,64], float16[2,6,64], float16[2,6,64])",
    "float16[…] ! MultiHeadAttention: the query ends in 64 elements; 7 heads do not divide them.",
  );
});

test("a shared cache is read as far as it is filled", () => {
  // 10 keys: 16 heads × 10 × 16. Reads 3 × 256, 9 of 100 tokens of 2 × 25,600, the length; writes 256 and one token.
  const decoder =
    "com.microsoft:DecoderMaskedMultiHeadAttention<num_heads=8, past_present_share_buffer=1>(float16[2,1,64], float16[2,1,64], float16[2,1,64], _, _, float16[2,8,100,8], float16[2,8,100,8], int32[1]={9}) -> 3";
  checkInfer(decoder, "float16[2,1,64], float16[2,8,100,8], float16[2,8,100,8]");
  checkWork(decoder, "macs=2560 flops=960 read=5380 write=768 attention");
});

test("GroupQueryAttention appends to its cache or keeps its buffer", () => {
  const heads = "num_heads=32, kv_num_heads=8, do_rotary=1";
  checkInfer(
    `com.microsoft:GroupQueryAttention<${heads}>(float16[b,s,4096], float16[b,s,1024], float16[b,s,1024], float16[b,8,p,128], float16[b,8,p,128], int32[b], int32[]) -> 3`,
    "float16[b,s,4096], float16[b,8,p + s,128], float16[b,8,p + s,128]",
  );
  // 32 × 1,000 × 256; 32,000 × 6 and 3 × (4,096 + 1,024) to rotate. Reads (4,096 + 2,048 + 128) × 2 and 999 tokens of
  // 2,048 × 2; writes (4,096 + 2,048) × 2.
  const shared = `com.microsoft:GroupQueryAttention<${heads}>(float16[1,1,4096], float16[1,1,1024], float16[1,1,1024], float16[1,8,4096,128], float16[1,8,4096,128], int32[1], int32[]={1000}, float16[4096,64], float16[4096,64]) -> 3`;
  checkInfer(shared, "float16[1,1,4096], float16[1,8,4096,128], float16[1,8,4096,128]");
  checkWork(shared, "macs=8192000 flops=207360 read=4104448 write=12288 attention");
  // Packed: 4 + 2 × 2 heads of 8. 4 × 8 × 8 scores × 16.
  const packed =
    "com.microsoft:GroupQueryAttention<num_heads=4, kv_num_heads=2>(float16[1,8,64], _, _, _, _, int32[1], int32[]) -> 3";
  checkInfer(packed, "float16[1,8,32], float16[1,2,8,8], float16[1,2,8,8]");
  checkWork(packed, "macs=4096 flops=1536 read=1024 write=1024 attention");
  checkInfer(
    "com.microsoft:GroupQueryAttention<num_heads=4, kv_num_heads=3>(float16[1,8,64], float16[1,8,48], float16[1,8,48])",
    "float16[1,8,64] ! GroupQueryAttention: 4 query heads cannot share 3 key heads evenly.",
  );
});

test("the other attentions of ONNX Runtime", () => {
  // Projection 32 × 8 × 24; 9 of 32 keys visible: 2 × 32 × 9 × 8.
  checkWork(
    "com.microsoft:LongformerAttention<num_heads=2, window=4>(float32[1,32,8], float32[8,24], float32[24], float32[1,32], float32[8,24], float32[24], int32[1,32])",
    "macs=10752 flops=4800 read=3008 write=1024 attention",
  );
  // Projections 8 × 8 × (4 + 2 × 6); 2 × 4 × 6 scores × 8.
  const decoder =
    "com.microsoft:DecoderAttention<num_heads=2>(float32[4,1,8], float32[6,1,8], float32[8,8], float32[8,16], float32[24], bool[1,6], _, _, bool[1], bool[1], bool[1], bool[1]) -> 3";
  checkInfer(decoder, "float32[4,1,8], float32[1,2,6,4], float32[1,2,6,4]");
  checkWork(decoder, "macs=1408 flops=464 read=1194 write=512 attention");
  checkInfer(
    "com.microsoft:PagedAttention<num_heads=4, kv_num_heads=2>(float16[10,64], float16[10,32], float16[10,32], float16[8,16,2,16], float16[8,16,2,16], int32[3], int32[2], int32[2,4]) -> 3",
    "float16[10,64], float16[8,16,2,16], float16[8,16,2,16]",
  );
  checkInfer(
    "com.microsoft:RelativePositionBias<max_distance=128>(float32[32,8], int64[1]={16}, int64[1]={16})",
    "float32[1,8,16,16]",
  );
  // 32 query elements × 8.
  checkWork(
    "com.microsoft:GatedRelativePositionBias<num_heads=2>(float32[1,4,8], float32[8], float32[1,2,4,4], float32[4,8], float32[8], float32[1,2,1,1])",
    "macs=256 flops=288 read=456 write=128 matmul",
  );
  checkInfer(
    "com.microsoft:RemovePadding(float32[b,8,16], int32[b]) -> 4",
    "float32[?1,16], int32[b,8], int32[b + 1], int32[1]",
  );
  checkInfer("com.microsoft:RestorePadding(float32[10,16], int32[2,8])", "float32[2,8,16]");
});

test("linear attention updates and reads a state for each token", () => {
  // 8 tokens × 16 × 16 × (2 heads written, 4 read), then 2 more read by the delta rule.
  checkWork(
    'LinearAttention<q_num_heads=4, kv_num_heads=2, update_rule="linear">(float32[1,8,64], float32[1,8,32], float32[1,8,32]) -> 2',
    "macs=12288 flops=512 read=4096 write=4096 matmul",
  );
  const delta =
    "LinearAttention<q_num_heads=4, kv_num_heads=2>(float32[1,8,64], float32[1,8,32], float32[1,8,32], _, float32[1,8,2], float32[1,8,2]) -> 2";
  checkInfer(delta, "float32[1,8,64], float32[1,2,16,16]");
  checkWork(delta, "macs=16384 flops=5136 read=4224 write=4096 matmul");
  checkInfer(
    "com.microsoft:GatedDeltaNet(float16[8,2,16], float16[8,2,16], float16[8,4,16], int32[2], float32[8,4], float32[8,4], float32[1,4,16,16]) -> 2",
    "float16[8,4,16], float32[1,4,16,16]",
  );
  // 128 elements × 4; a bias and SiLU's 4 for each.
  const causal =
    'CausalConvWithState<activation="silu">(float32[1,16,8], float32[16,1,4], float32[16]) -> 2';
  checkInfer(causal, "float32[1,16,8], float32[1,16,3]");
  checkWork(causal, "macs=512 flops=640 read=832 write=704 conv");
});

test("a mixture of experts computes k experts for each token and reads those that are chosen", () => {
  // 16 tokens × 2 × 3 × 128 × 64. Of 8 experts 8 × (1 - 0.75¹⁶) = 7.92 are read.
  checkWork(
    'com.microsoft:MoE<k=2, activation_type="silu">(float16[16,64], float16[16,8], float16[8,128,64], _, float16[8,64,128], _, float16[8,128,64])',
    "macs=786432 flops=25216 read=391579 write=2048 moe",
  );
  // 2 × (256 × 64 + 64 × 128); a quarter of 103,424 bytes, and 144.
  checkWork(
    'com.microsoft:QMoE<k=2, activation_type="swiglu", expert_weight_bits=4, swiglu_fusion=1>(float16[1,1,64], float16[1,8], uint8[8,256,32], float16[8,256], _, uint8[8,64,64], float16[8,64])',
    "macs=49152 flops=99880 read=26000 write=128 moe",
  );
});
