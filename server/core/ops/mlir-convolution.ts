import { productOf } from "../base/product.js";
import { addDims, type Dim, isKnown, multiplyDims, subtractDims } from "../graph/dim.js";
import type { Shape } from "../graph/value-type.js";
import { output, ruleOfTable } from "./operator-table.js";
import type { InferContext, Inferred, NodeContext, Work, WorkContext } from "./rule.js";
import { dilated, floorDivide } from "./spatial.js";

/**
 * Convolutions whose axes lie where the compiler's dialect says (StableHLO `convolution`, TOSA and linalg with channels
 * last). Layouts are axes by role: batch and channels of input and output, in and out channels of the kernel, then space.
 */
export const rule = ruleOfTable({ "mlir:Convolution": { infer, work } });

interface Layout {
  readonly input: readonly number[];
  readonly kernel: readonly number[];
  readonly output: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  readonly inputDilations: readonly number[];
  readonly padLow: readonly number[];
  readonly padHigh: readonly number[];
  readonly groups: number;
  readonly isDepthwise: boolean;
}

function layoutOf(ctx: NodeContext): Layout | undefined {
  const input = ctx.ints("input_layout");
  const kernel = ctx.ints("kernel_layout");
  const made = ctx.ints("output_layout");
  if (input === undefined || kernel === undefined || made === undefined) return undefined;
  const space = input.length - 2;
  const ones = new Array<number>(Math.max(0, space)).fill(1);
  const pads = ctx.ints("pads") ?? [];
  return {
    input,
    kernel,
    output: made,
    strides: ctx.ints("strides") ?? ones,
    dilations: ctx.ints("dilations") ?? ones,
    inputDilations: ctx.ints("input_dilations") ?? ones,
    padLow: pads.slice(0, space),
    padHigh: pads.slice(space),
    groups: Math.max(1, ctx.int("group", 1)),
    isDepthwise: ctx.int("depthwise", 0) !== 0,
  };
}

function infer(ctx: InferContext): readonly Inferred[] {
  const layout = layoutOf(ctx);
  const input = ctx.shape(0);
  const kernel = ctx.shape(1);
  const elementType = ctx.elementType(0);
  const isWhole =
    layout !== undefined &&
    input?.length === layout.input.length &&
    kernel?.length === layout.kernel.length;
  if (!isWhole || input === undefined || kernel === undefined) {
    if (input !== undefined && kernel !== undefined)
      ctx.error("its operands have other ranks than its dimension numbers.");
    return [output(elementType, undefined)];
  }
  const shape: Dim[] = [];
  const at = (list: Shape, axis: number | undefined): Dim => list[axis ?? -1] ?? 1;
  const outputChannels = at(kernel, layout.kernel[1]);
  const inputChannels = at(input, layout.input[1]);
  shape[layout.output[0] ?? 0] = at(input, layout.input[0]);
  shape[layout.output[1] ?? 1] = layout.isDepthwise
    ? multiplyDims(inputChannels, outputChannels)
    : outputChannels;
  const perGroup = at(kernel, layout.kernel[0]);
  if (
    !layout.isDepthwise &&
    isKnown(inputChannels) &&
    isKnown(perGroup) &&
    inputChannels !== perGroup * layout.groups
  )
    ctx.error(
      `its input has ${inputChannels} channels; the kernel takes ${perGroup} in each of ${layout.groups} groups.`,
    );
  for (let axis = 0; axis < layout.input.length - 2; axis += 1) {
    const extent = at(input, layout.input[axis + 2]);
    const size = at(kernel, layout.kernel[axis + 2]);
    const spread = spreadOf(extent, layout.inputDilations[axis] ?? 1);
    const reach = addDims(multiplyDims(subtractDims(size, 1), layout.dilations[axis] ?? 1), 1);
    const padded = addDims(spread, (layout.padLow[axis] ?? 0) + (layout.padHigh[axis] ?? 0));
    const stride = Math.max(1, layout.strides[axis] ?? 1);
    const steps = floorDivide(addDims(subtractDims(padded, reach), stride), stride);
    if (isKnown(steps) && steps <= 0) {
      ctx.error(`its window does not fit into the input along spatial axis ${axis}.`);
      shape[layout.output[axis + 2] ?? axis + 2] = ctx.freshDim();
    } else shape[layout.output[axis + 2] ?? axis + 2] = steps;
  }
  return [output(elementType, shape)];
}

/** With `dilation − 1` zeros between elements. */
function spreadOf(extent: Dim, dilation: number): Dim {
  return dilation === 1 ? extent : addDims(multiplyDims(subtractDims(extent, 1), dilation), 1);
}

/**
 * MACs = positions × kernel × (in / groups) × out, over positions of the output; of the input where zeros stand between its
 * elements, since a transposed convolution multiplies none of those.
 */
function work(ctx: WorkContext): Work | undefined {
  const layout = layoutOf(ctx);
  const input = ctx.dims(0);
  const kernel = ctx.dims(1);
  const made = ctx.outputDims(0);
  if (layout === undefined || input === undefined || kernel === undefined || made === undefined)
    return undefined;
  const of = (list: readonly number[], axes: readonly number[]): number[] =>
    axes.map((axis) => list[axis] ?? 1);
  const [batch = 1, inputChannels = 1, ...inputSize] = of(input, layout.input);
  const [, outputChannels = 1, ...outputSize] = of(made, layout.output);
  const kernelSize = of(kernel, layout.kernel.slice(2));
  const groups = layout.isDepthwise ? Math.max(1, inputChannels) : layout.groups;
  const isTransposed = layout.inputDilations.some((step) => step > 1);
  const positions = batch * productOf(isTransposed ? inputSize : outputSize);
  return {
    macs: positions * productOf(kernelSize) * (inputChannels / groups) * outputChannels,
    otherFlops: ctx.hasInput(2) ? productOf(made) : 0,
    kernel: {
      kind: "conv",
      batch,
      groups,
      inputChannels,
      outputChannels,
      inputSize,
      outputSize,
      kernelSize,
      strides: isTransposed ? layout.inputDilations : layout.strides,
      ...dilated(layout.dilations),
      isTransposed,
    },
  };
}
