// Written by scripts/gen.mjs; do not edit.
import { format as onnx } from "./onnx.js";
import type { ModelFormat } from "./format.js";

export const formats: readonly ModelFormat[] = [
  onnx,
];
