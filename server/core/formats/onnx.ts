import type { ModelFormat } from "./format.js";
import { readModel } from "./onnx/model.js";
import { looksLikeModel } from "./onnx/sniff.js";

/** Binary ONNX: the graph is read, the weights stay where they are. */
export const format: ModelFormat = {
  id: "onnx",
  extensions: [".onnx"],
  sniff: looksLikeModel,
  read: readModel,
};
