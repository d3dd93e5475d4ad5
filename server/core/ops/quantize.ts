import { dimsOfConstant } from "../graph/constant.js";
import { isKnown, productOfDims } from "../graph/dim.js";
import type { ElementType } from "../graph/element-type.js";
import { dataType } from "../graph/data-type.js";
import { geluFlops } from "./fused-elementwise.js";
import { inferLikeFirst, output, outputLike, ruleOfTable } from "./operator-table.js";
import type { InferContext, Inferred, OpRule, Work, WorkContext } from "./rule.js";
import { freshShape, vectorLength } from "./shapes.js";

/** Quantizing an element: divide by the scale, round, add the zero point, clamp (ONNX QuantizeLinear). */
const quantizeFlops = 4;
/** Dequantizing one: subtract the zero point, multiply by the scale. */
const dequantizeFlops = 2;
/** Finding the range first: a comparison for the minimum and one for the maximum. */
const rangeFlops = 2;

export const rule = ruleOfTable({
  QuantizeLinear: { infer: inferQuantize, work: quantizeWork(quantizeFlops) },
  DequantizeLinear: { infer: inferDequantize, work: quantizeWork(dequantizeFlops) },
  DynamicQuantizeLinear: {
    infer: (ctx) => [outputLike(ctx, 0, "uint8"), output("float32", []), output("uint8", [])],
    work: quantizeWork(rangeFlops + quantizeFlops, true),
  },
  "com.microsoft:QuantizeLinear": { infer: inferQuantize, work: quantizeWork(quantizeFlops) },
  "com.microsoft:DequantizeLinear": { infer: inferDequantize, work: quantizeWork(dequantizeFlops) },
  "com.microsoft:QuantizeWithOrder": {
    infer: (ctx) => [outputLike(ctx, 0, "int8")],
    work: quantizeWork(quantizeFlops),
  },
  "com.microsoft:DequantizeWithOrder": {
    infer: (ctx) => [outputLike(ctx, 0, dataType(ctx.int("to", 1)))],
    work: quantizeWork(dequantizeFlops),
  },
  "com.microsoft:QuantizeBFP": { infer: inferQuantizeBlocks, work: blockWork },
  "com.microsoft:DequantizeBFP": {
    infer: inferDequantizeBlocks,
    work: quantizeWork(dequantizeFlops),
  },
  "com.microsoft:QOrderedGelu": {
    infer: inferLikeFirst,
    // A Gelu between the two conversions.
    work: quantizeWork(dequantizeFlops + geluFlops + quantizeFlops),
  },
});

function quantizeWork(flopsPerElement: number, isDynamic = false): OpRule["work"] {
  return (ctx) => {
    const elements = ctx.outputElements(0);
    if (elements === undefined) return undefined;
    return {
      macs: 0,
      otherFlops: flopsPerElement * elements,
      kernel: { kind: "quantize", elements, ...(isDynamic && { isDynamic }) },
    };
  };
}

/** The zero point's type, else `output_dtype` (since version 21), else uint8. */
function inferQuantize(ctx: InferContext): readonly Inferred[] {
  checkScale(ctx);
  const attribute = dataType(ctx.int("output_dtype", 0));
  const zeroPoint = ctx.elementType(2);
  if (attribute !== undefined && zeroPoint !== undefined && attribute !== zeroPoint)
    ctx.error(`\`output_dtype\` is ${attribute}, the zero point has ${zeroPoint}.`);
  const fallback: ElementType | undefined = ctx.hasInput(2) ? undefined : "uint8";
  return [outputLike(ctx, 0, zeroPoint ?? attribute ?? fallback)];
}

/** `output_dtype` (since version 23), else the scale's type; float32 before version 19. */
function inferDequantize(ctx: InferContext): readonly Inferred[] {
  checkScale(ctx);
  const attribute = dataType(ctx.int("output_dtype", 0));
  return [output(attribute ?? ctx.elementType(1) ?? undefined, ctx.shape(0))];
}

/** One scale for all, one for each element of `axis`, or (since version 21) one for each block along it. */
function checkScale(ctx: InferContext): void {
  const input = ctx.shape(0);
  const scale = ctx.shape(1);
  if (input === undefined || scale === undefined || scale.length === 0) return;
  const only = scale[0];
  if (scale.length === 1 && only === 1) return;
  const axis = ctx.int("axis", 1);
  if (scale.length === 1) {
    const extent = input.at(input.length === 1 ? 0 : axis);
    if (input.length > 1 && (axis < -input.length || input.length <= axis))
      ctx.error(`\`axis\` is ${axis}; the input has rank ${input.length}.`);
    else if (extent !== undefined && only !== undefined && isKnown(extent) && isKnown(only))
      if (extent !== only && ctx.int("block_size", 0) === 0)
        ctx.error(`axis ${axis} has ${extent} elements, the scale has ${only}.`);
  } else if (scale.length !== input.length)
    ctx.error(
      `the scale has rank ${scale.length}; it should be 0, 1 or, for blocks, ${input.length}.`,
    );
}

/** How many bytes a block takes depends on the format's number; the shape and the strides are outputs, too. */
function inferQuantizeBlocks(ctx: InferContext): readonly Inferred[] {
  const shape = ctx.shape(0);
  const vector = shape === undefined ? undefined : [shape.length];
  const described: Inferred = {
    ...output("int64", vector),
    ...(shape !== undefined && {
      constant: { elementType: "int64", shape: [shape.length], data: shape },
    }),
  };
  const strides: Inferred = {
    ...output("int64", vector),
    ...(shape !== undefined && {
      constant: {
        elementType: "int64",
        shape: [shape.length],
        data: shape.map((_, axis) => productOfDims(shape.slice(axis + 1))),
      },
    }),
  };
  return [output("uint8", [ctx.freshDim()]), described, strides];
}

function inferDequantizeBlocks(ctx: InferContext): readonly Inferred[] {
  const shape = dimsOfConstant(ctx.constant(1)) ?? freshShape(ctx, vectorLength(ctx, 1));
  return [output(dataType(ctx.int("dtype", 1)), shape)];
}

/** The size of the packed data is not known, but every element is converted; a block's maximum is a comparison more. */
function blockWork(ctx: WorkContext): Work | undefined {
  const elements = ctx.inputElements(0);
  if (elements === undefined) return undefined;
  // At one byte for each element, as the 8-bit formats have.
  const writeBytes = elements;
  return {
    macs: 0,
    otherFlops: (quantizeFlops + 1) * elements,
    writeBytes,
    kernel: { kind: "quantize", elements },
  };
}
