import { describe, expect, test } from "vitest";
import type { TargetAnalysis } from "../../../server/core/analysis.js";
import { analyze } from "../../../server/core/analyze.js";
import { neverCancelled } from "../../../server/core/base/cancel.js";
import { readOpCall } from "../../../server/core/formats/op-call.js";
import { findDataFolder, loadCatalogue } from "../../../server/io/catalogue-files.js";

/**
 * What papers on efficient networks found on real devices shows in the costs of calibrated targets: MACs alone do not
 * tell. Devices are the papers' own or of the same kind; only directions and rough sizes are held to.
 */
const { value: catalogue } = await loadCatalogue({
  dataFolder: await findDataFolder(),
  chipFolders: [],
});

function on(target: string, op: string): TargetAnalysis {
  const model = readOpCall(op).value!;
  const none = { inputs: new Map(), dims: new Map() };
  return analyze(model, none, [catalogue.find(target)!], neverCancelled).targets[0]!;
}

function secondsOf(target: string, op: string): number {
  const { latency } = on(target, op);
  expect(latency?.method, op).toBe("calibrated");
  return latency!.value;
}

const phone = "google-pixel-3/mobile-cpu/fp32";
const gpu = "nvidia-gtx-1080ti/pytorch-eager/fp32";

describe("ShuffleNet V2 (Ma et al. 2018, https://arxiv.org/abs/1807.11164)", () => {
  test("G2: at equal MACs a convolution in groups is slower", () => {
    // Table 2, ARM: 40.0 images/s undivided, 22.8 in eight groups.
    const whole = secondsOf(phone, "Conv(fp32[1,128,56,56], fp32[128,128,1,1])");
    const groups = secondsOf(phone, "Conv(fp32[1,256,56,56], fp32[256,64,1,1], group=4)");
    expect(groups / whole).toBeGreaterThan(1.05);
  });

  test("G3: a block in fragments is slower than one operator of as many MACs", () => {
    // Table 3, GTX 1080 Ti: four parallel fragments run at a third of the speed at batch 1.
    const whole = secondsOf(gpu, "Conv(fp32[1,128,28,28], fp32[128,128,1,1])");
    const fragment = secondsOf(gpu, "Conv(fp32[1,64,28,28], fp32[64,64,1,1])");
    expect((4 * fragment) / whole).toBeGreaterThan(1.2);
  });

  test("G4: element-wise operators without MACs take time", () => {
    // Table 4, GTX 1080 Ti: a bottleneck without ReLU and shortcut is 25 % faster.
    const conv = secondsOf(gpu, "Conv(fp32[32,128,56,56], fp32[128,128,3,3], pads=[1,1,1,1])");
    const relu = secondsOf(gpu, "Relu(fp32[32,128,56,56])");
    const add = secondsOf(gpu, "Add(fp32[32,128,56,56], fp32[32,128,56,56])");
    expect((relu + add) / conv).toBeGreaterThan(0.05);
  });
});

test("depthwise convolutions reach fewer FLOPS than dense ones (FasterNet, Chen et al. 2023, figure 2)", () => {
  // 9 against 512 MACs per output: were MACs all that counts, the dense one would take 57 times as long.
  const dense = secondsOf(gpu, "Conv(fp32[32,512,14,14], fp32[512,512,1,1])");
  const depthwise = secondsOf(
    gpu,
    "Conv(fp32[32,512,14,14], fp32[512,1,3,3], group=512, pads=[1,1,1,1])",
  );
  expect(dense / depthwise).toBeLessThan(57 / 3);
});

test("the energy of a network on a Raspberry Pi 5 is what its power rails measured, not the board's limit", () => {
  // NAS-Bench-201 networks draw 1.4 to 1.7 W above idle on one core (HW-NAS-Bench-360).
  const { latency, energy } = on(
    "raspberry-pi-5/litert/fp32",
    "Conv(fp32[1,16,32,32], fp32[16,16,3,3], pads=[1,1,1,1])",
  );
  expect(energy?.method).toBe("calibrated");
  expect(energy!.value / latency!.value).toBeGreaterThan(0.5);
  expect(energy!.value / latency!.value).toBeLessThan(4);
});
