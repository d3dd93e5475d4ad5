import type { NodeId } from "../../graph/graph.js";
import type { Scheme } from "../formats/scheme.js";
import { quantizeRows } from "../measure/quantize-rows.js";
import type { Step } from "./operator.js";
import { countOf, type Tensor, tensor } from "./tensor.js";

/** A node with weights that is no single product: what it makes is made again with other weights. */
export interface WeightedStep {
  readonly weights: readonly RoundedWeight[];
  readonly inputs: readonly (Tensor | undefined)[];
  readonly step: Step;
  readonly again: (inputs: readonly (Tensor | undefined)[]) => Step;
}

export interface RoundedWeight {
  readonly inputIndex: number;
  /** In the order of the file, in one of the schemes. */
  readonly rounded: (scheme: Scheme) => Tensor;
}

/** A table is looked at where it is read: the rows that are gathered, and where they lie then. */
export function usedRows(
  inputs: readonly (Tensor | undefined)[],
): Pick<WeightedStep, "weights" | "inputs"> | undefined {
  const [table, indices] = inputs;
  if (table?.shape.length !== 2 || indices === undefined) return undefined;
  const [rows = 1, columns = 1] = table.shape;
  const places = new Map<number, number>();
  const moved = indices.data.map((index) => {
    const row = Math.min(rows - 1, Math.max(0, index < 0 ? index + rows : index));
    const place = places.get(row) ?? places.size;
    places.set(row, place);
    return place;
  });
  const used = tensor([places.size, columns]);
  for (const [row, place] of places)
    used.data.set(table.data.subarray(row * columns, (row + 1) * columns), place * columns);
  const rounded = (scheme: Scheme): Tensor => ({
    shape: used.shape,
    data: quantizeRows(scheme, used.data, columns),
  });
  return {
    weights: [{ inputIndex: 0, rounded }],
    inputs: [used, { shape: indices.shape, data: moved }],
  };
}

/** Σ (made − moved) · gradient of each sample: [gradient × sample]. Samples lie along the first axis of their number. */
export function dotOfSamples(
  { shape, data }: Tensor,
  moved: Float32Array,
  gradients: readonly Float32Array[],
  batch: number,
): Float64Array {
  const axis = Math.max(0, shape.indexOf(batch));
  const inner = countOf(shape.slice(axis + 1));
  const isApart = shape[axis] === batch;
  const sums = new Float64Array(gradients.length * batch);
  for (const [index, gradient] of gradients.entries())
    for (let at = 0; at < data.length; at++) {
      const sample = isApart ? Math.floor(at / inner) % batch : 0;
      const slot = index * batch + sample;
      sums[slot] = (sums[slot] ?? 0) + ((data[at] ?? 0) - (moved[at] ?? 0)) * (gradient[at] ?? 0);
    }
  return sums;
}

/** A node with several outputs moves them together. */
export function addProjections(
  found: Map<NodeId, readonly Float64Array[]>,
  nodeId: NodeId,
  more: readonly Float64Array[],
): void {
  const known = found.get(nodeId);
  found.set(
    nodeId,
    known === undefined
      ? more
      : known.map((own, scheme) => own.map((one, at) => one + (more[scheme]?.[at] ?? 0))),
  );
}
