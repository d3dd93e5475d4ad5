import { readFileSync } from "node:fs";
import { InferenceSession, Tensor } from "onnxruntime-node";
import type { Weight } from "../../../server/core/graph/graph.js";
import type { Scheme } from "../../../server/core/quant/formats/scheme.js";
import { quantizeRows } from "../../../server/core/quant/measure/quantize-rows.js";
import type { LayerWeight } from "../../../server/core/quant/weights.js";
import { gaussian, random } from "./random-numbers.js";

/** Runs a model file in ONNX Runtime with some of its weights overwritten. */
export interface TruthModel {
  readonly bytes: Uint8Array;
  readonly inputName: string;
  readonly shape: readonly number[];
}

export function truthModel(path: string, inputName: string, shape: readonly number[]): TruthModel {
  return { bytes: new Uint8Array(readFileSync(path)), inputName, shape };
}

/** Half of the samples standard normal, half uniform in [0, 1). */
export function samples({ shape }: TruthModel, count: number): readonly Float32Array[] {
  const length = shape.reduce((product, extent) => product * extent, 1);
  return Array.from({ length: count }, (_, index) => {
    const next = random(100 + index);
    return index % 2 === 0 ? gaussian(length, 100 + index) : Float32Array.from({ length }, next);
  });
}

export async function run(
  model: TruthModel,
  bytes: Uint8Array,
  count: number,
): Promise<readonly Float32Array[]> {
  const session = await InferenceSession.create(bytes, {
    intraOpNumThreads: 1,
    logSeverityLevel: 3,
  });
  const outputs: Float32Array[] = [];
  for (const sample of samples(model, count)) {
    const made = await session.run({
      [model.inputName]: new Tensor("float32", sample, [...model.shape]),
    });
    for (const name of session.outputNames) outputs.push(made[name]?.data as Float32Array);
  }
  await session.release();
  return outputs;
}

/** Square error over squares, the geometric mean over the two kinds of samples. */
export function relativeError(
  reference: readonly Float32Array[],
  moved: readonly Float32Array[],
): number {
  const kinds = [0, 1].map((kind) => {
    let error = 0;
    let energy = 0;
    for (const [index, own] of reference.entries()) {
      if (index % 2 !== kind) continue;
      for (let at = 0; at < own.length; at++) {
        error += ((own[at] ?? 0) - (moved[index]?.[at] ?? 0)) ** 2;
        energy += (own[at] ?? 0) ** 2;
      }
    }
    return error / energy;
  });
  return Math.sqrt((kinds[0] ?? 0) * (kinds[1] ?? 0));
}

/** The file with the weights of these layers rounded to their schemes. */
export function withQuantized(
  { bytes }: TruthModel,
  layers: readonly { readonly layer: LayerWeight; readonly scheme: Scheme }[],
): Uint8Array {
  const copy = bytes.slice();
  for (const { layer, scheme } of layers) {
    const x = elements(bytes, layer.weight);
    const { rows, columns, outer, inner } = layer.shape;
    const place = (row: number, column: number): number =>
      (Math.floor(column / inner) * rows + row) * inner + (column % inner);
    const matrix = new Float32Array(x.length);
    for (let row = 0; row < rows; row++)
      for (let column = 0; column < columns; column++)
        matrix[row * columns + column] =
          x[outer === 1 ? row * columns + column : place(row, column)] ?? 0;
    const quantized = quantizeRows(scheme, matrix, columns);
    const back = new Float32Array(x.length);
    for (let row = 0; row < rows; row++)
      for (let column = 0; column < columns; column++)
        back[outer === 1 ? row * columns + column : place(row, column)] =
          quantized[row * columns + column] ?? 0;
    copy.set(new Uint8Array(back.buffer), layer.weight.location?.offset ?? 0);
  }
  return copy;
}

function elements(bytes: Uint8Array, { location }: Weight): Float32Array {
  const { offset = 0, length = 0 } = location ?? {};
  return new Float32Array(bytes.slice(offset, offset + length).buffer);
}

/** Spearman's rank correlation of numbers without ties. */
export function spearman(left: readonly number[], right: readonly number[]): number {
  const ranks = (values: readonly number[]): number[] => {
    const order = values
      .map((value, index) => ({ value, index }))
      .sort((a, b) => a.value - b.value);
    const found = new Array<number>(values.length).fill(0);
    for (const [rank, { index }] of order.entries()) found[index] = rank;
    return found;
  };
  const a = ranks(left);
  const b = ranks(right);
  const squares = a.reduce((sum, rank, index) => sum + (rank - (b[index] ?? 0)) ** 2, 0);
  return 1 - (6 * squares) / (a.length * (a.length ** 2 - 1));
}
