// Written by scripts/gen.mjs; do not edit.
import { format as gguf } from "./gguf.js";
import { format as hfConfig } from "./hf-config.js";
import { format as mlir } from "./mlir.js";
import { format as onnxText } from "./onnx-text.js";
import { format as onnx } from "./onnx.js";
import { format as tflite } from "./tflite.js";
import type { ModelFormat } from "./format.js";

export const formats: readonly ModelFormat[] = [
  gguf,
  hfConfig,
  mlir,
  onnxText,
  onnx,
  tflite,
];
