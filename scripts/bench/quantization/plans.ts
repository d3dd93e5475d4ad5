import { existsSync } from "node:fs";
import path from "node:path";
import { comparePlans } from "../../../test/core/quant/compare-plans.js";
import type { Figure } from "../print-table.js";
import { asOnnx } from "./as-onnx.js";
import { modelsFolder } from "./models-folder.js";

/** Trained, one of each network and kind; those that are there in integers alone hold what every plan would choose. */
const models = [
  "mlperftiny_ic_resnet8_f32.onnx",
  "mlperftiny_vww_mobilenetv1_f32.onnx",
  "mlperftiny_kws_dscnn_f32.tflite",
  "mlperftiny_kws_dscnn_k1.onnx",
  "mlperftiny_ad_autoencoder_k1.onnx",
];
const targets = [
  "raspberry-pi-5/onnxruntime/fp32",
  "nvidia-jetson-orin-nx/tensorrt/int8",
  "stm32h747i-disco/x-cube-ai/int8",
];
const sampleCount = 32;

/**
 * For each model and target: the mixed plan's measured error as a share of the best uniform plan's that takes as long. Where
 * that is the only plan as fast as that, nothing is compared.
 */
export async function plansOfTrainedModels(): Promise<readonly Figure[]> {
  if (!existsSync(modelsFolder)) {
    console.log(`${modelsFolder} is absent: no plans are measured.`);
    return [];
  }
  const figures: Figure[] = [];
  for (const model of models) {
    const file = asOnnx(path.join(modelsFolder, model));
    if (file === undefined) continue;
    for (const target of targets)
      for (const { seconds, isOnlyPlan, mixed, uniform } of await comparePlans(
        file,
        target,
        sampleCount,
      )) {
        const label = `${model.replace(/^mlperftiny_|\.(onnx|tflite)$/g, "")}, ${target}, ${(seconds * 1e6).toPrecision(4)} µs`;
        console.log(
          `${label}: mixed ${mixed.error.toExponential(2)} (predicted ${mixed.risk.toExponential(2)}), all ${uniform.id} ${uniform.error.toExponential(2)} (predicted ${uniform.risk.toExponential(2)})`,
        );
        if (isOnlyPlan) console.log(`${label}: no other plan is as fast.`);
        // A quantized model in its own format errs nowhere.
        if (isOnlyPlan || (uniform.error === 0 && mixed.error === 0)) continue;
        figures.push({
          name: label,
          value: mixed.error / uniform.error,
          unit: "of the best uniform plan's error",
          bound: 1,
        });
      }
  }
  return figures;
}
