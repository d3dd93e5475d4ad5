import { productOf } from "../../base/product.js";
import type { Quantization, Weight } from "../../graph/graph.js";
import type { Dequantization } from "../stored-weight.js";
import type { ElementSource } from "./chunks.js";

/** Elements of a constant, read from where they lie; undefined where they cannot be had. */
export type ReadElements = (weight: Weight) => ElementSource | undefined;

/** More scales than any layer has channels: what claims more is not read. */
const scaleLimit = 1 << 20;

/** Scales and zero points as numbers; undefined when they cannot be read. */
export function resolveDequantization(
  { scales, zeroPoints, axis }: Dequantization,
  read: ReadElements,
): Quantization | undefined {
  const numbers = (value: readonly number[] | Weight): readonly number[] | undefined => {
    if (!("shape" in value)) return value;
    if (value.data !== undefined) return value.data.map(Number);
    const count = productOf(value.shape);
    const elements = count <= scaleLimit ? read(value) : undefined;
    if (elements === undefined) return undefined;
    const into = new Float32Array(count);
    elements.load(0, count, into);
    return [...into];
  };
  const found = numbers(scales);
  const zeros = numbers(zeroPoints);
  return found === undefined || zeros === undefined || found.length === 0
    ? undefined
    : { scales: found, zeroPoints: zeros, axis };
}

/** The real numbers that stored integers stand for; `shape` is that of the stored tensor. */
export function dequantized(
  source: ElementSource,
  shape: readonly number[],
  { scales, zeroPoints, axis }: Quantization,
): ElementSource {
  const at = axis < 0 ? axis + shape.length : axis;
  const inner = productOf(shape.slice(at + 1));
  const count = scales.length;
  return {
    load(first, length, into) {
      source.load(first, length, into);
      for (let index = 0; index < length;) {
        const slice = count === 1 ? 0 : Math.floor((first + index) / inner) % count;
        const end =
          count === 1
            ? length
            : Math.min(length, (Math.floor((first + index) / inner) + 1) * inner - first);
        const scale = scales[slice] ?? NaN;
        const zero = zeroPoints[zeroPoints.length === 1 ? 0 : slice] ?? 0;
        for (; index < end; index++) into[index] = ((into[index] ?? 0) - zero) * scale;
      }
    },
  };
}
