import { productOf } from "../base/product.js";
import type { Dim } from "../graph/dim.js";
import { type Operator, output, ruleOfTable } from "./operator-table.js";
import type { InferContext, Inferred, NodeContext, Work, WorkContext } from "./rule.js";
import { dilated } from "./spatial.js";
import { activationFlops, constantNumbers, slideTflite } from "./tflite-shape.js";

/** TensorFlow Lite's convolutions: channels last, one pair of options for strides and dilations. */
interface Form {
  /** Spatial axes, as the options name them. */
  readonly axes: readonly string[];
  /** Positions of the operands. */
  readonly input: number;
  readonly weights: number;
  readonly bias: number;
  readonly kernelOf: (weights: readonly number[]) => readonly number[];
  readonly groupsOf: (inputChannels: number, weights: readonly number[]) => number;
  readonly outputChannelsOf: (weights: readonly number[]) => number;
  readonly isTransposed?: boolean;
}

/** Weights are [out, height, width, in / groups]. */
const plain: Form = {
  axes: ["h", "w"],
  input: 0,
  weights: 1,
  bias: 2,
  kernelOf: (weights) => weights.slice(1, -1),
  groupsOf: (inputChannels, weights) => groups(inputChannels, weights.at(-1) ?? 0),
  outputChannelsOf: (weights) => weights[0] ?? 0,
};

/** Weights are [1, height, width, in × multiplier]: every channel is a group. */
const depthwise: Form = {
  ...plain,
  groupsOf: (inputChannels) => Math.max(1, inputChannels),
  outputChannelsOf: (weights) => weights.at(-1) ?? 0,
};

/** Weights are [depth, height, width, in / groups, out]. */
const volume: Form = {
  ...plain,
  axes: ["d", "h", "w"],
  kernelOf: (weights) => weights.slice(0, -2),
  groupsOf: (inputChannels, weights) => groups(inputChannels, weights.at(-2) ?? 0),
  outputChannelsOf: (weights) => weights.at(-1) ?? 0,
};

/** Inputs are the output's shape, the weights [out, height, width, in], the input, and the bias. */
const transposed: Form = { ...plain, input: 2, bias: 3, isTransposed: true };
const transposedVolume: Form = {
  ...volume,
  input: 2,
  bias: 3,
  isTransposed: true,
  outputChannelsOf: (weights) => weights.at(-2) ?? 0,
  groupsOf: () => 1,
};

export const rule = ruleOfTable({
  "tflite:CONV_2D": operator(plain),
  "tflite:DEPTHWISE_CONV_2D": operator(depthwise),
  "tflite:CONV_3D": operator(volume),
  "tflite:TRANSPOSE_CONV": operator(transposed),
  "tflite:CONV_3D_TRANSPOSE": operator(transposedVolume),
});

function groups(inputChannels: number, perGroup: number): number {
  return perGroup > 0 && inputChannels % perGroup === 0 ? inputChannels / perGroup : 1;
}

function operator(form: Form): Operator {
  return { infer: (ctx) => infer(ctx, form), work: (ctx) => work(ctx, form) };
}

function windows(ctx: NodeContext, form: Form, kernel: readonly number[]) {
  return form.axes.map((axis, index) => ({
    size: kernel[index] ?? 1,
    stride: ctx.int(`stride_${axis}`, 1),
    dilation: ctx.int(`dilation_${axis}_factor`, 1),
  }));
}

function infer(ctx: InferContext, form: Form): readonly Inferred[] {
  const elementType = ctx.elementType(form.input);
  const input = ctx.shape(form.input);
  const weights = ctx.shape(form.weights);
  if (form.isTransposed === true) {
    const shape = constantNumbers(ctx, 0);
    // The batch follows the input, since the shape in the file is of the batch that was exported.
    return [
      output(elementType, shape === undefined ? undefined : [input?.[0] ?? 1, ...shape.slice(1)]),
    ];
  }
  const numbers = weights?.every((dim) => typeof dim === "number") === true ? weights : undefined;
  const rank = form.axes.length + 2;
  if (input === undefined || numbers === undefined) return [output(elementType, undefined)];
  if (input.length !== rank || numbers.length !== rank) {
    ctx.error(`its input and weights should have rank ${rank}.`);
    return [output(elementType, undefined)];
  }
  const slides = windows(ctx, form, form.kernelOf(numbers));
  const space = slides.map((window, axis): Dim => {
    const size = slideTflite(ctx, input[axis + 1] ?? 1, window);
    if (typeof size !== "number" || size > 0) return size;
    ctx.error(`its window does not fit into the input along axis ${axis + 1}.`);
    return ctx.freshDim();
  });
  return [output(elementType, [input[0] ?? 1, ...space, form.outputChannelsOf(numbers)])];
}

/**
 * MACs = positions × kernel × (in / groups) × out, over positions of the output; of the input where the convolution is
 * transposed. An integer result is scaled back to eight bits: a multiply and an add for each element.
 */
function work(ctx: WorkContext, form: Form): Work | undefined {
  const input = ctx.dims(form.input);
  const weights = ctx.dims(form.weights);
  const outputDims = ctx.outputDims(0);
  const outputElements = ctx.outputElements(0);
  if (input === undefined || weights === undefined) return undefined;
  if (outputDims === undefined || outputElements === undefined) return undefined;
  const kernel = form.kernelOf(weights);
  const inputChannels = input.at(-1) ?? 0;
  const outputChannels = outputDims.at(-1) ?? 0;
  const group = form.groupsOf(inputChannels, weights);
  const perOutput = productOf(kernel) * (inputChannels / group);
  const macs =
    form.isTransposed === true
      ? productOf(input) * productOf(kernel) * (outputChannels / group)
      : outputElements * perOutput;
  const isInteger = ctx.elementType(form.input)?.includes("int") === true;
  const epilogue = (ctx.hasInput(form.bias) ? 1 : 0) + activationFlops(ctx) + (isInteger ? 2 : 0);
  return {
    macs,
    otherFlops: outputElements * epilogue,
    kernel: {
      kind: "conv",
      batch: input[0] ?? 1,
      groups: group,
      inputChannels,
      outputChannels,
      inputSize: input.slice(1, -1),
      outputSize: outputDims.slice(1, -1),
      kernelSize: kernel,
      strides: windows(ctx, form, kernel).map(({ stride }) => stride),
      ...dilated(windows(ctx, form, kernel).map(({ dilation }) => dilation)),
      isTransposed: form.isTransposed === true,
    },
  };
}
