import { productOf } from "../base/product.js";
import { dimsOfConstant, numbersOfConstant } from "../graph/constant.js";
import { type Dim, isKnown } from "../graph/dim.js";
import { byteCount, type Shape } from "../graph/value-type.js";
import { interpolationFlops } from "./interpolation.js";
import { output, ruleOfTable } from "./operator-table.js";
import type { InferContext, Inferred, NodeContext, Work, WorkContext } from "./rule.js";
import { scaleDim } from "./scale-dim.js";
import { freshShape, normalizeAxes, withAxis } from "./shapes.js";

export const rule = ruleOfTable({
  Resize: { infer: inferResize, work: resizeWork },
  Upsample: { infer: inferResize, work: resizeWork },
});

function inferResize(ctx: InferContext): readonly Inferred[] {
  const input = ctx.shape(0);
  const shape = input === undefined ? undefined : resizedShape(ctx, input);
  return [output(ctx.elementType(0), shape)];
}

function resizedShape(ctx: InferContext, input: Shape): Shape | undefined {
  const axes = normalizeAxes(ctx, ctx.ints("axes") ?? input.map((_, axis) => axis), input.length);
  if (axes === undefined) return undefined;
  const sizesInput = sizesIndex(ctx);
  if (sizesInput !== undefined) {
    const sizes = dimsOfConstant(ctx.constant(sizesInput));
    if (sizes !== undefined) return sizedShape(ctx, input, axes, sizes);
    return axes.reduce<Shape>((shape, axis) => withAxis(shape, axis, ctx.freshDim()), input);
  }
  const scales = scalesOf(ctx);
  if (scales === undefined) {
    if (ctx.ints("axes") === undefined) return freshShape(ctx, input.length);
    return axes.reduce<Shape>((shape, axis) => withAxis(shape, axis, ctx.freshDim()), input);
  }
  if (scales.length !== axes.length) {
    ctx.error(`${scales.length} scales are given for ${axes.length} axes.`);
    return freshShape(ctx, input.length);
  }
  const wrong = scales.find((scale) => !(scale > 0));
  if (wrong !== undefined) {
    ctx.error(`a scale is ${wrong}; it should be greater than 0.`);
    return freshShape(ctx, input.length);
  }
  const spans = spansOf(ctx, axes.length);
  let shape = input;
  for (const [index, axis] of axes.entries()) {
    const scale = (scales[index] ?? 1) * (spans?.[index] ?? 1);
    shape = withAxis(shape, axis, scaleDim(input[axis] ?? 1, scale) ?? ctx.freshDim());
  }
  return shape;
}

/** Input `sizes` (since version 11), unless it is left out or empty, which older exporters write instead. */
function sizesIndex(ctx: NodeContext): number | undefined {
  if (ctx.node.op !== "Resize" || ctx.opset < 11 || !ctx.hasInput(3)) return undefined;
  return ctx.shape(3)?.[0] === 0 ? undefined : 3;
}

/** Upsample-1 has two attributes, Upsample-7 one, Upsample-9 and Resize-10 input 1, Resize-11 input 2. */
function scalesOf(ctx: NodeContext): readonly number[] | undefined {
  const attribute = ctx.attribute("scales");
  if (attribute?.kind === "floats") return attribute.value;
  const height = ctx.float("height_scale");
  const width = ctx.float("width_scale");
  if (height !== undefined && width !== undefined) return [1, 1, height, width];
  return numbersOfConstant(ctx.constant(scalesIndex(ctx)));
}

function scalesIndex(ctx: NodeContext): number {
  return ctx.node.op === "Resize" && ctx.opset >= 11 ? 2 : 1;
}

/** With `tf_crop_and_resize` the region [start, end) of each axis is what is scaled. */
function spansOf(ctx: NodeContext, axes: number): readonly number[] | undefined {
  if (ctx.string("coordinate_transformation_mode", "") !== "tf_crop_and_resize") return undefined;
  const regions = numbersOfConstant(ctx.constant(1));
  if (regions?.length !== 2 * axes) return undefined;
  return regions.slice(axes).map((end, index) => end - (regions[index] ?? 0));
}

/** ONNX Resize-18, `keep_aspect_ratio_policy`. */
function sizedShape(
  ctx: InferContext,
  input: Shape,
  axes: readonly number[],
  sizes: readonly Dim[],
): Shape {
  if (sizes.length !== axes.length) {
    ctx.error(`${sizes.length} sizes are given for ${axes.length} axes.`);
    return input.map(() => ctx.freshDim());
  }
  const policy = ctx.string("keep_aspect_ratio_policy", "stretch");
  const stretched = (): Shape =>
    axes.reduce<Shape>((shape, axis, index) => withAxis(shape, axis, sizes[index] ?? 1), input);
  if (policy === "stretch") return stretched();
  const ratios: number[] = [];
  for (const [index, axis] of axes.entries()) {
    const size = sizes[index] ?? 1;
    const extent = input[axis] ?? 1;
    if (!isKnown(size) || !isKnown(extent) || extent === 0)
      return axes.reduce<Shape>((shape, each) => withAxis(shape, each, ctx.freshDim()), input);
    ratios.push(size / extent);
  }
  if (policy !== "not_larger" && policy !== "not_smaller") {
    ctx.error(
      `\`keep_aspect_ratio_policy\` is ${JSON.stringify(policy)}; it should be stretch, not_larger or not_smaller.`,
    );
    return stretched();
  }
  const scale = policy === "not_larger" ? Math.min(...ratios) : Math.max(...ratios);
  return input.map((extent, axis) =>
    axes.includes(axis) && isKnown(extent) ? Math.floor(scale * extent + 0.5) : extent,
  );
}

/** Of the input, nearest-neighbour sampling reads at most one element for each output. */
function resizeWork(ctx: WorkContext): Work | undefined {
  const input = ctx.dims(0);
  const outputDims = ctx.outputDims(0);
  const inputBytes = byteCount(ctx.inputType(0));
  const outputBytes = byteCount(ctx.outputType(0));
  if (input === undefined || outputDims === undefined) return undefined;
  if (inputBytes === undefined || outputBytes === undefined) return undefined;
  const outputElements = productOf(outputDims);
  const scales = outputDims.map((extent, axis) => extent / Math.max(1, input[axis] ?? 1));
  const mode = ctx.string("mode", "nearest");
  return {
    macs: 0,
    otherFlops:
      outputElements *
      interpolationFlops(
        mode,
        scales.filter((scale) => scale !== 1),
        ctx.int("antialias", 0) !== 0,
      ),
    readBytes: mode === "nearest" ? Math.min(inputBytes, outputBytes) : inputBytes,
    kernel: { kind: "resize", outputElements },
  };
}
