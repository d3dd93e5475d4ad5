import { dimsOfConstant, numbersOfConstant } from "../graph/constant.js";
import { divideDims, isKnown, productOfDims } from "../graph/dim.js";
import { output, ruleOfTable, shapeOfRank } from "./operator-table.js";
import type { InferContext, Inferred, Work, WorkContext } from "./rule.js";
import { freshShape, vectorLength } from "./shapes.js";

export const rule = ruleOfTable({ Col2Im: { infer: inferCol2Im, work: col2ImWork } });

/** [N, C × block, L] becomes [N, C, image…]. */
function inferCol2Im(ctx: InferContext): readonly Inferred[] {
  const elementType = ctx.elementType(0);
  const input = shapeOfRank(ctx, 0, { low: 3, high: 3 }, "the input");
  if (input === undefined) return [output(elementType, undefined)];
  const image = dimsOfConstant(ctx.constant(1)) ?? freshShape(ctx, vectorLength(ctx, 1));
  if (image === undefined) return [output(elementType, undefined)];
  const block = numbersOfConstant(ctx.constant(2));
  const columns = input[1] ?? 1;
  const blockElements = block === undefined ? undefined : productOfDims(block);
  if (blockElements !== undefined && isKnown(columns) && isKnown(blockElements))
    if (blockElements < 1 || columns % blockElements !== 0)
      ctx.error(`axis 1 has ${columns} elements; blocks of ${blockElements} do not divide them.`);
  const channels = blockElements === undefined ? undefined : divideDims(columns, blockElements);
  return [output(elementType, [input[0] ?? 1, channels ?? ctx.freshDim(), ...image])];
}

/** Each column element is added to its pixel. */
function col2ImWork(ctx: WorkContext): Work | undefined {
  const inputElements = ctx.inputElements(0);
  const elements = ctx.outputElements(0);
  if (inputElements === undefined || elements === undefined) return undefined;
  return { macs: 0, otherFlops: inputElements, kernel: { kind: "movement", elements } };
}
