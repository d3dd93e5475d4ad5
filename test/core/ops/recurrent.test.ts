import { test } from "vitest";
import { checkInfer, checkWork } from "../../kit/op-text.js";

test("recurrent layers return the sequence and the last states", () => {
  checkInfer(
    "LSTM<hidden_size=5>(float32[7,2,3], weight float32[1,20,3], weight float32[1,20,5]) -> 3",
    "float32[7,1,2,5], float32[1,2,5], float32[1,2,5]",
  );
  checkInfer(
    'LSTM<hidden_size=5, direction="bidirectional", layout=1>(float32[b,s,3], weight float32[2,20,3], weight float32[2,20,5]) -> 3',
    "float32[b,s,2,5], float32[b,2,5], float32[b,2,5]",
  );
  checkInfer(
    "RNN(float32[7,2,3], weight float32[1,5,3], weight float32[1,5,5]) -> 2",
    "float32[7,1,2,5], float32[1,2,5]",
  );
  checkInfer(
    "LSTM<hidden_size=5>(float32[7,2,4], weight float32[1,20,3], weight float32[1,20,5])",
    "float32[7,1,2,5] ! LSTM: the input has 4 features, the weights expect 3.",
  );
  checkInfer(
    "GRU<hidden_size=5>(float32[7,2,3], weight float32[1,20,3], weight float32[1,15,5])",
    "float32[7,1,2,5] ! GRU: the weights have 20 rows; 3 gates of 5 need 15.",
  );
});

test("recurrent layers: steps × batch × directions × gates × hidden × (input + hidden)", () => {
  // 7 × 2 × 1 × 4 × 5 × 8; 70 cells × (13 + 8 for two biases of four gates); reads (42 + 60 + 100 + 40) × 4.
  checkWork(
    "LSTM<hidden_size=5>(float32[7,2,3], weight float32[1,20,3], weight float32[1,20,5], weight float32[1,40]) -> 3",
    "macs=2240 flops=1470 read=968 write=360 recurrent",
  );
  // 70 × 3 × 8; 70 × 11.
  checkWork(
    "GRU<hidden_size=5>(float32[7,2,3], weight float32[1,15,3], weight float32[1,15,5]) -> 2",
    "macs=1680 flops=770 read=648 write=320 recurrent",
  );
  // 70 × 8; 70 × (2 + 2).
  checkWork(
    "RNN(float32[7,2,3], weight float32[1,5,3], weight float32[1,5,5], weight float32[1,10]) -> 2",
    "macs=560 flops=280 read=368 write=320 recurrent",
  );
  // Both directions: 140 cells × 4 × 8.
  checkWork(
    'LSTM<hidden_size=5, direction="bidirectional">(float32[7,2,3], weight float32[2,20,3], weight float32[2,20,5])',
    "macs=4480 flops=1820 read=1448 write=560 recurrent",
  );
});

test("recurrent layers of ONNX Runtime", () => {
  checkWork(
    "com.microsoft:DynamicQuantizeLSTM<hidden_size=5>(float32[7,2,3], weight int8[1,3,20], weight int8[1,5,20], weight float32[1,40], _, _, _, _, float32[1], int8[1], float32[1], int8[1]) -> 3",
    "macs=2240 flops=1470 read=498 write=360 recurrent",
  );
  // 14 rows × (gates 4 × 5 × (3 + 6 + 5), query 5 × 4, alignment 10 × 4, context 10 × 6), keys 2 × 10 × 6 × 4.
  checkWork(
    "com.microsoft:AttnLSTM<hidden_size=5>(float32[7,2,3], weight float32[1,20,9], weight float32[1,20,5], weight float32[1,40], _, _, _, _, weight float32[1,5,4], weight float32[1,6,4], weight float32[1,4], float32[2,10,6])",
    "macs=6080 flops=3290 read=2120 write=280 recurrent",
  );
});
