// `npm start`: installs what is missing, builds, and analyses a bundled real model on three targets.
import { ensurePackages, run } from "./setup.mjs";

ensurePackages();
if (run("node", ["scripts/build.mjs"]) !== 0) process.exit(1);
const targets = [
  "nvidia-rtx-4090/tensorrt/fp16",
  "nvidia-jetson-orin-nx/tensorrt/int8",
  "raspberry-pi-5/onnxruntime/fp32",
];
const given = process.argv.slice(2);
const words =
  given.length > 0
    ? given
    : ["analyze", "examples/models/resnet50.onnx", ...targets.flatMap((id) => ["--target", id])];
process.exit(run("node", ["dist/cli.cjs", ...words]));
