import { expect, test } from "vitest";
import { analyze } from "../../../server/core/analyze.js";
import { neverCancelled } from "../../../server/core/base/cancel.js";
import { readOpCall } from "../../../server/core/formats/op-call.js";
import { findDataFolder, loadCatalogue } from "../../../server/io/catalogue-files.js";

const { value: catalogue } = await loadCatalogue({
  dataFolder: await findDataFolder(),
  chipFolders: [],
});

function engineOf(op: string, target: string): string | undefined {
  const model = readOpCall(op).value!;
  const bindings = { inputs: new Map(), dims: new Map() };
  const found = analyze(model, bindings, [catalogue.find(target)!], neverCancelled);
  return found.targets[0]?.lowered.kernels[0]?.engine;
}

const normalization = "LayerNormalization(fp16[1,197,768], fp16[768], fp16[768])";
const convolution = "Conv(fp16[1,64,56,56], fp16[64,64,3,3], pads=[1,1,1,1])";

// Qualcomm AI Hub v0.46.1: of 1,089 rows of networks that libraries publish, these two rules place all but five.
test.each([
  [normalization, "qualcomm-snapdragon-8gen3/onnx/w8a8", "cpu"],
  [normalization, "qualcomm-snapdragon-8gen3/onnx/float", "npu"],
  [normalization, "qualcomm-snapdragon-8gen3/qnn-dlc/w8a8", "npu"],
  [convolution, "qualcomm-snapdragon-8gen3/onnx/w8a8", "npu"],
  [convolution, "qualcomm-qcs6490/onnx/w8a8", "cpu"],
  [convolution, "qualcomm-qcs6490/qnn-dlc/w8a8", "npu"],
])("%s on %s runs on the %s", (op, target, engine) => {
  expect(engineOf(op, target)).toBe(engine);
});
