import type { ModelFormat } from "./format.js";
import { readModel } from "./tflite/model.js";

/** TensorFlow Lite (LiteRT): a FlatBuffer with the file identifier `TFL3`. Weights stay where they are. */
export const format: ModelFormat = {
  id: "tflite",
  extensions: [".tflite", ".lite"],
  sniff: (head) =>
    head.length >= 8 && identifier.every((character, index) => head[4 + index] === character),
  read: readModel,
};

/** "TFL3". */
const identifier = [0x54, 0x46, 0x4c, 0x33] as const;
