import { productOf } from "../base/product.js";
import { type Dim, isKnown, multiplyDims } from "../graph/dim.js";
import { knownShape, type Shape } from "../graph/value-type.js";
import { type Operator, output, ruleOfTable } from "./operator-table.js";
import type { InferContext, NodeContext, Work, WorkContext } from "./rule.js";
import { dilated, readWindow, unslideWindow, type Window } from "./spatial.js";

export const rule = ruleOfTable({
  ConvTranspose: transposed(2),
  "com.microsoft:ConvTransposeWithDynamicPads": transposed(3),
});

/** `bias` is the index of the bias; with dynamic pads input 2 holds the pads. */
function transposed(bias: number): Operator {
  return {
    infer: (ctx) => [output(ctx.elementType(0), transposedShape(ctx, bias === 3))],
    work: (ctx) => transposedWork(ctx, bias),
  };
}

/** ONNX ConvTranspose: [N, C, D…] with weights [C, M/group, k…] gives [N, M, o…]. */
function transposedShape(ctx: InferContext, hasDynamicPads: boolean): Shape | undefined {
  const input = ctx.shape(0);
  const weights = ctx.shape(1);
  if (input === undefined) return undefined;
  if (input.length < 3) {
    ctx.error(
      `the input has rank ${input.length}; it should be at least 3 (batch, channels, space).`,
    );
    return undefined;
  }
  if (weights !== undefined && weights.length !== input.length) {
    ctx.error(
      `the weights have rank ${weights.length}, the input ${input.length}; they should be equal.`,
    );
    return undefined;
  }
  const group = ctx.int("group", 1);
  if (group < 1) ctx.error(`\`group\` is ${group}; it should be at least 1.`);
  const channels = input[1] ?? 1;
  const weightChannels = weights?.[0];
  if (
    weightChannels !== undefined &&
    isKnown(channels) &&
    isKnown(weightChannels) &&
    channels !== weightChannels
  )
    ctx.error(`input has ${channels} channels, weights expect ${weightChannels} (group ${group}).`);
  const perGroup = weights?.[1];
  const outputChannels =
    perGroup === undefined || group < 1 ? ctx.freshDim() : multiplyDims(perGroup, group);
  return [
    input[0] ?? 1,
    outputChannels,
    ...transposedSpace(ctx, input.slice(2), weights, hasDynamicPads),
  ];
}

function transposedSpace(
  ctx: InferContext,
  space: Shape,
  weights: Shape | undefined,
  hasDynamicPads: boolean,
): readonly Dim[] {
  const unknown = (): readonly Dim[] => space.map(() => ctx.freshDim());
  const wanted = ctx.ints("output_shape");
  if (wanted !== undefined && wanted.length > 0) {
    // Some exporters write batch and channels as well.
    if (wanted.length === space.length || wanted.length === space.length + 2)
      return wanted.slice(wanted.length - space.length);
    ctx.error(`\`output_shape\` has ${wanted.length} values; ${space.length} are needed.`);
    return unknown();
  }
  const kernel = kernelOf(ctx, weights, space.length);
  if (kernel === undefined) return unknown();
  const window = readWindow(ctx, kernel, (text) => ctx.error(text));
  if (window === undefined) return unknown();
  const padded = hasDynamicPads ? withPads(ctx, window) : window;
  if (padded === undefined) return unknown();
  const outputPadding = ctx.ints("output_padding") ?? [];
  if (outputPadding.length !== 0 && outputPadding.length !== space.length) {
    ctx.error(`\`output_padding\` has ${outputPadding.length} values; ${space.length} are needed.`);
    return unknown();
  }
  return unslideWindow(ctx, space, padded, outputPadding);
}

function withPads(ctx: InferContext, window: Window): Window | undefined {
  if (!ctx.hasInput(2)) return window;
  const pads = ctx.constant(2)?.data;
  const axes = window.kernel.length;
  if (pads === undefined || pads.length !== 2 * axes) return undefined;
  const numbers = pads.filter((pad): pad is number => typeof pad === "number");
  if (numbers.length !== pads.length) return undefined;
  return { ...window, padBegin: numbers.slice(0, axes), padEnd: numbers.slice(axes) };
}

function kernelOf(
  ctx: NodeContext,
  weights: Shape | undefined,
  axes: number,
): readonly number[] | undefined {
  const attribute = ctx.ints("kernel_shape");
  return (
    knownShape(weights?.slice(2)) ??
    (attribute !== undefined && attribute.length === axes ? attribute : undefined)
  );
}

/** MACs = input elements × (M/group) × kernel elements: each input is scattered to its group's outputs. */
function transposedWork(ctx: WorkContext, bias: number): Work | undefined {
  const input = ctx.dims(0);
  const weights = ctx.dims(1);
  const outputDims = ctx.outputDims(0);
  if (input === undefined || weights === undefined || outputDims === undefined) return undefined;
  const kernel = weights.slice(2);
  const window = readWindow(ctx, kernel, () => undefined);
  return {
    macs: productOf(input) * (weights[1] ?? 0) * productOf(kernel),
    otherFlops: ctx.hasInput(bias) ? productOf(outputDims) : 0,
    kernel: {
      kind: "conv",
      batch: input[0] ?? 1,
      groups: ctx.int("group", 1),
      inputChannels: input[1] ?? 0,
      outputChannels: outputDims[1] ?? 0,
      inputSize: input.slice(2),
      outputSize: outputDims.slice(2),
      kernelSize: kernel,
      strides: window?.strides ?? kernel.map(() => 1),
      ...dilated(window?.dilations),
      isTransposed: true,
    },
  };
}
