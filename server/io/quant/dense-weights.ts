import type { Model } from "../../core/graph/graph.js";
import type { WeightMatrix } from "../../core/hls/hls4ml/constant-products.js";
import { type LayerWeight, layerWeights } from "../../core/quant/weights.js";
import type { ReportLayer } from "../../core/views/report-document.js";
import { openLayerWeight, openTaskFiles } from "./weight-task.js";

/** Larger layers are none that are made of constants. */
const mostElements = 4e6;

/** The weights of a model's dense layers, read when they are asked for; undefined where the file has none. */
export function denseWeights(
  model: Model,
  modelPath: string,
): (layer: ReportLayer) => WeightMatrix | undefined {
  const byNode = new Map(layerWeights(model.graph).map((one) => [String(one.nodeId), one]));
  return ({ id }) => {
    const weight = byNode.get(id);
    return weight === undefined ? undefined : read(weight, modelPath);
  };
}

function read(weight: LayerWeight, modelPath: string): WeightMatrix | undefined {
  const { rows: outputs, columns: inputs, inner, outer } = weight.shape;
  const count = outputs * inputs;
  if (count > mostElements) return undefined;
  const files = openTaskFiles(modelPath);
  try {
    const source = openLayerWeight(files, weight);
    if (source === undefined) return undefined;
    const stored = new Float32Array(count);
    source.load(0, count, stored);
    // In the file they lie as [outer][rows][inner]; the inputs are [outer][inner].
    const values = new Float32Array(count);
    let at = 0;
    for (let far = 0; far < outer; far += 1)
      for (let output = 0; output < outputs; output += 1)
        for (let near = 0; near < inner; near += 1)
          values[(far * inner + near) * outputs + output] = stored[at++] ?? 0;
    return { inputs, outputs, values };
  } finally {
    files.close();
  }
}
