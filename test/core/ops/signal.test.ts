import { test } from "vitest";
import { checkInfer, checkWork } from "../../kit/op-text.js";

test("DFT transforms one axis, whole or one-sided", () => {
  checkInfer("DFT(float32[1,n,1])", "float32[1,n,2]");
  checkInfer("DFT<onesided=1>(float32[1,1024,1])", "float32[1,513,2]");
  checkInfer("DFT<onesided=1, inverse=1>(float32[1,513,2])", "float32[1,1024,1]");
  checkInfer("DFT@17<axis=1, onesided=1>(float32[1,n,1])", "float32[1,floor(n/2) + 1,2]");
  checkInfer("DFT(float32[4,8,2], int64[]={16}, int64[]={0})", "float32[16,8,2]");
  // 2.5 × 1,024 × 10 for real input.
  checkWork("DFT(float32[1,1024,1])", "macs=0 flops=25600 read=4096 write=8192 transform");
  checkWork("DFT(float32[1,1024,2])", "macs=0 flops=51200 read=8192 write=8192 transform");
});

test("STFT transforms frames", () => {
  // (16,000 - 400) / 160 + 1 frames.
  const line = "STFT(float32[1,16000,1], int64[]={160}, float32[400])";
  checkInfer(line, "float32[1,98,201,2]");
  checkInfer(
    "STFT<onesided=0>(float32[1,n,1], int64[]={160}, _, int64[]={400})",
    "float32[1,floor((n - 240)/160),400,2]",
  );
  // 98 × (2.5 × 400 × log₂ 400 + 400 for the window).
  checkWork(line, "macs=0 flops=886298 read=65608 write=157584 transform");
});

test("windows and filter banks", () => {
  checkInfer("HannWindow(int64[]={400})", "float32[400]");
  checkInfer("HammingWindow<output_datatype=11>(int64[])", "float64[?1]");
  checkInfer(
    "MelWeightMatrix(int64[]={80}, int64[]={400}, int64[]={16000}, float32[], float32[])",
    "float32[201,80]",
  );
});

test("transforms of ONNX Runtime", () => {
  checkInfer("com.microsoft:Rfft<signal_ndim=1>(float32[4,16])", "float32[4,9,2]");
  checkInfer("com.microsoft:Irfft<signal_ndim=1>(float32[4,9,2])", "float32[4,16]");
  // 4 × 2.5 × 16 × 4.
  checkWork(
    "com.microsoft:Rfft<signal_ndim=1>(float32[4,16])",
    "macs=0 flops=640 read=256 write=288 transform",
  );
  checkWork(
    "com.microsoft:ComplexMul(float32[4,9,2], float32[1,9,2])",
    "macs=0 flops=216 read=360 write=288 elementwise",
  );
});

test("blocks to images, decoded images, determinants", () => {
  checkInfer("Col2Im(float32[1,10,5], int64[2]={5,5}, int64[2]={1,5})", "float32[1,2,5,5]");
  checkInfer('ImageDecoder<pixel_format="Grayscale">(uint8[1000])', "uint8[?1,?2,1]");
  checkInfer("Det(float32[b,4,4])", "float32[b]");
  checkInfer("Det(float32[4,5])", "float32[] ! Det: a matrix is 4 × 5; it should be square.");
  // 2 × 4³; a third of it for the determinant, 42.7.
  checkWork("com.microsoft:Inverse(float32[2,4,4])", "macs=128 flops=0 read=128 write=128 matmul");
  checkWork("Det(float32[2,4,4])", "macs=43 flops=0 read=128 write=8 matmul");
});
