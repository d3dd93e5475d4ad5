import type { Cancel } from "../../core/base/cancel.js";
import type { Scheme } from "../../core/quant/formats/scheme.js";
import { matrixOfShape } from "../../core/quant/measure/matrix.js";
import { sqnrDb } from "../../core/quant/measure/statistics.js";
import { layerQuantization } from "../../core/quant/result.js";
import { measureWeights } from "./measure-weights.js";
import type { Quantified } from "./quantify.js";
import { readTensorFile } from "./tensor-files.js";

/** Errors of every matrix of a file that holds weights alone; a layer of the result is a tensor, by its place in the file. */
export async function quantifyTensors(request: {
  readonly file: string;
  readonly schemes: readonly Scheme[];
  readonly cancel: Cancel;
  readonly onProgress?: (sentence: string) => void;
}): Promise<Quantified> {
  const { file, schemes, cancel, onProgress } = request;
  const { tensors, problems } = readTensorFile(file);
  const matrices = tensors.flatMap((tensor, index) => {
    const shape = matrixOfShape(tensor.shape);
    return shape === undefined ? [] : [{ tensor, shape, key: String(index), index }];
  });
  const errors = await measureWeights({
    modelPath: file,
    tasks: matrices.map(({ tensor, shape, key }) => ({
      key,
      ...(tensor.file !== undefined && { file: tensor.file }),
      offset: tensor.offset,
      elementType: tensor.elementType,
      shape,
    })),
    schemes,
    cancel,
    onProgress: (done, count) => onProgress?.(`measuring weights: ${done} of ${count}`),
  });
  const layers = matrices.flatMap(({ tensor, key, index }) => {
    const found = errors.get(key);
    if (found === undefined) return [];
    const own = layerQuantization(index, [], [found], schemes, (scheme) => {
      const db = sqnrDb(found.energy, found.schemes[scheme]?.squareSum ?? 0);
      return {
        sensitivity: db === undefined ? undefined : 10 ** (-db / 10),
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
        "error of the tensor's own elements: the file holds no graph to propagate it through",
    },
    problems,
  };
}
