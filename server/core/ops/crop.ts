import { isKnown } from "../graph/dim.js";
import { movementWork, output, ruleOfTable, shapeOfRank } from "./operator-table.js";
import type { InferContext, Inferred } from "./rule.js";

/** An experimental operator that ONNX 1.5 dropped; converters of that time (CoreML, Caffe) still wrote it. */
export const rule = ruleOfTable({ Crop: { infer: inferCrop, work: movementWork } });

/** [N, C, H, W] without `border` (left, top, right, bottom), or `scale` (height, width) from its corner on. */
function inferCrop(ctx: InferContext): readonly Inferred[] {
  const input = shapeOfRank(ctx, 0, { low: 4, high: 4 }, "the input");
  const [left = 0, top = 0, right = 0, bottom = 0] = ctx.ints("border") ?? [];
  const scale = ctx.ints("scale");
  if (input === undefined) return [output(ctx.elementType(0), undefined)];
  const [batch = 1, channels = 1, height = 1, width = 1] = input;
  if (scale?.length === 2) return [output(ctx.elementType(0), [batch, channels, ...scale])];
  const cropped = [
    isKnown(height) ? height - top - bottom : ctx.freshDim(),
    isKnown(width) ? width - left - right : ctx.freshDim(),
  ];
  if (cropped.some((extent) => isKnown(extent) && extent < 0))
    ctx.error("`border` is larger than the image.");
  return [output(ctx.elementType(0), [batch, channels, ...cropped])];
}
