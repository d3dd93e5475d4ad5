import { test } from "vitest";
import { checkInfer, checkWork } from "../../kit/op-text.js";

test("unary operators keep the type of their input", () => {
  checkInfer("Relu(float32[2,n])", "float32[2,n]");
  checkInfer('Gelu<approximate="tanh">(float16[b,s,768])', "float16[b,s,768]");
  checkInfer("Clip(float32[2], float32[], _)", "float32[2]");
  checkInfer("PRelu(float32[1,8,4,4], weight float32[8,1,1])", "float32[1,8,4,4]");
  checkInfer("SwiGLU(float16[2,8], float16[2,8])", "float16[2,8]");
});

test("predicates give booleans", () => {
  checkInfer("IsNaN(float32[3])", "bool[3]");
  checkInfer("Not(bool[3])", "bool[3]");
  checkInfer("Greater(float32[2,1], float32[3])", "bool[2,3]");
});

test("binary operators broadcast", () => {
  checkInfer("Add(float32[2,3], float32[3])", "float32[2,3]");
  checkInfer("Mul(float32[b,1,4], float32[s,1])", "float32[b,s,4]");
  checkInfer("Add(float32[a], float32[b])", "float32[max(a, b)]");
  checkInfer("Add(float32[a], float32[4])", "float32[4]");
  checkInfer("Pow(float32[2], int64[])", "float32[2]");
  checkInfer("Add@6<broadcast=1, axis=1>(float32[2,3,4,5], float32[3,4])", "float32[2,3,4,5]");
});

test("shapes that cannot be broadcast are reported with both shapes", () => {
  checkInfer(
    "Add(float32[32,512], float32[768])",
    "float32[…] ! Add: shapes [32,512] and [768] cannot be broadcast.",
  );
  checkInfer(
    "Add(float32[2], float16[2])",
    "float32[2] ! Add: its inputs are float32 and float16; cast one of them.",
  );
});

test("arithmetic on small constants is done", () => {
  checkInfer("Add(int64[2]={1,2}, int64[]={10})", "int64[2]={11,12}");
  checkInfer("Div(int64[2]={-7,7}, int64[]={2})", "int64[2]={-3,3}");
  checkInfer("Div(float32[]={1}, float32[]={4})", "float32[]={0.25}");
  checkInfer("Equal(int64[2]={1,2}, int64[2]={1,3})", "bool[2]={1,0}");
  checkInfer("Round(float32[3]={0.5,1.5,2.6})", "float32[3]={0,2,3}");
  checkInfer("Max(int64[]={1}, int64[]={5}, int64[]={3})", "int64[]={5}");
  checkInfer("Clip(float32[3]={-1,0.5,9}, float32[]={0}, float32[]={1})", "float32[3]={0,0.5,1}");
});

test("variadic operators broadcast over all inputs", () => {
  checkInfer("Sum(float32[2,1], float32[3], float32[])", "float32[2,3]");
  checkInfer("Mean(float32[4])", "float32[4]");
});

test("work is counted per output element", () => {
  // 6 sums; 24 + 12 bytes read, 24 written.
  checkWork("Add(float32[2,3], float32[3])", "macs=0 flops=6 read=36 write=24 elementwise");
  // 1 / (1 + exp(-x)): 4 operations on each of 8 elements.
  checkWork("Sigmoid(float16[8])", "macs=0 flops=32 read=16 write=16 elementwise");
  checkWork("Mean(float32[4], float32[4])", "macs=0 flops=8 read=32 write=16 elementwise");
  checkWork("Add(float32[n], float32[n])", "no-shapes");
});
