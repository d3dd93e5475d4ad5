import { isKnown } from "../graph/dim.js";
import { elementTypes, isElementType, isInteger, type ElementType } from "../graph/element-type.js";
import { dataType } from "../graph/data-type.js";
import { foldElements } from "./fold.js";
import { elementwiseWork, outputLike, ruleOfTable } from "./operator-table.js";
import type { Constant, InferContext, Inferred } from "./rule.js";

/** A conversion is one operation per element; BitCast changes no bits. */
export const rule = ruleOfTable({
  Cast: { infer: (ctx) => cast(ctx, castTarget(ctx)), work: elementwiseWork(1) },
  CastLike: { infer: (ctx) => cast(ctx, ctx.elementType(1)), work: elementwiseWork(1) },
  BitCast: {
    infer: inferBitCast,
    work: () => ({
      macs: 0,
      otherFlops: 0,
      readBytes: 0,
      writeBytes: 0,
      kernel: { kind: "view" },
    }),
  },
});

/** `to` is the name of a type before version 6 and a number after. */
function castTarget(ctx: InferContext): ElementType | undefined {
  const name = ctx.string("to")?.toLowerCase();
  if (name === undefined) return dataType(ctx.int("to"));
  if (name === "float") return "float32";
  if (name === "double") return "float64";
  return isElementType(name) ? name : undefined;
}

function cast(ctx: InferContext, to: ElementType | undefined): readonly (Inferred | undefined)[] {
  if (to === undefined && ctx.node.op === "Cast")
    ctx.error("attribute `to` names no element type.");
  if (to === undefined) return ctx.shape(0) === undefined ? [] : [unknownType(ctx)];
  const constant = castConstant(ctx.constant(0), to);
  return [{ ...outputLike(ctx, 0, to), ...(constant && { constant }) }];
}

function unknownType(ctx: InferContext): Inferred {
  return { type: { kind: "tensor", elementType: undefined, shape: ctx.shape(0) } };
}

function castConstant(input: Constant | undefined, to: ElementType): Constant | undefined {
  if (input === undefined || to === "string" || input.elementType === "string") return undefined;
  return foldElements(to, [input], ([element]) => {
    if (element === undefined || typeof element === "string") return undefined;
    if (!isKnown(element)) return to === "bool" ? undefined : element;
    if (to === "bool") return Number(element !== 0);
    return isInteger(to) ? Math.trunc(element) : element;
  });
}

function inferBitCast(ctx: InferContext): readonly (Inferred | undefined)[] {
  const to = dataType(ctx.int("to"));
  const from = ctx.elementType(0);
  if (to === undefined) {
    ctx.error("attribute `to` names no element type.");
    return [];
  }
  if (from !== undefined && elementTypes[from].bits !== elementTypes[to].bits)
    ctx.error(`${from} and ${to} differ in width; a bit cast keeps the bits.`);
  return [outputLike(ctx, 0, to)];
}
