import path from "node:path";
import { expect, test } from "vitest";
import { analyze } from "../../server/core/analyze.js";
import { neverCancelled } from "../../server/core/base/cancel.js";
import { findDataFolder, loadCatalogue } from "../../server/io/catalogue-files.js";
import { readModelFile } from "../../server/io/read-model.js";

const { value: catalogue } = await loadCatalogue({
  dataFolder: await findDataFolder(),
  chipFolders: [],
});

const files: Readonly<Record<string, string>> = {
  ad: "mlperftiny_ad_autoencoder_int8.tflite",
  ic: "mlperftiny_ic_resnet8_int8.tflite",
  kws: "mlperftiny_kws_dscnn_int8.tflite",
  vww: "mlperftiny_vww_mobilenetv1_025_96_int8.tflite",
};

// MLPerf Tiny v1.2 and v1.3, closed division, STMicroelectronics with X-CUBE-AI and Bosch's engine; Apache-2.0,
// https://github.com/mlcommons/tiny_results_v1.3. Milliseconds, and microjoules where a meter was read.
const measured: readonly (readonly [string, string, number, number?])[] = [
  ["nucleo-u575zi-q/x-cube-ai/int8", "ad", 3.2095, 77.24],
  ["nucleo-u575zi-q/x-cube-ai/int8", "ic", 109.49, 2565],
  ["nucleo-u575zi-q/x-cube-ai/int8", "kws", 28.995, 664.4],
  ["nucleo-u575zi-q/x-cube-ai/int8", "vww", 59.266, 1372],
  ["nucleo-u385rg-q/x-cube-ai/int8", "ic", 182.45, 965.6],
  ["nucleo-u385rg-q/x-cube-ai/int8", "vww", 98.736, 519],
  ["nucleo-l4r5zi-p/x-cube-ai/int8", "ic", 165.67, 5496],
  ["nucleo-l4r5zi-p/x-cube-ai/int8", "kws", 43.418, 1431],
  ["nucleo-l4r5zi/hale/int8", "ic", 180.54],
  ["nucleo-l4r5zi/hale/int8", "vww", 180.51],
  ["nucleo-g0b1re/hale/int8", "ic", 1522.1],
];

test("MLPerf Tiny's networks take the time and energy that were measured", () => {
  const errors = measured.map(([targetId, benchmark, milliseconds, microjoules]) => {
    const file = path.resolve(import.meta.dirname, "../fixtures/tflite", files[benchmark]!);
    const bindings = { inputs: new Map(), dims: new Map() };
    const target = catalogue.find(targetId)!;
    const model = readModelFile(file).value!;
    const { latency, energy } = analyze(model, bindings, [target], neverCancelled).targets[0]!;
    const label = `${benchmark} on ${targetId}`;
    expect(latency!.method, label).toBe("calibrated");
    expect(latency!.low * 1e3, label).toBeLessThan(milliseconds);
    expect(latency!.high * 1e3, label).toBeGreaterThan(milliseconds);
    if (microjoules !== undefined) {
      expect(energy!.low * 1e6, label).toBeLessThan(microjoules);
      expect(energy!.high * 1e6, label).toBeGreaterThan(microjoules);
    }
    return Math.abs((latency!.value * 1e3) / milliseconds - 1);
  });
  errors.sort((a, b) => a - b);
  expect(errors[errors.length >> 1]).toBeLessThan(0.12);
});
