import { existsSync } from "node:fs";
import path from "node:path";
import { comparePlans, type JudgedPlan } from "../../../test/core/quant/compare-plans.js";
import type { Figure } from "../print-table.js";
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
const sampleCounts = { checked: 32, judged: 32 };

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
    const file = path.join(modelsFolder, model);
    for (const target of targets)
      for (const compared of await comparePlans(file, target, sampleCounts)) {
        const { seconds, isOnlyPlan, mixed, checked, uniform } = compared;
        const label = `${model.replace(/^mlperftiny_|\.(onnx|tflite)$/g, "")}, ${target}, ${(seconds * 1e6).toPrecision(4)} µs`;
        const kept = checked.name === "this plan" ? "the same" : textOf(checked);
        console.log(
          `${label}: ${textOf(mixed)}; ${textOf({ ...uniform, name: `all ${uniform.name}` })}; kept when they are run: ${kept}`,
        );
        if (isOnlyPlan) console.log(`${label}: no other plan is as fast.`);
        // A quantized model in its own format errs nowhere.
        if (isOnlyPlan || (uniform.error === 0 && mixed.error === 0)) continue;
        const unit = "of the best uniform plan's error";
        figures.push(
          { name: label, value: mixed.error / uniform.error, unit, bound: 1 },
          { name: "… as kept by --check", value: checked.error / uniform.error, unit, bound: 1 },
        );
      }
  }
  return figures;
}

function textOf({ name, error, risk }: JudgedPlan): string {
  return `${name} ${error.toExponential(2)} (foretold ${risk.toExponential(2)})`;
}
