import {
  addDims,
  type Dim,
  divideDims,
  isKnown,
  multiplyDims,
  subtractDims,
} from "../graph/dim.js";
import type { Shape } from "../graph/value-type.js";
import type { InferContext, NodeContext } from "./rule.js";

/** Attributes of a sliding window along each spatial axis; checked and filled with their defaults. */
export interface Window {
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  readonly padBegin: readonly number[];
  readonly padEnd: readonly number[];
  readonly autoPad: AutoPad;
  readonly ceil: boolean;
}

export type AutoPad = "NOTSET" | "SAME_UPPER" | "SAME_LOWER" | "VALID";

/** Reads the window of a convolution or pooling; undefined, with an error reported, when an attribute is wrong. */
export function readWindow(
  ctx: NodeContext,
  kernel: readonly number[],
  report: (message: string) => void,
): Window | undefined {
  const axes = kernel.length;
  const perAxis = (name: string, count: number, low: number): readonly number[] | undefined => {
    const values = ctx.ints(name);
    if (values === undefined || values.length === 0) return new Array<number>(count).fill(low);
    if (values.length !== count) {
      report(`\`${name}\` has ${values.length} values; ${count} are needed.`);
      return undefined;
    }
    const wrong = values.find((value) => value < low);
    if (wrong === undefined) return values;
    report(`\`${name}\` holds ${wrong}; the least allowed is ${low}.`);
    return undefined;
  };
  if (kernel.some((extent) => extent <= 0)) {
    report(`the kernel [${kernel.join(",")}] should be positive along each axis.`);
    return undefined;
  }
  const strides = perAxis("strides", axes, 1);
  const dilations = perAxis("dilations", axes, 1);
  const pads = perAxis("pads", 2 * axes, 0);
  if (strides === undefined || dilations === undefined || pads === undefined) return undefined;
  const autoPad = ctx.string("auto_pad", "NOTSET");
  if (
    autoPad !== "NOTSET" &&
    autoPad !== "SAME_UPPER" &&
    autoPad !== "SAME_LOWER" &&
    autoPad !== "VALID"
  ) {
    report(
      `\`auto_pad\` is ${JSON.stringify(autoPad)}; it should be NOTSET, SAME_UPPER, SAME_LOWER or VALID.`,
    );
    return undefined;
  }
  const isExplicit = autoPad === "NOTSET";
  const none = new Array<number>(axes).fill(0);
  return {
    kernel,
    strides,
    dilations,
    padBegin: isExplicit ? pads.slice(0, axes) : none,
    padEnd: isExplicit ? pads.slice(axes) : none,
    autoPad,
    ceil: ctx.int("ceil_mode", 0) !== 0,
  };
}

/** Positions that a window takes along each axis; an axis whose window does not fit is reported and gets a fresh symbol. */
export function slideWindow(ctx: InferContext, input: Shape, window: Window): readonly Dim[] {
  return input.map((extent, axis) => {
    const size = slideAlong(extent, window, axis);
    if (isKnown(size) && size <= 0) {
      ctx.error(
        `the window (${effectiveKernel(window, axis)}) does not fit into the padded input ` +
          `(${paddedText(extent, window, axis)}) on spatial axis ${axis}.`,
      );
      return ctx.freshDim();
    }
    return size;
  });
}

/**
 * ONNX Conv/MaxPool: floor((in + pads - window) / stride) + 1, with the + 1 moved into the quotient so that the forms
 * of equal extents have equal text: 3×3 stride 2 pad 1 and SAME with stride 2 both give floor((h + 1)/2).
 */
function slideAlong(extent: Dim, window: Window, axis: number): Dim {
  const stride = window.strides[axis] ?? 1;
  if (window.autoPad === "SAME_UPPER" || window.autoPad === "SAME_LOWER")
    return floorDivide(addDims(extent, stride - 1), stride);
  const begin = window.padBegin[axis] ?? 0;
  const end = window.padEnd[axis] ?? 0;
  const kernel = effectiveKernel(window, axis);
  const slack = begin + end - kernel;
  if (!window.ceil) return floorDivide(addDims(extent, slack + stride), stride);
  // A last window that would start in the padding behind the input is dropped, as PyTorch does (`ceil_mode` of
  // torch.nn.MaxPool1d): there are at most ceil((in + begin) / stride) windows.
  const most = begin + stride - 1;
  return floorDivide(addDims(extent, Math.min(slack + 2 * stride - 1, most)), stride);
}

/** ONNX ConvTranspose and MaxUnpool: stride × (in - 1) + output padding + window - pads. */
export function unslideWindow(
  ctx: InferContext,
  input: Shape,
  window: Window,
  outputPadding: readonly number[],
): readonly Dim[] {
  return input.map((extent, axis) => {
    const stride = window.strides[axis] ?? 1;
    const kernel = effectiveKernel(window, axis);
    const isSame = window.autoPad === "SAME_UPPER" || window.autoPad === "SAME_LOWER";
    const pads = isSame
      ? Math.max(0, kernel - stride)
      : (window.padBegin[axis] ?? 0) + (window.padEnd[axis] ?? 0);
    const fixed = (outputPadding[axis] ?? 0) + kernel - pads;
    const size = addDims(multiplyDims(stride, subtractDims(extent, 1)), fixed);
    if (!isKnown(size) || size > 0) return size;
    ctx.error(`pads of ${pads} leave ${size} elements on spatial axis ${axis}; make them smaller.`);
    return ctx.freshDim();
  });
}

export function effectiveKernel(window: Window, axis: number): number {
  return ((window.kernel[axis] ?? 1) - 1) * (window.dilations[axis] ?? 1) + 1;
}

/** Dilations as a kernel's shape has them: there is nothing to say of windows without gaps. */
export function dilated(dilations: readonly number[] | undefined): {
  readonly dilations?: readonly number[];
} {
  return dilations?.some((step) => step > 1) === true ? { dilations } : {};
}

/** Divisor is a positive number, so the quotient exists. */
export function floorDivide(left: Dim, right: number): Dim {
  return divideDims(left, right) ?? left;
}

function paddedText(extent: Dim, window: Window, axis: number): string {
  const begin = window.padBegin[axis] ?? 0;
  const end = window.padEnd[axis] ?? 0;
  return `${isKnown(extent) ? extent + begin + end : "?"}`;
}
