import { extname } from "node:path";

/** What people have at hand that is no model we read, and where the way to one begins. */
const advice: readonly (readonly [readonly string[], string])[] = [
  [
    [".safetensors", ".pt", ".pth", ".ckpt", ".bin", ".npz"],
    "holds weights and no graph. Analyse the `config.json` beside it, or the Python source that makes the model, which takes it by `--quantization --weights`.",
  ],
  [
    [".h5", ".keras", ".pb", ".pdmodel"],
    "is not read. Convert it to ONNX (tf2onnx, paddle2onnx) or TensorFlow Lite first.",
  ],
  [
    [".pt2", ".mlmodel", ".mlpackage", ".engine", ".plan", ".xml", ".dlc", ".ptl", ".pte"],
    "is not read. Export the model that it was made from as ONNX, or analyse its Python source.",
  ],
  [
    [".cl", ".ptx", ".hip"],
    "is not read: of kernels written by hand, those in CUDA C++ (`.cu`, `.cuh`) are estimated.",
  ],
];

export function adviceOn(fileName: string): string {
  const extension = extname(fileName).toLowerCase();
  const found = advice.find(([extensions]) => extensions.includes(extension));
  return `\`${fileName}\` ${found?.[1] ?? general}`;
}

const general =
  "is in no format that Ridgepoint reads: ONNX, TensorFlow Lite, GGUF, MLIR, a language model's `config.json`, PyTorch source; Verilog, VHDL, HLS C++ and CUDA C++.";
