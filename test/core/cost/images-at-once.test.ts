import { expect, test } from "vitest";
import { neverCancelled } from "../../../server/core/base/cancel.js";
import { workOfKernel } from "../../../server/core/cost/calibrated/work-features.js";
import { inferModel } from "../../../server/core/analyze.js";
import { readOpCall } from "../../../server/core/formats/op-call.js";
import { lower } from "../../../server/core/lower/lower.js";
import { findDataFolder, loadCatalogue } from "../../../server/io/catalogue-files.js";

const { value: catalogue } = await loadCatalogue({
  dataFolder: await findDataFolder(),
  chipFolders: [],
});

function spilledBytes(op: string, id: string): number {
  const target = catalogue.find(id)!;
  const none = { inputs: new Map(), dims: new Map() };
  const { graphWork } = inferModel(readOpCall(op).value!, none, neverCancelled);
  const [kernel] = lower(graphWork, target, neverCancelled).kernels;
  const { spilled, secondsOfBytes } = workOfKernel(kernel!, target);
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
