import type { Cancel } from "../../core/base/cancel.js";
import type { Scheme } from "../../core/quant/formats/scheme.js";
import { matrixOfShape } from "../../core/quant/measure/matrix.js";
import { findNamed, type Imported } from "../../core/quant/imports/imported.js";
import { layerQuantization } from "../../core/quant/result.js";
import { knownResults } from "./cached-results.js";
import { measureWeights } from "./measure-weights.js";
import type { Quantified } from "./quantify.js";
import { readTensorFile } from "./tensor-files.js";

/** Errors of every matrix of a file that holds weights alone; a layer of the result is a tensor, by its place in the file. */
export async function quantifyTensors(request: {
  readonly file: string;
  readonly schemes: readonly Scheme[];
  readonly cancel: Cancel;
  readonly onProgress?: (sentence: string) => void;
  /** Mean squares of activations, by tensor. */
  readonly imported?: Imported;
}): Promise<Quantified> {
  const { file, schemes, cancel, onProgress, imported } = request;
  const importanceOf = (name: string): Float32Array | undefined =>
    imported && findNamed(imported.importance, [name]);
  const { tensors, problems } = readTensorFile(file);
  const matrices = tensors.flatMap((tensor, index) => {
    const shape = matrixOfShape(tensor.shape);
    return shape === undefined ? [] : [{ tensor, shape, key: String(index), index }];
  });
  const known = knownResults(file);
  const errors = await measureWeights({
    modelPath: file,
    ...(known !== undefined && { known }),
    tasks: matrices.map(({ tensor, shape, key }) => ({
      key,
      ...importanceField(importanceOf(tensor.name)),
      ...(tensor.file !== undefined && { file: tensor.file }),
      offset: tensor.offset,
      elementType: tensor.elementType,
      ...(tensor.blocks !== undefined && { blocks: tensor.blocks }),
      shape,
    })),
    schemes,
    cancel,
    onProgress: (done, count) => onProgress?.(`measuring weights: ${done} of ${count}`),
  });
  const weightedCount = new Set<string>();
  const layers = matrices.flatMap(({ tensor, key, index }) => {
    const found = errors.get(key);
    if (found === undefined) return [];
    const own = layerQuantization(index, [], [found], schemes, (scheme) => {
      const own = found.schemes[scheme];
      const isWeighted = found.weightedEnergy > 0;
      if (isWeighted) weightedCount.add(key);
      const energy = isWeighted ? found.weightedEnergy : found.energy;
      const moved = isWeighted ? own?.weightedSquareSum : own?.squareSum;
      return {
        sensitivity: energy > 0 ? (moved ?? 0) / energy : undefined,
        activationSensitivity: undefined,
      };
    });
    return [{ ...own, weightNames: [tensor.name] }];
  });
  return {
    result: {
      schemes,
      layers,
      sensitivitySource:
        weightedCount.size > 0
          ? `error of the tensor's products, its elements' errors weighted by ${imported?.tool ?? ""}'s mean squares of activations for ${weightedCount.size} of ${matrices.length} tensors; the file holds no graph to propagate it through`
          : "error of the tensor's own elements: the file holds no graph to propagate it through",
    },
    problems,
  };
}

function importanceField(importance: Float32Array | undefined): {
  readonly importance?: Float32Array;
} {
  return importance === undefined ? {} : { importance };
}
