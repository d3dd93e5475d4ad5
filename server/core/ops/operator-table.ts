import { operatorKey } from "../graph/graph.js";
import type { ElementType } from "../graph/element-type.js";
import { tensor, type Shape } from "../graph/value-type.js";
import type { InferContext, Inferred, NodeContext, OpRule, Work, WorkContext } from "./rule.js";

/** Shape rule and work of one operator; a family that has several lists them in a table. */
export interface Operator {
  readonly infer: OpRule["infer"];
  readonly work: OpRule["work"];
}

/** One rule for a table of operators, keyed as rules are (`Conv`, `com.microsoft:FusedConv`). */
export function ruleOfTable(table: Readonly<Record<string, Operator>>): OpRule {
  const operators = new Map(Object.entries(table));
  return {
    ops: [...operators.keys()],
    infer: (ctx) => operators.get(keyOf(ctx))?.infer(ctx) ?? [],
    work: (ctx) => operators.get(keyOf(ctx))?.work(ctx),
  };
}

function keyOf(ctx: NodeContext): string {
  return operatorKey(ctx.node.domain, ctx.node.op);
}

export function output(elementType: ElementType | undefined, shape: Shape | undefined): Inferred {
  return { type: tensor(elementType, shape) };
}

/** The type of input `index`, with another element type where one is given. */
export function outputLike(
  ctx: InferContext,
  index: number,
  elementType: ElementType | undefined = ctx.elementType(index),
): Inferred {
  return output(elementType, ctx.shape(index));
}

/** Rule of an operator whose only output has the type of its first input. */
export function inferLikeFirst(ctx: InferContext): readonly Inferred[] {
  return [outputLike(ctx, 0)];
}

/** Work of an operator that evaluates `flopsPerElement` operations for each element that it writes. */
export function elementwiseWork(flopsPerElement: number): (ctx: WorkContext) => Work | undefined {
  return (ctx) => {
    const elements = ctx.outputElements(0);
    if (elements === undefined) return undefined;
    return {
      macs: 0,
      otherFlops: flopsPerElement * elements,
      kernel: { kind: "elementwise", elements },
    };
  };
}

/** Work of an operator that only moves bytes. */
export function movementWork(ctx: WorkContext): Work | undefined {
  const elements = ctx.outputElements(0);
  if (elements === undefined) return undefined;
  return { macs: 0, otherFlops: 0, kernel: { kind: "movement", elements } };
}

/** Work that cannot be told before the data is seen. */
export function unknownWork(): undefined {
  return undefined;
}

/** A rank that the operator does not take is reported, and its shape is treated as unknown. */
export function shapeOfRank(
  ctx: InferContext,
  index: number,
  ranks: { readonly low: number; readonly high: number },
  what: string,
): Shape | undefined {
  const shape = ctx.shape(index);
  if (shape === undefined) return undefined;
  if (ranks.low <= shape.length && shape.length <= ranks.high) return shape;
  const wanted =
    ranks.low === ranks.high
      ? String(ranks.low)
      : ranks.high < 99
        ? `${ranks.low} to ${ranks.high}`
        : `at least ${ranks.low}`;
  ctx.error(`${what} has rank ${shape.length}; it should be ${wanted}.`);
  return undefined;
}
