import { productOf } from "../base/product.js";
import { bytesOfElements } from "../graph/element-type.js";
import type { Model, Weight } from "../graph/graph.js";
import { findBlockType } from "./ggml/block-types.js";
import type { StoredTensor } from "./tensors/tensor-list.js";

export interface BoundWeights {
  readonly model: Model;
  /** Parameters of the model that the file has, and all of them. */
  readonly boundCount: number;
  readonly parameterCount: number;
}

/** What wrappers put before the names of a state dict: DataParallel, torch.compile, Lightning. */
const prefixes = ["", "module.", "_orig_mod.", "model.", "net.", "module._orig_mod."];

/**
 * A traced model whose parameters lie in a file of weights: by the names of its state dict, where the shapes agree.
 * `file`, relative to the folder that is read from, holds those tensors that name none.
 */
export function bindWeights(
  model: Model,
  tensors: readonly StoredTensor[],
  file?: string,
): BoundWeights {
  const byName = new Map(tensors.map((tensor) => [tensor.name, tensor]));
  let boundCount = 0;
  let parameterCount = 0;
  const values = model.graph.values.map((value) => {
    const { name, weight } = value;
    if (weight === undefined || weight.shape.length === 0) return value;
    if (weight.isBuffer !== true) parameterCount += 1;
    const found = prefixes.map((prefix) => byName.get(prefix + name)).find(Boolean);
    if (found === undefined || !hasShape(found, storedShape(weight))) return value;
    if (weight.isBuffer !== true) boundCount += 1;
    const { elementType, offset, blocks } = found;
    const own = found.file ?? file;
    const count = productOf(weight.shape);
    const type = blocks === undefined ? undefined : findBlockType(blocks);
    const length =
      type === undefined
        ? bytesOfElements(elementType, count)
        : (count / type.elements) * type.bytes;
    const location = {
      ...(own !== undefined && { file: own }),
      offset,
      length,
      ...(blocks !== undefined && { blocks }),
    };
    return { ...value, weight: { ...weight, elementType, byteLength: length, location } };
  });
  return {
    model: { ...model, graph: { ...model.graph, values } },
    boundCount,
    parameterCount,
  };
}

/** As the file has it. */
function storedShape({ shape, isTransposed }: Weight): readonly number[] {
  return isTransposed === true ? [...shape].reverse() : shape;
}

function hasShape({ shape }: StoredTensor, wanted: readonly number[]): boolean {
  return shape.length === wanted.length && shape.every((extent, axis) => extent === wanted[axis]);
}
