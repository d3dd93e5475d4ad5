import { test } from "vitest";
import { checkInfer, checkWork } from "../../kit/op-text.js";

test("Gather and its relatives", () => {
  checkInfer("Gather(float32[1000,64], int64[b,s])", "float32[b,s,64]");
  checkInfer("Gather<axis=-1>(float32[4,5], int64[])", "float32[4]");
  checkInfer("Gather(int64[3]={7,8,9}, int64[]={-1})", "int64[]={9}");
  checkInfer("GatherElements<axis=1>(float32[3,4], int64[3,2])", "float32[3,2]");
  checkInfer("GatherND<batch_dims=1>(float32[2,3,4], int64[2,1])", "float32[2,4]");
  checkInfer("Compress<axis=1>(float32[3,4], bool[4]={1,0,1,0})", "float32[3,2]");
});

test("a gather reads the rows it picks, not the table", () => {
  // 3 rows of 64 floats, 3 indices of 8 bytes; not the 256,000 bytes of the table.
  checkWork(
    "Gather(weight float32[1000,64], int64[3])",
    "macs=0 flops=0 read=792 write=768 gather",
  );
});

test("scatters give what they write into", () => {
  checkInfer("ScatterND(float32[8,4], int64[2,1], float32[2,4])", "float32[8,4]");
  checkInfer("ScatterElements(float32[3,3], int64[2,3], float32[2,3])", "float32[3,3]");
  checkInfer(
    "TensorScatter(float32[b,8,16,64], float32[b,8,1,64], int64[b])",
    "float32[b,8,16,64]",
  );
  // 128 + 16 + 32 bytes read; two rows of 4 added.
  checkWork(
    'ScatterND<reduction="add">(float32[8,4], int64[2,1], float32[2,4])',
    "macs=0 flops=8 read=176 write=128 gather",
  );
});

test("choice and search", () => {
  checkInfer("Where(bool[2,1], float32[3], float32[])", "float32[2,3]");
  checkInfer("Where(bool[2]={1,0}, int64[2]={1,2}, int64[2]={8,9})", "int64[2]={1,9}");
  checkInfer("OneHot<axis=0>(int64[n], int64[]={10}, float32[2])", "float32[10,n]");
  checkInfer("NonZero(float32[2,3])", "int64[2,?1]");
  checkInfer("NonZero(int64[2,2]={0,1,1,0})", "int64[2,2]={0,1,1,0}");
  checkInfer("Unique<axis=0>(int64[3,1]={5,5,6}) -> 4", "int64[2,1], int64[2], int64[3], int64[2]");
  checkInfer("TopK(float32[2,10], int64[1]={3}) -> 2", "float32[2,3], int64[2,3]");
  checkInfer("TopK@9<k=3>(float32[2,n]) -> 2", "float32[2,3], int64[2,3]");
});

test("reductions, by attribute and by input", () => {
  checkInfer("ReduceMean@13<axes=[-1]>(float32[b,s,768])", "float32[b,s,1]");
  checkInfer("ReduceMean<keepdims=0>(float32[b,s,768], int64[1]={1})", "float32[b,768]");
  checkInfer("ReduceSum(float32[2,3])", "float32[1,1]");
  checkInfer("ReduceSum<noop_with_empty_axes=1>(float32[2,3])", "float32[2,3]");
  checkInfer("ReduceProd<keepdims=0>(int64[3]={2,3,4}, int64[1]={0})", "int64[]={24}");
  checkInfer("ReduceMax<keepdims=0>(float32[2,3], int64[1])", "float32[?1]");
  checkInfer("ArgMax<axis=1, keepdims=0>(float32[2,3])", "int64[2]");
  checkInfer("CumSum(float32[2,3], int64[]={1})", "float32[2,3]");
  checkInfer(
    "ReduceSum(float32[2], int64[1]={3})",
    "float32[…] ! ReduceSum: axis 3 lies outside a tensor of rank 1.",
  );
});

test("reductions count each element once", () => {
  // 24 squares and 24 sums, 6 roots; 96 bytes and the 8 of the axis read, 24 written.
  checkWork(
    "ReduceL2(float32[2,3,4], int64[1]={2})",
    "macs=0 flops=54 read=104 write=24 reduction",
  );
});

test("sequences, optionals and texts", () => {
  checkInfer("SequenceConstruct(float32[2,3], float32[2,4])", "seq(float32[2,?1])");
  checkInfer("SequenceInsert(seq(float32[…]), float32[2])", "seq(float32[2])");
  checkInfer("SequenceAt(seq(float32[2]), int64[]={0})", "float32[2]");
  checkInfer("SequenceLength(seq(float32[2]))", "int64[]");
  checkInfer("SequenceEmpty<dtype=7>()", "seq(int64[…])");
  checkInfer("SplitToSequence<axis=1>(float32[2,6], int64[]={3})", "seq(float32[2,3])");
  checkInfer("SplitToSequence<keepdims=0>(float32[2,6])", "seq(float32[6])");
  checkInfer("ConcatFromSequence<axis=0, new_axis=1>(seq(float32[2]))", "float32[?1,2]");
  checkInfer("Optional(float32[2])", "optional(float32[2])");
  checkInfer("Optional<type=type:seq(float32[2])>()", "optional(seq(float32[2]))");
  checkInfer("OptionalGetElement(optional(float32[2]))", "float32[2]");
  checkInfer("OptionalHasElement(optional(float32[2]))", "bool[]");
  checkInfer("OptionalHasElement(float32[2])", "bool[]={1}");
  checkInfer("StringConcat(string[2,1], string[3])", "string[2,3]");
  checkInfer("StringSplit(string[2]) -> 2", "string[2,?1], int64[2]");
  checkInfer('StringNormalizer<stopwords=["a"]>(string[3]={"A","b","c"})', "string[2]");
  checkInfer("TfIdfVectorizer<ngram_indexes=[0,4]>(int64[n,9])", "float32[n,5]");
});

test("random values and optimizers", () => {
  checkInfer("RandomNormal<shape=[2,3]>()", "float32[2,3]");
  checkInfer("RandomUniformLike<dtype=10>(float32[n])", "float16[n]");
  checkInfer("Multinomial<sample_size=5>(float32[b,10])", "int32[b,5]");
  checkInfer(
    "ai.onnx.preview.training:Adam(float32[], int64[], float32[2], float32[2], float32[2], float32[2]) -> 3",
    "float32[2], float32[2], float32[2]",
  );
});
