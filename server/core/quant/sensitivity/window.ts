import type { Node } from "../../graph/graph.js";
import { intAttribute, intsAttribute, textAttribute } from "./operator.js";
import { countOf, stridesOf } from "./tensor.js";

/** A sliding window over the spatial axes of a convolution or a pool. */
export interface Window {
  readonly input: readonly number[];
  readonly output: readonly number[];
  readonly kernel: readonly number[];
  /** Calls back with flat spatial positions and the flat position in the kernel; what falls on padding is left out. */
  visit(each: (output: number, input: number, tap: number) => void): void;
}

export function windowOf(node: Node, shape: readonly number[], kernel: readonly number[]): Window {
  const input = shape.slice(2);
  const rank = input.length;
  const fill = (name: string): readonly number[] =>
    intsAttribute(node, name) ?? new Array<number>(rank).fill(1);
  const strides = fill("strides");
  const dilations = fill("dilations");
  const pads = padsOf(node, input, kernel, strides, dilations);
  const isCeil = intAttribute(node, "ceil_mode", 0) === 1;
  const output = input.map((extent, axis) => {
    const reach = ((kernel[axis] ?? 1) - 1) * (dilations[axis] ?? 1) + 1;
    const room = extent + (pads[axis] ?? 0) + (pads[axis + rank] ?? 0) - reach;
    const steps = room / (strides[axis] ?? 1);
    return Math.max(1, (isCeil ? Math.ceil(steps) : Math.floor(steps)) + 1);
  });
  return {
    input,
    output,
    kernel,
    visit: (each) => {
      const inputStrides = stridesOf(input);
      const outputStrides = stridesOf(output);
      const kernelStrides = stridesOf(kernel);
      const outputs = countOf(output);
      const taps = countOf(kernel);
      for (let tap = 0; tap < taps; tap++)
        for (let at = 0; at < outputs; at++) {
          let from = 0;
          for (let axis = 0; axis < rank; axis++) {
            const position =
              (Math.floor(at / (outputStrides[axis] ?? 1)) % (output[axis] ?? 1)) *
                (strides[axis] ?? 1) -
              (pads[axis] ?? 0) +
              (Math.floor(tap / (kernelStrides[axis] ?? 1)) % (kernel[axis] ?? 1)) *
                (dilations[axis] ?? 1);
            if (position < 0 || position >= (input[axis] ?? 1)) {
              from = -1;
              break;
            }
            from += position * (inputStrides[axis] ?? 1);
          }
          if (from >= 0) each(at, from, tap);
        }
    },
  };
}

function padsOf(
  node: Node,
  input: readonly number[],
  kernel: readonly number[],
  strides: readonly number[],
  dilations: readonly number[],
): readonly number[] {
  const rank = input.length;
  const auto = textAttribute(node, "auto_pad", "NOTSET");
  if (auto === "NOTSET" || auto === "")
    return intsAttribute(node, "pads") ?? new Array<number>(2 * rank).fill(0);
  if (auto === "VALID") return new Array<number>(2 * rank).fill(0);
  const total = input.map((extent, axis) => {
    const reach = ((kernel[axis] ?? 1) - 1) * (dilations[axis] ?? 1) + 1;
    const stride = strides[axis] ?? 1;
    return Math.max(0, (Math.ceil(extent / stride) - 1) * stride + reach - extent);
  });
  const small = total.map((pad) => Math.floor(pad / 2));
  const large = total.map((pad, axis) => pad - (small[axis] ?? 0));
  return auto === "SAME_LOWER" ? [...large, ...small] : [...small, ...large];
}
