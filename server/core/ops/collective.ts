import { bytesOfElements } from "../graph/element-type.js";
import { type Dim, multiplyDims } from "../graph/dim.js";
import type { Shape } from "../graph/value-type.js";
import type { CollectiveKind } from "./kernel-shape.js";
import { output, ruleOfTable, type Operator } from "./operator-table.js";
import type { InferContext, Inferred, NodeContext, Work, WorkContext } from "./rule.js";

/**
 * Exchanges between `group_size` devices, as ONNX Runtime names them (ContribOperators.md: AllReduce, AllGather,
 * AllToAll), and ReduceScatter beside them. The input is what one device holds.
 */
export const rule = ruleOfTable({
  "com.microsoft:AllReduce": exchange("all-reduce"),
  "com.microsoft:AllGather": exchange("all-gather"),
  "com.microsoft:ReduceScatter": exchange("reduce-scatter"),
  "com.microsoft:AllToAll": exchange("all-to-all"),
});

function exchange(collective: CollectiveKind): Operator {
  return {
    infer: (ctx) => inferExchange(ctx, collective),
    work: (ctx) => exchangeWork(ctx, collective),
  };
}

function groupOf(ctx: NodeContext): number {
  return ctx.int("group_size", 1);
}

function inferExchange(ctx: InferContext, collective: CollectiveKind): readonly Inferred[] {
  const shape = ctx.shape(0);
  const elementType = ctx.elementType(0);
  const group = groupOf(ctx);
  const axis = ctx.int("axis", 0);
  if (group < 1) ctx.error(`\`group_size\` is ${group}; it should be 1 or more.`);
  if (collective === "all-reduce" || collective === "all-to-all" || shape === undefined)
    return [output(elementType, shape)];
  const extent = shape[axis];
  if (extent === undefined) {
    ctx.error(`\`axis\` is ${axis}, and the input has ${shape.length} axes.`);
    return [output(elementType, undefined)];
  }
  if (collective === "all-gather")
    return [output(elementType, replaced(shape, axis, multiplyDims(extent, group)))];
  if (typeof extent !== "number") return [output(elementType, undefined)];
  if (extent % group !== 0)
    ctx.error(`${extent} elements cannot be scattered to ${group} devices evenly.`);
  return [output(elementType, replaced(shape, axis, Math.floor(extent / group)))];
}

function replaced(shape: Shape, axis: number, extent: Dim): Shape {
  return shape.map((old, index) => (index === axis ? extent : old));
}

/** Reducing adds what the others send: (group - 1) / group additions for each element on each device. */
function exchangeWork(ctx: WorkContext, collective: CollectiveKind): Work | undefined {
  const elements = ctx.inputElements(0);
  const elementType = ctx.elementType(0);
  if (elements === undefined || elementType === undefined) return undefined;
  const group = Math.max(1, groupOf(ctx));
  const message = collective === "all-gather" ? elements * group : elements;
  const isReducing = collective === "all-reduce" || collective === "reduce-scatter";
  return {
    macs: 0,
    otherFlops: isReducing ? Math.round((elements * (group - 1)) / group) : 0,
    kernel: {
      kind: "collective",
      collective,
      group,
      bytes: bytesOfElements(elementType, message),
      elementBytes: bytesOfElements(elementType, 1),
      library: ctx.string("library", ""),
    },
  };
}
