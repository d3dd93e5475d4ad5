import { throwIfCancelled, type Cancel } from "../../core/base/cancel.js";
import { productOf } from "../../core/base/product.js";
import { expandFunctions } from "../../core/graph/expand-functions.js";
import type { Model, Weight } from "../../core/graph/graph.js";
import type { ElementSource } from "../../core/quant/measure/chunks.js";
import { layerWeights, type LayerWeight } from "../../core/quant/weights.js";
import { withDensities } from "../../core/quant/with-densities.js";
import type { Target } from "../../core/targets/target.js";
import { NotAFile } from "../file-bytes.js";
import { openLayerWeight, openTaskFiles, type TaskFiles } from "./weight-task.js";
import { weightsOfSource } from "./weights-of-source.js";

/** Where a model's weights lie. */
export interface WeightFiles {
  /** The model's own file, or the source that makes it. */
  readonly path: string;
  /** A file of weights that is chosen for the source. */
  readonly weights?: string;
}

/**
 * The model with the share of every layer's weights that is not zero, where one of the targets makes use of it and its
 * weights can be read; else the model as it is. A model is counted once.
 */
export function withCountedZeros(
  model: Model,
  { path, weights }: WeightFiles,
  targets: readonly Target[],
  cancel: Cancel,
): Model {
  if (targets.every(({ precision }) => precision.compressedWeights === undefined)) return model;
  const key = `${path}\n${weights ?? ""}`;
  const known = counted.get(model);
  if (known?.key === key) return known.model;
  const made = count(model, path, weights, cancel);
  counted.set(model, { key, model: made });
  return made;
}

const counted = new WeakMap<Model, { readonly key: string; readonly model: Model }>();

function count(model: Model, path: string, weights: string | undefined, cancel: Cancel): Model {
  const isBound = model.graph.values.some(({ weight }) => weight?.location !== undefined);
  const fromSource = model.trace !== undefined || model.generation !== undefined;
  const bound = !isBound && fromSource ? weightsOfSource(model, path, weights) : undefined;
  const from = bound ?? { model, weightsFile: path };
  const { graph } = expandFunctions(from.model, cancel).value;
  const layers = layerWeights(graph);
  const files = openTaskFiles(from.weightsFile);
  const byPlace = new Map<string, number | undefined>();
  const byName = new Map<string, number>();
  try {
    for (const layer of layers) {
      const place = placeOf(layer.weight);
      if (place === undefined) continue;
      if (!byPlace.has(place)) byPlace.set(place, densityOf(files, layer, cancel));
      const density = byPlace.get(place);
      if (density !== undefined) byName.set(layer.name, density);
    }
  } finally {
    files.close();
  }
  return withDensities(model, (weight, name) => {
    if (bound !== undefined) return byName.get(name);
    const place = placeOf(weight);
    return place === undefined ? undefined : byPlace.get(place);
  });
}

function placeOf({ location }: Weight): string | undefined {
  return location && `${location.file ?? ""}:${location.offset}`;
}

const chunk = 1 << 16;

/** Undefined where its elements cannot be had. */
function densityOf(files: TaskFiles, layer: LayerWeight, cancel: Cancel): number | undefined {
  const all = productOf(layer.weight.shape);
  if (all === 0 || layer.weight.sparseCount !== undefined) return undefined;
  try {
    const source = openLayerWeight(files, layer);
    return source && 1 - zerosOf(source, all, cancel) / all;
  } catch (error) {
    if (error instanceof NotAFile || (error instanceof Error && "code" in error)) return undefined;
    throw error;
  }
}

function zerosOf(source: ElementSource, all: number, cancel: Cancel): number {
  const elements = new Float32Array(Math.min(chunk, all));
  let zeros = 0;
  for (let first = 0; first < all; first += chunk) {
    throwIfCancelled(cancel);
    const size = Math.min(chunk, all - first);
    source.load(first, size, elements);
    for (let index = 0; index < size; index += 1) if (elements[index] === 0) zeros += 1;
  }
  return zeros;
}
