import { type GraphDraft, int, ints, type MlirValue } from "../draft.js";
import type { MlirOperation } from "../syntax.js";
import { extentsOf, knownExtents } from "../types.js";

/** A convolution with its axes where it likes. Lists speak of the spatial axes in order. */
export interface Convolution {
  readonly input: MlirValue | undefined;
  readonly kernel: MlirValue | undefined;
  /** Added to each output channel, where the operation has one. */
  readonly bias?: MlirValue | undefined;
  /** Axes of batch and channels, then of space. */
  readonly inputLayout: readonly number[];
  /** Axes of input channels and output channels, then of space. */
  readonly kernelLayout: readonly number[];
  readonly outputLayout: readonly number[];
  readonly strides?: readonly number[] | undefined;
  readonly padLow?: readonly number[] | undefined;
  readonly padHigh?: readonly number[] | undefined;
  /** Steps between the elements of the window. */
  readonly dilations?: readonly number[] | undefined;
  /** Steps between the elements of the input: a transposed convolution. */
  readonly inputDilations?: readonly number[] | undefined;
  readonly groups?: number | undefined;
  /** The kernel's channels are [in, multiplier]: each input channel has its own output channels. */
  readonly isDepthwise?: boolean;
}

/** ONNX's own operator where the axes lie as there, so that everything that knows it takes it; else one with its layout. */
export function emitConvolution(
  draft: GraphDraft,
  operation: MlirOperation,
  given: Convolution,
): boolean {
  const convolution = withPadding(given);
  const { input, kernel, bias, inputLayout, kernelLayout, outputLayout } = convolution;
  const space = inputLayout.length - 2;
  if (space < 0 || kernelLayout.length !== space + 2 || outputLayout.length !== space + 2)
    return false;
  const ones = new Array<number>(space).fill(1);
  const zeros = new Array<number>(space).fill(0);
  const kernelShape = knownExtents(kernel?.shape ?? extentsOf(kernel?.type));
  const low = convolution.padLow ?? zeros;
  const high = convolution.padHigh ?? zeros;
  const inputs = [
    draft.full(input),
    draft.full(kernel),
    ...(bias === undefined ? [] : [draft.full(bias)]),
  ];
  const window = {
    strides: ints(convolution.strides ?? ones),
    dilations: ints(convolution.dilations ?? ones),
    group: int(convolution.groups ?? 1),
  };
  const isDilated = convolution.inputDilations?.some((step) => step > 1) === true;
  const isPlain =
    !isDilated &&
    convolution.isDepthwise !== true &&
    space > 0 &&
    [...low, ...high].every((pad) => pad >= 0) &&
    isInOrder(inputLayout, [0, 1]) &&
    isInOrder(kernelLayout, [1, 0]) &&
    isInOrder(outputLayout, [0, 1]);
  if (isPlain) {
    draft.emit(
      operation,
      {
        op: "Conv",
        inputs,
        attributes: {
          ...window,
          kernel_shape: ints(kernelShape?.slice(2)),
          pads: ints([...low, ...high]),
        },
      },
      1,
    );
    return true;
  }
  draft.emit(
    operation,
    {
      op: "Convolution",
      domain: "mlir",
      inputs,
      attributes: {
        ...window,
        pads: ints([...low, ...high]),
        input_dilations: ints(convolution.inputDilations ?? ones),
        input_layout: ints(inputLayout),
        kernel_layout: ints(kernelLayout),
        output_layout: ints(outputLayout),
        depthwise: int(convolution.isDepthwise === true ? 1 : 0),
      },
    },
    1,
  );
  return true;
}

/** Zeros around the input's space are the convolution's own padding, where nobody else needs them stored. */
function withPadding(convolution: Convolution): Convolution {
  const { input, inputLayout } = convolution;
  const { padding, stored } = input ?? {};
  const space = inputLayout.slice(2);
  const isOutside = (pads: readonly number[]): boolean =>
    pads.every((pad, axis) => pad === 0 || space.includes(axis));
  if (padding === undefined || stored !== undefined) return convolution;
  if (!isOutside(padding.low) || !isOutside(padding.high)) return convolution;
  const added = (own: readonly number[] | undefined, more: readonly number[]): readonly number[] =>
    space.map((axis, index) => (own?.[index] ?? 0) + (more[axis] ?? 0));
  return {
    ...convolution,
    input: padding.source,
    padLow: added(convolution.padLow, padding.low),
    padHigh: added(convolution.padHigh, padding.high),
  };
}

function isInOrder(layout: readonly number[], first: readonly [number, number]): boolean {
  return layout.every((axis, index) => axis === (first[index] ?? index));
}

/** A window that slides over all axes, those of batch and channels among them with an extent of 1. */
export interface SlidingWindow {
  readonly kind: "max" | "min" | "sum" | "mean";
  readonly window: readonly number[];
  readonly strides: readonly number[];
  readonly padLow: readonly number[];
  readonly padHigh: readonly number[];
  readonly dilations: readonly number[];
}

export function emitWindow(
  draft: GraphDraft,
  operation: MlirOperation,
  given: MlirValue | undefined,
  { kind, window, strides, dilations, ...own }: SlidingWindow,
): boolean {
  const rank = window.length;
  const padding = given?.stored === undefined ? given?.padding : undefined;
  const input = padding?.source ?? given;
  const padLow = own.padLow.map((pad, axis) => pad + (padding?.low[axis] ?? 0));
  const padHigh = own.padHigh.map((pad, axis) => pad + (padding?.high[axis] ?? 0));
  const full = draft.full(input);
  const isPlain =
    rank > 2 &&
    window[0] === 1 &&
    window[1] === 1 &&
    [0, 1].every(
      (axis) => (strides[axis] ?? 1) === 1 && (padLow[axis] ?? 0) + (padHigh[axis] ?? 0) === 0,
    ) &&
    [...padLow, ...padHigh].every((pad) => pad >= 0) &&
    (kind === "max" || kind === "mean" || kind === "sum");
  const space = (list: readonly number[]): readonly number[] => list.slice(2);
  // A sum over a window is followed by the division that makes a mean of it: a pool all the same.
  if (isPlain)
    draft.emit(
      operation,
      {
        op: kind === "max" ? "MaxPool" : "AveragePool",
        inputs: [full],
        attributes: {
          kernel_shape: ints(space(window)),
          strides: ints(space(strides)),
          pads: ints([...space(padLow), ...space(padHigh)]),
          dilations: ints(space(dilations)),
        },
      },
      1,
    );
  else
    draft.emit(
      operation,
      {
        op: "Window",
        domain: "mlir",
        inputs: [full],
        attributes: {
          window: ints(window),
          strides: ints(strides),
          pads: ints([...padLow, ...padHigh]),
          dilations: ints(dilations),
          reduction: { kind: "string", value: kind },
        },
      },
      1,
    );
  return true;
}
