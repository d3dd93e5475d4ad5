import path from "node:path";
import type { ByteSource } from "../../core/base/byte-source.js";
import type { Cancel } from "../../core/base/cancel.js";
import type { ElementType } from "../../core/graph/element-type.js";
import type { Arrangement, Quantization } from "../../core/graph/graph.js";
import type { Scheme } from "../../core/quant/formats/scheme.js";
import { blockElements } from "../../core/quant/ggml/block-elements.js";
import { arrangedElements } from "../../core/quant/measure/arranged-elements.js";
import type { ElementSource } from "../../core/quant/measure/chunks.js";
import {
  dequantized,
  type ReadElements,
  resolveDequantization,
} from "../../core/quant/measure/dequantize.js";
import { elementsOf } from "../../core/quant/measure/elements.js";
import type { Kernels } from "../../core/quant/measure/kernels.js";
import type { MatrixShape } from "../../core/quant/measure/matrix.js";
import { measureWeight } from "../../core/quant/measure/measure-weight.js";
import { type WeightErrors, withoutError } from "../../core/quant/measure/statistics.js";
import { keepsStored } from "../../core/quant/stored-grid.js";
import type { LayerWeight } from "../../core/quant/weights.js";
import { openFileBytes, type FileBytes } from "../file-bytes.js";
import { neighbourhoodOf, type FileNeighbourhood } from "../neighbourhood.js";

/** One tensor of a file, as a worker gets it. */
export interface WeightTask {
  /** Names the answer. */
  readonly key: string;
  /** Relative to the model's folder; the model's own file when left out. */
  readonly file?: string;
  readonly offset: number;
  readonly elementType: ElementType;
  /** ggml's type of blocks that the elements lie in. */
  readonly blocks?: string;
  readonly shape: MatrixShape;
  /** Transposes between the file and the layer. */
  readonly arrangement?: readonly Arrangement[];
  /** Of the columns: mean squares of what meets them. */
  readonly importance?: Float32Array;
  /** Where the file holds integers: how they stand for real numbers, and the shape that the file gives the tensor. */
  readonly dequantization?: Quantization & { readonly tensorShape: readonly number[] };
}

/** Opens what tasks read from: the model's file, and those beside it that lie inside its folder. */
export interface TaskFiles {
  source(file: string | undefined): ByteSource | undefined;
  close(): void;
}

export function openTaskFiles(modelPath: string): TaskFiles {
  let own: FileBytes | undefined;
  let beside: FileNeighbourhood | undefined;
  return {
    source(file) {
      if (file === undefined) return (own ??= openFileBytes(modelPath));
      beside ??= neighbourhoodOf(path.dirname(modelPath));
      return beside.open(file);
    },
    close() {
      own?.close();
      beside?.close();
    },
  };
}

/** Undefined when the tensor's bytes cannot be had. */
export function runWeightTask(
  kernels: Kernels,
  files: TaskFiles,
  task: WeightTask,
  schemes: readonly Scheme[],
  cancel: Cancel,
): WeightErrors | undefined {
  const source = files.source(task.file);
  const stored = source && storedElements(source, task);
  const { dequantization } = task;
  const elements =
    stored === undefined || dequantization === undefined
      ? stored
      : dequantized(stored, dequantization.tensorShape, dequantization);
  const errors =
    elements &&
    measureWeight(kernels, elements, task.shape, schemes, {
      cancel,
      ...(task.importance !== undefined && { importance: task.importance }),
    });
  const { blocks } = task;
  const grid =
    blocks !== undefined
      ? { blocks }
      : dequantization && { elementType: task.elementType, quantization: dequantization };
  if (errors === undefined || grid === undefined) return errors;
  const isKept = schemes.map((scheme) => keepsStored(scheme, grid));
  return {
    ...errors,
    schemes: errors.schemes.map((error, index) => (isKept[index] ? withoutError(error) : error)),
  };
}

function storedElements(
  source: ByteSource,
  {
    offset,
    elementType,
    blocks,
    arrangement,
  }: Pick<WeightTask, "offset" | "elementType" | "blocks" | "arrangement">,
): ElementSource | undefined {
  const stored =
    blocks === undefined
      ? elementsOf(source, offset, elementType)
      : blockElements(source, offset, blocks);
  return arrangement === undefined ? stored : stored && arrangedElements(stored, arrangement);
}

/** Elements of constants in the model's files, as they are stored. */
export function readerOf(files: TaskFiles): ReadElements {
  return ({ location, elementType, arrangement }) => {
    if (location === undefined || location.encoding !== undefined) return undefined;
    const source = files.source(location.file);
    return (
      source &&
      storedElements(source, {
        ...location,
        elementType,
        ...(arrangement !== undefined && { arrangement }),
      })
    );
  };
}

/** A layer's weight in real numbers. */
export function openLayerWeight(
  files: TaskFiles,
  { weight, dequantization }: LayerWeight,
): ElementSource | undefined {
  const read = readerOf(files);
  const stored = read(weight);
  if (stored === undefined || dequantization === undefined) return stored;
  const resolved = resolveDequantization(dequantization, read);
  return resolved && dequantized(stored, weight.shape, resolved);
}
