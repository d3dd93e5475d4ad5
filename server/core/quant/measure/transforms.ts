import type { Scheme, Transform } from "../formats/scheme.js";
import { rotateRows } from "./rotate.js";

/** A matrix in the form that is rounded, and the way back for what was rounded. */
export interface Transformed {
  readonly x: Float32Array;
  readonly restore: (rounded: Float32Array) => Float32Array;
}

/**
 * Changes of a weight that the layers around it undo, so that they cost nothing at run time: input channels scaled
 * (`equalize`) or put into another order (`sort`), and a rotation. What follows rounding (`bias`) is in `restore`.
 */
export function transformed(scheme: Scheme, x: Float32Array, columns: number): Transformed {
  const undo: ((rounded: Float32Array) => void)[] = [];
  let own: Float32Array = x.slice();
  for (const transform of scheme.transforms)
    switch (transform) {
      case "equalize": {
        const scales = equalizingScales(own, columns);
        scaleColumns(own, scales);
        undo.unshift((rounded) =>
          scaleColumns(
            rounded,
            scales.map((scale) => 1 / scale),
          ),
        );
        break;
      }
      case "sort": {
        const order = magnitudeOrder(own, columns);
        own = permuted(own, order);
        undo.unshift((rounded) => rounded.set(unpermuted(rounded, order)));
        break;
      }
      case "hadamard":
        rotateRows(own, columns);
        // The transform is its own inverse.
        undo.unshift((rounded) => rotateRows(rounded, columns));
        break;
      case "bias":
        undo.push((rounded) => correctMeans(rounded, x, columns));
        break;
    }
  return {
    x: own,
    restore: (rounded) => {
      const back = rounded.slice();
      for (const step of undo) step(back);
      return back;
    },
  };
}

export function hasTransform({ transforms }: Scheme, transform: Transform): boolean {
  return transforms.includes(transform);
}

/** Largest magnitude of each column. */
function columnMagnitudes(x: Float32Array, columns: number): Float64Array {
  const most = new Float64Array(columns);
  for (let index = 0; index < x.length; index++) {
    const magnitude = Math.abs(x[index] ?? 0);
    const column = index % columns;
    if (magnitude > (most[column] ?? 0)) most[column] = magnitude;
  }
  return most;
}

/**
 * 1 / √r for a column of range r: cross-layer equalization (Nagel et al. 2019, arXiv 1906.04721, equation 11) with the
 * preceding layer's ranges taken as equal, and SmoothQuant (Xiao et al. 2023, arXiv 2211.10438, equation 4) at α = ½ with
 * activations of equal range.
 */
function equalizingScales(x: Float32Array, columns: number): Float64Array {
  return columnMagnitudes(x, columns).map((range) => (range > 0 ? 1 / Math.sqrt(range) : 1));
}

function scaleColumns(x: Float32Array, scales: Float64Array): void {
  for (let index = 0; index < x.length; index++)
    x[index] = (x[index] ?? 0) * (scales[index % scales.length] ?? 1);
}

/** Columns of like magnitude beside one another, so that blocks hold no lone outliers (arXiv 2403.20137, section 4). */
function magnitudeOrder(x: Float32Array, columns: number): readonly number[] {
  const most = columnMagnitudes(x, columns);
  return Array.from({ length: columns }, (_, column) => column).sort(
    (left, right) => (most[right] ?? 0) - (most[left] ?? 0),
  );
}

function permuted(x: Float32Array, order: readonly number[]): Float32Array {
  const { length: columns } = order;
  return x.map((_, index) => {
    const column = index % columns;
    return x[index - column + (order[column] ?? 0)] ?? 0;
  });
}

function unpermuted(x: Float32Array, order: readonly number[]): Float32Array {
  const { length: columns } = order;
  const out = new Float32Array(x.length);
  for (let index = 0; index < x.length; index++) {
    const column = index % columns;
    out[index - column + (order[column] ?? 0)] = x[index] ?? 0;
  }
  return out;
}

/**
 * What a corrected bias takes back of the error when all inputs have one mean: the mean error of each row (Nagel et al.
 * 2019, section 4.2). It moves the rounded weights here, which is the same to the layer's output on such inputs.
 */
function correctMeans(rounded: Float32Array, x: Float32Array, columns: number): void {
  for (let start = 0; start < x.length; start += columns) {
    let sum = 0;
    for (let index = start; index < start + columns; index++)
      sum += (x[index] ?? 0) - (rounded[index] ?? 0);
    for (let index = start; index < start + columns; index++)
      rounded[index] = (rounded[index] ?? 0) + sum / columns;
  }
}
