import { expect, test } from "vitest";
import { neverCancelled } from "../../../server/core/base/cancel.js";
import { workOfKernel } from "../../../server/core/cost/calibrated/work-features.js";
import { kernelModels } from "../../../server/core/cost/calibrated/models/index.generated.js";
import { inferModel } from "../../../server/core/analyze.js";
import { readOpCall } from "../../../server/core/formats/op-call.js";
import type { Kernel } from "../../../server/core/lower/lowered.js";
import { lower } from "../../../server/core/lower/lower.js";
import type { Target } from "../../../server/core/targets/target.js";
import { findDataFolder, loadCatalogue } from "../../../server/io/catalogue-files.js";

const { value: catalogue } = await loadCatalogue({
  dataFolder: await findDataFolder(),
  chipFolders: [],
});

function kernelOf(op: string, target: Target): Kernel {
  const none = { inputs: new Map(), dims: new Map() };
  const { graphWork } = inferModel(readOpCall(op).value!, none, neverCancelled);
  return lower(graphWork, target, neverCancelled).kernels[0]!;
}

/** An amount of work that a kernel's model tells of it. */
function amount(op: string, name: string): number {
  const target = catalogue.find("qualcomm-snapdragon-8gen3/qnn-dlc/float")!;
  const kernel = kernelOf(op, target);
  const model = kernelModels.find(
    ({ id, kinds }) => id.startsWith("work-") && kinds.includes(kernel.shape.kind),
  )!;
  return model.describe(kernel, target)!.features[model.features.indexOf(name)]!;
}

function spilledBytes(op: string, id: string): number {
  const target = catalogue.find(id)!;
  const kernel = kernelOf(op, target);
  const { spilled, secondsOfBytes } = workOfKernel(kernel, target);
  return Math.round(spilled / secondsOfBytes(1));
}

test("what of an image does not fit beside the thirteen others is spilled", () => {
  const v70 = "amd-v70/dpu-c20b14cu1/int8";
  // 2 × 64 × 75² bytes are read and written; 38 MiB leave 2/3 × 39,845,888 / 14 = 1,897,423.24 for them.
  expect(spilledBytes("Relu(int8[1,64,75,75])", v70)).toBe(0);
  expect(spilledBytes("Relu(int8[1,64,150,150])", v70)).toBe(2 * 64 * 150 ** 2 - 1_897_423);
  // One image at a time has the chip to itself.
  expect(spilledBytes("Relu(int8[1,64,150,150])", "amd-zcu102/dpu-b4096/int8")).toBe(0);
});

test("of an NPU's cache a call has 2 MiB, a microcontroller's calls all of its memory", () => {
  const relu = "Relu(int8[1,64,150,150])";
  const elite = "qualcomm-snapdragon-8-elite/qnn-dlc/w8a8";
  expect(spilledBytes(relu, elite)).toBe(2 * 64 * 150 ** 2 - 2 ** 21);
  expect(spilledBytes("Relu(int8[1,64,100,100])", elite)).toBe(0);
  expect(spilledBytes(relu, "stm32h747i-disco/x-cube-ai/int8")).toBe(0);
});

test("products of two activations, rows of tables and steps are told apart", () => {
  expect(amount("MatMul(float32[4,32,196], float32[4,196,33])", "dynamic-calls")).toBe(1);
  expect(amount("Gather(float32[1000,64], int64[8])", "gathered")).toBeGreaterThan(0);
  expect(amount("Concat(float32[8,16,32], float32[8,16,32], axis=1)", "gathered")).toBe(0);
  // An LSTM of 48 units over 32 steps both ways: [steps, batch, inputs], [directions, 4 × units, inputs or units].
  const lstm =
    "LSTM(float32[32,1,192], float32[2,192,192], float32[2,192,48], hidden_size=48, direction=bidirectional)";
  expect(amount(lstm, "steps")).toBe(64);
});
