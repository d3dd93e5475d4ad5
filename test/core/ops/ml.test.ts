import { test } from "vitest";
import { checkInfer, checkWork } from "../../kit/op-text.js";

test("feature preparation", () => {
  checkInfer("ai.onnx.ml:Scaler(int64[n,4])", "float32[n,4]");
  checkInfer("ai.onnx.ml:Binarizer(float32[n,4])", "float32[n,4]");
  checkInfer("ai.onnx.ml:LabelEncoder<values_int64s=[1,2]>(string[n])", "int64[n]");
  checkInfer("ai.onnx.ml:LabelEncoder<values_tensor=float64[1]={1}>(string[n])", "float64[n]");
  checkInfer("ai.onnx.ml:CategoryMapper(string[n,2])", "int64[n,2]");
  checkInfer("ai.onnx.ml:OneHotEncoder<cats_int64s=[1,2,3]>(int64[n,2])", "float32[n,2,3]");
  checkInfer(
    "ai.onnx.ml:FeatureVectorizer<inputdimensions=[2,3]>(float32[n,2], float32[n,3])",
    "float32[n,5]",
  );
  checkInfer("ai.onnx.ml:ArrayFeatureExtractor(float32[n,9], int64[2])", "float32[n,2]");
  checkInfer(
    'ai.onnx.ml:DictVectorizer<string_vocabulary=["a","b"]>(map(string, float32[]))',
    "float32[1,2]",
  );
  checkInfer(
    'ai.onnx.ml:CastMap<map_form="SPARSE", max_map=7>(map(int64, float32[]))',
    "float32[1,7]",
  );
  checkInfer(
    'ai.onnx.ml:ZipMap<classlabels_strings=["a","b"]>(float32[n,2])',
    "seq(map(string, float32[]))",
  );
});

test("classical models", () => {
  checkInfer("ai.onnx.ml:LinearRegressor<targets=2>(float32[n,4])", "float32[n,2]");
  checkInfer(
    'ai.onnx.ml:LinearClassifier<classlabels_strings=["a","b","c"]>(float32[n,4]) -> 2',
    "string[n], float32[n,3]",
  );
  checkInfer("ai.onnx.ml:SVMRegressor(float32[n,4])", "float32[n,1]");
  checkInfer(
    "ai.onnx.ml:SVMClassifier<classlabels_ints=[0,1,2,3], vectors_per_class=[1,1,1,1]>(float32[n,4]) -> 2",
    "int64[n], float32[n,6]",
  );
  checkInfer(
    "ai.onnx.ml:TreeEnsembleClassifier<classlabels_int64s=[0,1]>(float32[n,4]) -> 2",
    "int64[n], float32[n,2]",
  );
  checkInfer("ai.onnx.ml:TreeEnsemble<n_targets=3>(float64[5,4])", "float64[5,3]");
});

test("work of classical models", () => {
  // 10 rows × 2 targets × 3 features; an intercept for each of 20 scores; 10×3 inputs and 6+2 floats are read.
  checkWork(
    "ai.onnx.ml:LinearRegressor<targets=2, coefficients=[1.0,2.0,3.0,4.0,5.0,6.0], intercepts=[1.0,2.0]>(float32[10,3])",
    "macs=60 flops=20 read=152 write=80 matmul",
  );
  // A tree of 7 nodes has 4 leaves: 2 comparisons and a sum for each of 5 rows; 5×2 floats and 7 integers are read.
  checkWork(
    "ai.onnx.ml:TreeEnsembleRegressor<nodes_treeids=[0,0,0,0,0,0,0]>(float32[5,2])",
    "macs=0 flops=15 read=96 write=20 gather",
  );
});
