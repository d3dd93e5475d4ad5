import { test } from "vitest";
import { checkInfer, checkWork } from "../../kit/op-text.js";

test("Resize scales known and symbolic extents", () => {
  checkInfer(
    "Resize(float32[1,3,h,w], _, float32[4]={1.0,1.0,2.0,0.5})",
    "float32[1,3,2*h,floor(w/2)]",
  );
  checkInfer("Resize(float32[1,3,8,8], _, float32[4]={1.0,1.0,0.5,0.6})", "float32[1,3,4,4]");
  checkInfer("Resize(float32[1,3,8,8], _, _, int64[4]={1,3,16,20})", "float32[1,3,16,20]");
  checkInfer("Resize<axes=[2,3]>(float32[b,3,8,8], _, _, int64[2])", "float32[b,3,?1,?2]");
  // 8 × (0.75 - 0.25) × 2.
  checkInfer(
    'Resize<axes=[1], coordinate_transformation_mode="tf_crop_and_resize">(float32[1,8], float32[2]={0.25,0.75}, float32[1]={2.0})',
    "float32[1,8]",
  );
});

test("the sizes of Resize may keep the aspect ratio", () => {
  // min(7/8, 8/4) × (8, 4) is (7, 3.5); halves round up.
  checkInfer(
    'Resize<axes=[2,3], keep_aspect_ratio_policy="not_larger">(float32[1,3,8,4], _, _, int64[2]={7,8})',
    "float32[1,3,7,4]",
  );
  checkInfer(
    'Resize<axes=[2,3], keep_aspect_ratio_policy="not_smaller">(float32[1,3,8,4], _, _, int64[2]={7,8})',
    "float32[1,3,16,8]",
  );
});

test("every version of Resize and Upsample says its scales elsewhere", () => {
  checkInfer("Resize@10(float32[1,3,8,8], float32[4]={1.0,1.0,2.0,2.0})", "float32[1,3,16,16]");
  checkInfer(
    "Resize@11(float32[1,3,8,8], float32[0]={}, float32[4]={1.0,1.0,2.0,2.0}, int64[0]={})",
    "float32[1,3,16,16]",
  );
  checkInfer("Upsample@9(float32[1,3,8,8], float32[4]={1.0,1.0,2.0,2.0})", "float32[1,3,16,16]");
  checkInfer("Upsample@7<scales=[1.0,1.0,3.0,3.0]>(float32[1,3,8,8])", "float32[1,3,24,24]");
  checkInfer(
    "Upsample@1<height_scale=2.0, width_scale=4.0>(float32[1,3,8,8])",
    "float32[1,3,16,32]",
  );
  checkInfer(
    "Resize(float32[1,3,8,8], _, float32[3]={1.0,1.0,2.0})",
    "float32[?1,?2,?3,?4] ! Resize: 3 scales are given for 4 axes.",
  );
});

test("resizing: copies, blends or taps for each output", () => {
  // Nearest reads at most one element for each of 48 outputs.
  checkWork(
    "Resize(float32[1,3,8,8], _, _, int64[4]={1,3,4,4})",
    "macs=0 flops=0 read=192 write=192 resize",
  );
  // 768 outputs × three blends of three operations.
  checkWork(
    'Upsample@9<mode="linear">(float32[1,3,8,8], float32[4]={1.0,1.0,2.0,2.0})',
    "macs=0 flops=6912 read=768 write=3072 resize",
  );
  // 768 × 16 taps of two operations.
  checkWork(
    'Resize<mode="cubic">(float32[1,3,8,8], _, _, int64[4]={1,3,16,16})',
    "macs=0 flops=24576 read=768 write=3072 resize",
  );
});

test("sampling at a grid, and making one", () => {
  // 80 coordinates × 2, 120 outputs × 9.
  checkWork(
    "GridSample(float32[2,3,8,8], float32[2,4,5,2])",
    "macs=0 flops=1240 read=1856 write=480 resize",
  );
  checkInfer(
    "GridSample(float32[2,3,8,8], float32[2,4,2])",
    "float32[…] ! GridSample: the grid has rank 3, the input 4; they should be equal.",
  );
  // 2 × 5 × 6 points × 2 × 3.
  checkInfer("AffineGrid(float32[2,2,3], int64[4]={2,3,5,6})", "float32[2,5,6,2]");
  checkWork(
    "AffineGrid(float32[2,2,3], int64[4]={2,3,5,6})",
    "macs=360 flops=0 read=80 write=480 matmul",
  );
});

test("regions of a feature map", () => {
  // 100 × 256 × 49 outputs × 4 samples × (9 + 1).
  const align =
    "RoiAlign<output_height=7, output_width=7, sampling_ratio=2>(float32[1,256,50,50], float32[100,4], int64[100])";
  checkInfer(align, "float32[100,256,7,7]");
  checkWork(align, "macs=0 flops=50176000 read=2562400 write=5017600 resize");
  checkInfer(
    "MaxRoiPool<pooled_shape=[7,7]>(float32[1,16,14,14], float32[n,5])",
    "float32[n,16,7,7]",
  );
  checkInfer(
    "com.microsoft:CropAndResize(float32[1,16,14,14], float32[10,4], int32[10], int32[2]={7,9})",
    "float32[10,16,7,9]",
  );
  checkInfer("Crop<border=[1,2,1,1]>(float32[1,3,8,8])", "float32[1,3,5,6]");
});

test("NonMaxSuppression keeps as many boxes as the data says", () => {
  const boxes = "float32[1,1000,4]";
  checkInfer(`NonMaxSuppression(${boxes}, float32[1,80,1000], int64[]={100})`, "int64[?1,3]");
  checkInfer(`NonMaxSuppression(${boxes}, float32[1,80,1000])`, "int64[0,3]");
  checkInfer(
    `NonMaxSuppression(${boxes}, float32[1,80,999], int64[]={100})`,
    "int64[?1,3] ! NonMaxSuppression: there are 1000 boxes and scores for 999.",
  );
  // 80 × (1,000 log₂ 1,000 + 100 × 1,000 × 19); at most 80 × 100 × 3 × 8 bytes are written.
  checkWork(
    `NonMaxSuppression(${boxes}, float32[1,80,1000], int64[]={100})`,
    "macs=0 flops=152797263 read=336008 write=192000 sort",
  );
});
