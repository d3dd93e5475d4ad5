import { productOf } from "../base/product.js";
import { isKnown, type Dim } from "../graph/dim.js";
import type { ElementType } from "../graph/element-type.js";
import { knownShape, type Shape } from "../graph/value-type.js";
import { type Operator, output, ruleOfTable } from "./operator-table.js";
import type { InferContext, NodeContext, Work, WorkContext } from "./rule.js";
import { dilated, readWindow, slideWindow } from "./spatial.js";

/** Where a convolution operator keeps its operands, and how it lays out its activations. */
interface ConvForm {
  readonly weights: number;
  readonly bias: number;
  readonly isChannelsLast?: (ctx: NodeContext) => boolean;
  readonly outputType: (ctx: NodeContext) => ElementType | undefined;
  /** Operations per output element after the sum: activation, residual, requantization. */
  readonly epilogueFlops?: (ctx: NodeContext) => number;
}

const floatConv: ConvForm = { weights: 1, bias: 2, outputType: (ctx) => ctx.elementType(0) };

/** Requantization is a multiply by the combined scale and an add of the zero point. */
const quantizedConv: ConvForm = {
  weights: 3,
  bias: 8,
  outputType: (ctx) => ctx.elementType(7),
  epilogueFlops: () => 2,
};

/** One operation for the activation and one for the added residual `Z` (input 3). */
function fusedEpilogueFlops(ctx: NodeContext): number {
  return (ctx.string("activation", "") === "" ? 0 : 1) + (ctx.hasInput(3) ? 1 : 0);
}

const always = (): boolean => true;

export const rule = ruleOfTable({
  Conv: convOperator(floatConv),
  ConvInteger: convOperator({ weights: 1, bias: Infinity, outputType: () => "int32" }),
  QLinearConv: convOperator(quantizedConv),
  "com.microsoft:FusedConv": convOperator({ ...floatConv, epilogueFlops: fusedEpilogueFlops }),
  "com.microsoft:NhwcConv": convOperator({ ...floatConv, isChannelsLast: always }),
  "com.microsoft:NhwcFusedConv": convOperator({
    ...floatConv,
    isChannelsLast: always,
    epilogueFlops: fusedEpilogueFlops,
  }),
  "com.microsoft:QLinearConv": convOperator({
    ...quantizedConv,
    isChannelsLast: (ctx) => ctx.int("channels_last", 0) !== 0,
  }),
});

function convOperator(form: ConvForm): Operator {
  return {
    infer: (ctx) => [output(form.outputType(ctx), convShape(ctx, form))],
    work: (ctx) => convWork(ctx, form),
  };
}

/** ONNX Conv: [N, C, D…] with weights [M, C/group, k…] gives [N, M, o…]. */
function convShape(ctx: InferContext, form: ConvForm): Shape | undefined {
  const input = ctx.shape(0);
  const weights = ctx.shape(form.weights);
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
  const layout = layoutOf(ctx, form, input, weights);
  const kernel = layout.kernel;
  checkChannels(ctx, layout);
  const batch = input[0] ?? 1;
  const outputChannels = weights?.[0] ?? ctx.freshDim();
  const window =
    kernel === undefined ? undefined : readWindow(ctx, kernel, (text) => ctx.error(text));
  const space =
    window === undefined
      ? layout.inputSpace.map(() => ctx.freshDim())
      : slideWindow(ctx, layout.inputSpace, window);
  return layout.isChannelsLast
    ? [batch, ...space, outputChannels]
    : [batch, outputChannels, ...space];
}

interface ConvLayout {
  readonly isChannelsLast: boolean;
  readonly channels: Dim;
  readonly channelsPerGroup: Dim | undefined;
  readonly inputSpace: Shape;
  readonly kernel: readonly number[] | undefined;
  readonly outputChannels: Dim | undefined;
}

function layoutOf(
  ctx: NodeContext,
  form: ConvForm,
  input: Shape,
  weights: Shape | undefined,
): ConvLayout {
  const isChannelsLast = form.isChannelsLast?.(ctx) ?? false;
  const channels = (isChannelsLast ? input.at(-1) : input[1]) ?? 1;
  const inputSpace = isChannelsLast ? input.slice(1, -1) : input.slice(2);
  const group = ctx.int("group", 1);
  // Channels-last convolutions come with weights as [M, C/group, k…] (as documented) or as [M, k…, C/group].
  const first = weights?.[1];
  const last = weights?.at(-1);
  const isWeightsLast =
    isChannelsLast &&
    first !== undefined &&
    last !== undefined &&
    isKnown(channels) &&
    isKnown(last) &&
    first !== channels / group &&
    last === channels / group;
  const attribute = ctx.ints("kernel_shape");
  const fromWeights = knownShape(isWeightsLast ? weights?.slice(1, -1) : weights?.slice(2));
  return {
    isChannelsLast,
    channels,
    channelsPerGroup: isWeightsLast ? last : first,
    inputSpace,
    kernel:
      fromWeights ??
      (attribute !== undefined && attribute.length === inputSpace.length ? attribute : undefined),
    outputChannels: weights?.[0],
  };
}

function checkChannels(ctx: InferContext, layout: ConvLayout): void {
  const group = ctx.int("group", 1);
  if (group < 1) {
    ctx.error(`\`group\` is ${group}; it should be at least 1.`);
    return;
  }
  const { channels, channelsPerGroup, outputChannels, kernel } = layout;
  if (channelsPerGroup !== undefined && isKnown(channels) && isKnown(channelsPerGroup)) {
    const expected = channelsPerGroup * group;
    if (channels !== expected)
      ctx.error(`input has ${channels} channels, weights expect ${expected} (group ${group}).`);
  }
  if (outputChannels !== undefined && isKnown(outputChannels) && outputChannels % group !== 0)
    ctx.error(`${outputChannels} output channels cannot be split into ${group} groups.`);
  const attribute = ctx.ints("kernel_shape");
  if (
    attribute !== undefined &&
    kernel !== undefined &&
    attribute.length > 0 &&
    attribute.join() !== kernel.join()
  )
    ctx.error(
      `\`kernel_shape\` is [${attribute.join(",")}], the weights have [${kernel.join(",")}].`,
    );
}

/** MACs = output elements × (C/group) × kernel elements: each output sums over its group's channels and the window. */
function convWork(ctx: WorkContext, form: ConvForm): Work | undefined {
  const input = ctx.dims(0);
  const weights = ctx.dims(form.weights);
  const outputDims = ctx.outputDims(0);
  const outputElements = ctx.outputElements(0);
  if (input === undefined || weights === undefined) return undefined;
  if (outputDims === undefined || outputElements === undefined) return undefined;
  const layout = layoutOf(ctx, form, input, weights);
  const { kernel, isChannelsLast } = layout;
  const perGroup = layout.channelsPerGroup;
  if (kernel === undefined || perGroup === undefined || !isKnown(perGroup)) return undefined;
  const window = readWindow(ctx, kernel, () => undefined);
  const biasFlops = ctx.hasInput(form.bias) ? 1 : 0;
  const outputChannels = weights[0] ?? 0;
  return {
    macs: outputElements * perGroup * productOf(kernel),
    otherFlops: outputElements * (biasFlops + (form.epilogueFlops?.(ctx) ?? 0)),
    kernel: {
      kind: "conv",
      batch: input[0] ?? 1,
      groups: ctx.int("group", 1),
      inputChannels: isKnown(layout.channels) ? layout.channels : 0,
      outputChannels,
      inputSize: knownShape(layout.inputSpace) ?? [],
      outputSize: isChannelsLast ? outputDims.slice(1, -1) : outputDims.slice(2),
      kernelSize: kernel,
      strides: window?.strides ?? kernel.map(() => 1),
      ...dilated(window?.dilations),
      isTransposed: false,
    },
  };
}
