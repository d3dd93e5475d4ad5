import { productOf } from "../../base/product.js";

/** A small dense tensor of the propagation. Integers are held in the same way: extents and indices are exact below 2^24. */
export interface Tensor {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

export function tensor(shape: readonly number[], data?: Float32Array): Tensor {
  return { shape, data: data ?? new Float32Array(countOf(shape)) };
}

export function countOf(shape: readonly number[]): number {
  return productOf(shape);
}

export function stridesOf(shape: readonly number[]): number[] {
  const strides = new Array<number>(shape.length).fill(1);
  for (let axis = shape.length - 2; axis >= 0; axis--)
    strides[axis] = (strides[axis + 1] ?? 1) * (shape[axis + 1] ?? 1);
  return strides;
}

/** Numpy's rule; undefined when the shapes do not fit. */
export function broadcastShape(
  left: readonly number[],
  right: readonly number[],
): readonly number[] | undefined {
  const rank = Math.max(left.length, right.length);
  const shape: number[] = [];
  for (let axis = 0; axis < rank; axis++) {
    const a = left[axis - rank + left.length] ?? 1;
    const b = right[axis - rank + right.length] ?? 1;
    if (a !== b && a !== 1 && b !== 1) return undefined;
    shape.push(a === 1 ? b : a);
  }
  return shape;
}

/** For each element of `shape`, the element of a tensor of shape `from` that is broadcast to it. */
export function broadcastMap(
  from: readonly number[],
  shape: readonly number[],
): Int32Array | undefined {
  if (from.length === shape.length && from.every((extent, axis) => extent === shape[axis]))
    return undefined;
  const offset = shape.length - from.length;
  const own = stridesOf(from);
  const strides = shape.map((_, axis) =>
    axis < offset || from[axis - offset] === 1 ? 0 : (own[axis - offset] ?? 0),
  );
  return indexMap(shape, strides, 0);
}

/** Offsets of all elements of `shape` in row-major order, walking with `strides` from `start`. */
export function indexMap(
  shape: readonly number[],
  strides: readonly number[],
  start: number,
): Int32Array {
  const map = new Int32Array(countOf(shape));
  if (map.length === 0) return map;
  const rank = shape.length;
  const position = new Int32Array(rank);
  let at = start;
  for (let index = 0; index < map.length; index++) {
    map[index] = at;
    for (let axis = rank - 1; axis >= 0; axis--) {
      const stride = strides[axis] ?? 0;
      const next = (position[axis] ?? 0) + 1;
      at += stride;
      if (next < (shape[axis] ?? 1)) {
        position[axis] = next;
        break;
      }
      position[axis] = 0;
      at -= stride * (shape[axis] ?? 1);
    }
  }
  return map;
}

export function gather(source: Float32Array, map: Int32Array): Float32Array {
  const out = new Float32Array(map.length);
  for (let index = 0; index < map.length; index++) {
    const from = map[index] ?? -1;
    out[index] = from < 0 ? 0 : (source[from] ?? 0);
  }
  return out;
}

/** The transpose of `gather`: adds up what was read more than once. */
export function scatterAdd(gradient: Float32Array, map: Int32Array, length: number): Float32Array {
  const out = new Float32Array(length);
  for (let index = 0; index < map.length; index++) {
    const to = map[index] ?? -1;
    if (to >= 0) out[to] = (out[to] ?? 0) + (gradient[index] ?? 0);
  }
  return out;
}

/** An axis counted from the end when it is negative. */
export function axisOf(axis: number, rank: number): number {
  return axis < 0 ? axis + rank : axis;
}
