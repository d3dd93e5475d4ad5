import { test } from "vitest";
import { checkInfer, checkWork } from "../../kit/op-text.js";

test("Reshape copies, fills and checks extents", () => {
  checkInfer("Reshape(float32[2,3,4], int64[2]={0,-1})", "float32[2,12]");
  checkInfer("Reshape(float32[b,3,4], int64[3]={-1,2,6})", "float32[b,2,6]");
  checkInfer("Reshape(float32[b,s,64], int64[4]={0,0,8,8})", "float32[b,s,8,8]");
  checkInfer("Reshape@4<shape=[6]>(float32[2,3])", "float32[6]");
  checkInfer("Reshape<allowzero=1>(float32[0,3], int64[2]={3,0})", "float32[3,0]");
  checkInfer("Reshape(float32[2,3], int64[2])", "float32[?1,?2]");
  checkInfer(
    "Reshape(float32[2,3], int64[1]={4})",
    "float32[4] ! Reshape: [2,3] has 6 elements, which [4] with 4 cannot hold.",
  );
  checkInfer("Reshape(int64[2]={5,6}, int64[2]={1,2})", "int64[1,2]={5,6}");
});

test("Flatten, Squeeze and Unsqueeze", () => {
  checkInfer("Flatten(float32[b,3,4])", "float32[b,12]");
  checkInfer("Flatten<axis=0>(float32[2,3])", "float32[1,6]");
  checkInfer("Squeeze(float32[1,3,1])", "float32[3]");
  checkInfer("Squeeze@11<axes=[0]>(float32[1,n])", "float32[n]");
  checkInfer("Squeeze(float32[1,n], int64[1]={-2})", "float32[n]");
  checkInfer("Unsqueeze(float32[n], int64[2]={0,-1})", "float32[1,n,1]");
  checkInfer("Unsqueeze(float32[n], int64[2])", "float32[?1,?2,?3]");
});

test("Shape and Size give extents, symbolic ones too", () => {
  checkInfer("Shape(float32[b,3])", "int64[2]={b,3}");
  checkInfer("Shape<start=1, end=-1>(float32[b,3,4])", "int64[1]={3}");
  checkInfer("Size(float32[b,3])", "int64[]={3*b}");
});

test("constants and ranges", () => {
  checkInfer("Constant<value_ints=[1,2]>()", "int64[2]={1,2}");
  checkInfer("ConstantOfShape<value=int64[1]={7}>(int64[2]={1,2})", "int64[1,2]={7,7}");
  checkInfer("Range(int64[]={1}, int64[]={8}, int64[]={3})", "int64[3]={1,4,7}");
  checkInfer("Range(float32[], float32[], float32[])", "float32[?1]");
  checkInfer("EyeLike<dtype=7>(float32[3,4])", "int64[3,4]");
  checkInfer("Cast<to=7>(float32[2]={1.7,-1.7})", "int64[2]={1,-1}");
});

test("Concat joins shapes and vectors", () => {
  checkInfer("Concat<axis=1>(float32[b,3], float32[2,4])", "float32[2,7]");
  checkInfer("Concat<axis=0>(int64[1]={2}, int64[1])", "int64[2]={2,?1}");
  checkInfer(
    "Concat<axis=0>(float32[2,3], float32[2,4])",
    "float32[…] ! Concat: inputs of shapes [2,3] and [2,4] cannot be joined along axis 0; their other extents should be equal.",
  );
});

test("Split by attribute, by input and evenly", () => {
  checkInfer("Split<axis=1>(float32[2,6]) -> 3", "float32[2,2], float32[2,2], float32[2,2]");
  checkInfer("Split@11<axis=0, split=[1,5]>(float32[6]) -> 2", "float32[1], float32[5]");
  checkInfer("Split(float32[6], int64[2]={2,4}) -> 2", "float32[2], float32[4]");
  checkInfer("Split<num_outputs=3>(float32[7]) -> 3", "float32[3], float32[3], float32[1]");
});

test("Slice clamps its bounds and keeps symbols", () => {
  checkInfer("Slice(float32[10,4], int64[1]={2}, int64[1]={100})", "float32[8,4]");
  checkInfer("Slice@9<starts=[0,-2], ends=[1,9]>(float32[10,4])", "float32[1,2]");
  checkInfer(
    "Slice(float32[10], int64[1]={-1}, int64[1]={-100}, int64[1]={0}, int64[1]={-3})",
    "float32[4]",
  );
  checkInfer("Slice(float32[n], int64[1]={1}, int64[1]={9223372036854775807})", "float32[n - 1]");
  checkInfer("Slice(int64[3]={5,6,7}, int64[1]={1}, int64[1]={3})", "int64[2]={6,7}");
});

test("Pad, Tile, Expand and CenterCropPad", () => {
  checkInfer("Pad(float32[1,3,h,4], int64[8]={0,0,1,1,0,0,1,1})", "float32[1,3,h + 2,6]");
  checkInfer("Pad(float32[2,3], int64[2]={1,2}, _, int64[1]={-1})", "float32[2,6]");
  checkInfer("Tile(float32[2,n], int64[2]={3,2})", "float32[6,2*n]");
  checkInfer("Expand(float32[3,1], int64[3]={2,1,6})", "float32[2,3,6]");
  checkInfer("CenterCropPad<axes=[0]>(float32[20,8], int64[1]={10})", "float32[10,8]");
});

test("Transpose and blocks", () => {
  checkInfer("Transpose(float32[a,b,c])", "float32[c,b,a]");
  checkInfer("Transpose<perm=[0,2,1]>(float32[a,b,c])", "float32[a,c,b]");
  checkInfer("SpaceToDepth<blocksize=2>(float32[1,3,8,h])", "float32[1,12,4,floor(h/2)]");
  checkInfer("DepthToSpace<blocksize=2>(float32[1,12,4,h])", "float32[1,3,8,2*h]");
});

test("movement reads what it needs", () => {
  checkWork(
    "Slice(float32[1000,4], int64[1]={0}, int64[1]={2})",
    "macs=0 flops=0 read=32 write=32 movement",
  );
  checkWork("Reshape(float32[2,3], int64[1]={6})", "macs=0 flops=0 read=0 write=0 view");
  // 2 × 4 + 3 × 4 bytes each way.
  checkWork("Concat<axis=0>(float32[2], float32[3])", "macs=0 flops=0 read=20 write=20 movement");
});
