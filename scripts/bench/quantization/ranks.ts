import { existsSync } from "node:fs";
import path from "node:path";
import { inferModel } from "../../../server/core/analyze.js";
import { neverCancelled } from "../../../server/core/base/cancel.js";
import { parseScheme } from "../../../server/core/quant/formats/scheme.js";
import { loadFormats } from "../../../server/io/format-files.js";
import { runMeasuredTask } from "../../../server/io/quant/measured-task.js";
import { quantify } from "../../../server/io/quant/quantify.js";
import { readModelFile } from "../../../server/io/read-model.js";
import { spearman } from "../../../test/core/quant/ort-truth.js";
import type { Figure } from "../print-table.js";
import { modelsFolder } from "./models-folder.js";

/** Trained, at least twelve layers with weights, and no twin of another one. */
const models = [
  "mlperftiny_vww_mobilenetv1_f32.onnx",
  "mlperftiny_vww_mobilenetv1_025_96_int8.tflite",
  "tflm_person_detect_int8.tflite",
  "tflm_mobilenet_v2_224_int8.tflite",
];
/** Fewer layers, for comparison. */
const smaller = [
  "resnet_large_cifar_int8.tflite",
  "mlperftiny_sww_1dscnn_int8.tflite",
  "mlperftiny_ic_resnet8_f32.onnx",
  "mlperftiny_kws_dscnn_f32.tflite",
  "mlperftiny_kws_dscnn_k1.onnx",
  "mlperftiny_ad_autoencoder_k1.onnx",
];
const schemeIds = ["int8", "int4", "fp8-e4m3"];
const sampleCount = 8;

/**
 * Rank correlation of layers' risks without data with what ONNX Runtime measures on generated samples, beside that of the
 * plain error of the weights.
 */
export async function rankCorrelations(): Promise<readonly Figure[]> {
  if (!existsSync(modelsFolder)) {
    console.log(`${modelsFolder} is absent: no ranks are compared.`);
    return [];
  }
  const figures: Figure[] = [];
  const medians: number[] = [];
  for (const file of [...models, ...smaller]) {
    const found = await ranksOf(path.join(modelsFolder, file));
    const isLarge = models.includes(file);
    if (isLarge) medians.push(medianOfValues(found.map(({ rank }) => rank)));
    for (const { scheme, rank, baseline, layerCount } of found) {
      const name = `${file.replace(/^mlperftiny_/, "")}, ${layerCount} layers, ${scheme}`;
      figures.push(
        { name, value: rank, unit: "", ...(isLarge && { bound: 0.75 }) },
        { name: "… by the error of the weights", value: baseline, unit: "" },
      );
    }
  }
  return [
    ...figures,
    {
      name: "median over the models with 12 layers or more, of each model's median",
      value: medianOfValues(medians),
      unit: "",
      bound: 0.75,
    },
  ];
}

function medianOfValues(values: readonly number[]): number {
  const sorted = [...values].sort((left, right) => left - right);
  const middle = sorted.length / 2;
  return ((sorted[Math.ceil(middle) - 1] ?? NaN) + (sorted[Math.floor(middle)] ?? NaN)) / 2;
}

interface Ranks {
  readonly scheme: string;
  readonly rank: number;
  readonly baseline: number;
  readonly layerCount: number;
}

async function ranksOf(file: string): Promise<readonly Ranks[]> {
  const formats = loadFormats(path.resolve("server/data")).value;
  const schemes = schemeIds
    .map((id) => parseScheme(id, formats))
    .filter((one) => typeof one !== "string");
  const read = readModelFile(file).value;
  if (read === undefined) return [];
  const bindings = { inputs: new Map(), dims: new Map() };
  const { model } = inferModel(read, bindings, neverCancelled);
  const request = { modelPath: file, schemes, activationSchemes: [] };
  const { result } = await quantify({ ...request, model, cancel: neverCancelled });
  const answer = await runMeasuredTask(
    { ...request, bindings, samples: { kind: "generated", count: sampleCount } },
    neverCancelled,
    () => undefined,
  );
  if (answer.kind === "impossible") {
    console.log(`${path.basename(file)}: ${answer.reason}`);
    return [];
  }
  return schemes.flatMap(({ id }, index): Ranks[] => {
    const rows = result.layers.flatMap(({ nodeId, schemes: own }) => {
      const truth = answer.byNode.get(nodeId)?.weights[index];
      const { sensitivity, sqnrDb } = own[index] ?? {};
      return truth === undefined || sensitivity === undefined || sqnrDb === undefined
        ? []
        : [{ truth, sensitivity, error: -sqnrDb }];
    });
    // A format that holds the model's integers errs nowhere: there is nothing to rank.
    if (rows.every(({ truth }) => truth === 0)) return [];
    const truths = rows.map(({ truth }) => truth);
    return [
      {
        scheme: id,
        rank: spearman(
          rows.map(({ sensitivity }) => sensitivity),
          truths,
        ),
        baseline: spearman(
          rows.map(({ error }) => error),
          truths,
        ),
        layerCount: rows.length,
      },
    ];
  });
}
