import type { Dim } from "../graph/dim.js";
import { isKnown } from "../graph/dim.js";
import { byteCount } from "../graph/value-type.js";
import { listSize, mlAttributeBytes } from "./ml-attributes.js";
import { output, ruleOfTable } from "./operator-table.js";
import type { InferContext, Inferred, NodeContext, Work, WorkContext } from "./rule.js";

/** Ensembles of decision trees (ai.onnx.ml). */
export const rule = ruleOfTable({
  "ai.onnx.ml:TreeEnsembleClassifier": { infer: inferClassifier, work: ensembleWork },
  "ai.onnx.ml:TreeEnsembleRegressor": { infer: inferRegressor, work: ensembleWork },
  "ai.onnx.ml:TreeEnsemble": { infer: inferRegressor, work: ensembleWork },
});

/** Labels [N], and a score per row and class. */
function inferClassifier(ctx: InferContext): readonly Inferred[] {
  const rows = rowsOf(ctx);
  const strings = listSize(ctx, "classlabels_strings");
  const classes = strings || listSize(ctx, "classlabels_int64s");
  return [
    output(strings > 0 ? "string" : "int64", [rows]),
    output("float32", [rows, classes === 0 ? ctx.freshDim() : classes]),
  ];
}

/** A value per row and target; TreeEnsemble (version 5) keeps the type of its input. */
function inferRegressor(ctx: InferContext): readonly Inferred[] {
  const elementType = ctx.node.op === "TreeEnsemble" ? ctx.elementType(0) : "float32";
  return [output(elementType, [rowsOf(ctx), ctx.int("n_targets", 1)])];
}

function rowsOf(ctx: InferContext): Dim {
  const shape = ctx.shape(0);
  if (shape === undefined) return ctx.freshDim();
  return shape.length < 2 ? 1 : (shape[0] ?? 1);
}

/**
 * Each row takes one path through each tree. How long it is depends on the row; a tree of n leaves has paths of at
 * least log2 n comparisons on average, which is what is counted, and one sum per tree.
 */
function ensembleWork(ctx: WorkContext): Work | undefined {
  const shape = ctx.shape(0);
  const rows = shape === undefined ? undefined : shape.length < 2 ? 1 : shape[0];
  const inputBytes = byteCount(ctx.inputType(0));
  if (rows === undefined || !isKnown(rows) || inputBytes === undefined) return undefined;
  const leavesByTree = leafCounts(ctx);
  let perRow = 0;
  for (const leaves of leavesByTree) perRow += Math.ceil(Math.log2(Math.max(2, leaves))) + 1;
  const storedBytes = mlAttributeBytes(ctx);
  return {
    macs: 0,
    otherFlops: rows * perRow,
    readBytes: inputBytes + storedBytes,
    kernel: { kind: "gather", elements: rows * perRow },
  };
}

/** Leaves of each tree. TreeEnsemble lists its roots and leaves without saying whose they are: an even share. */
function leafCounts(ctx: NodeContext): readonly number[] {
  const roots = listSize(ctx, "tree_roots");
  if (roots > 0)
    return new Array<number>(roots).fill(Math.ceil(listSize(ctx, "leaf_targetids") / roots));
  const treeIds = ctx.ints("nodes_treeids") ?? [];
  const nodeCounts = new Map<number, number>();
  for (const id of treeIds) nodeCounts.set(id, (nodeCounts.get(id) ?? 0) + 1);
  // A binary tree of n nodes has (n + 1) / 2 leaves.
  return [...nodeCounts.values()].map((count) => (count + 1) / 2);
}
