import { constantLimit } from "../graph/constant.js";
import { isKnown, type Dim } from "../graph/dim.js";
import type { ElementType } from "../graph/element-type.js";
import { broadcastTwo, productOfKnown } from "./shapes.js";
import type { Constant } from "./rule.js";

export type Element = Dim | string;

/** Computes a small constant element by element with broadcasting; undefined as soon as one element cannot be told. */
export function foldElements(
  elementType: ElementType,
  inputs: readonly (Constant | undefined)[],
  compute: (elements: readonly Element[]) => Element | undefined,
): Constant | undefined {
  let shape: readonly number[] = [];
  for (const input of inputs) {
    if (input === undefined) return undefined;
    const joined = broadcastTwo(shape, input.shape);
    if (joined === undefined || !joined.every(isKnown)) return undefined;
    shape = joined;
  }
  const count = productOfKnown(shape);
  if (constantLimit < count) return undefined;
  const data: Element[] = [];
  for (let position = 0; position < count; position++) {
    const elements: Element[] = [];
    for (const input of inputs) {
      const element = input?.data[broadcastPosition(position, shape, input.shape)];
      if (element === undefined) return undefined;
      elements.push(element);
    }
    const value = compute(elements);
    if (value === undefined) return undefined;
    data.push(value);
  }
  return { elementType, shape, data };
}

/** Makes a constant by naming, for each element of the result, the element of `source` it is a copy of. */
export function foldCopy(
  source: Constant,
  shape: readonly number[],
  sourcePosition: (position: number) => number | undefined,
): Constant | undefined {
  const count = productOfKnown(shape);
  if (!(count <= constantLimit)) return undefined;
  const data: Element[] = [];
  for (let position = 0; position < count; position++) {
    const from = sourcePosition(position);
    const element = from === undefined ? undefined : source.data[from];
    if (element === undefined) return undefined;
    data.push(element);
  }
  return { elementType: source.elementType, shape, data };
}

/** Row-major distance between neighbours along each axis. */
export function stridesOf(shape: readonly number[]): readonly number[] {
  const strides = new Array<number>(shape.length).fill(1);
  for (let axis = shape.length - 2; axis >= 0; axis--)
    strides[axis] = (strides[axis + 1] ?? 1) * (shape[axis + 1] ?? 1);
  return strides;
}

/** Coordinates of a row-major position. */
export function coordinatesOf(position: number, shape: readonly number[]): number[] {
  const coordinates = new Array<number>(shape.length).fill(0);
  let rest = position;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const extent = shape[axis] ?? 1;
    coordinates[axis] = extent === 0 ? 0 : rest % extent;
    rest = extent === 0 ? 0 : Math.floor(rest / extent);
  }
  return coordinates;
}

/** Row-major position of coordinates. */
export function positionOf(coordinates: readonly number[], shape: readonly number[]): number {
  let position = 0;
  for (const [axis, extent] of shape.entries())
    position = position * extent + (coordinates[axis] ?? 0);
  return position;
}

function broadcastPosition(
  position: number,
  shape: readonly number[],
  inputShape: readonly number[],
): number {
  if (inputShape.length === 0) return 0;
  const coordinates = coordinatesOf(position, shape).slice(shape.length - inputShape.length);
  return positionOf(
    coordinates.map((coordinate, axis) => (inputShape[axis] === 1 ? 0 : coordinate)),
    inputShape,
  );
}
