import type { Dim } from "../graph/dim.js";
import { byteCount, knownShape } from "../graph/value-type.js";
import { listSize, mlAttributeBytes } from "./ml-attributes.js";
import { output, ruleOfTable } from "./operator-table.js";
import type { InferContext, Inferred, NodeContext, Work, WorkContext } from "./rule.js";

/** Linear models and support vector machines of ai.onnx.ml. Rows of features [N, F]; a vector is one row. */
export const rule = ruleOfTable({
  "ai.onnx.ml:LinearRegressor": { infer: inferLinearRegressor, work: linearWork },
  "ai.onnx.ml:LinearClassifier": { infer: inferClassifier, work: linearWork },
  "ai.onnx.ml:SVMRegressor": {
    infer: (ctx) => [output("float32", [rowsOf(ctx), 1])],
    work: vectorMachineWork,
  },
  "ai.onnx.ml:SVMClassifier": { infer: inferVectorClassifier, work: vectorMachineWork },
});

function rowsOf(ctx: InferContext): Dim {
  const shape = ctx.shape(0);
  if (shape === undefined) return ctx.freshDim();
  return shape.length < 2 ? 1 : (shape[0] ?? 1);
}

function inferLinearRegressor(ctx: InferContext): readonly Inferred[] {
  return [output("float32", [rowsOf(ctx), ctx.int("targets", 1)])];
}

/** Labels [N], and a score per row and class. */
function inferClassifier(ctx: InferContext): readonly Inferred[] {
  const rows = rowsOf(ctx);
  return [
    output(labelType(ctx), [rows]),
    output("float32", [rows, classCount(ctx) ?? ctx.freshDim()]),
  ];
}

function labelType(ctx: NodeContext): "string" | "int64" {
  return listSize(ctx, "classlabels_strings") > 0 ? "string" : "int64";
}

function classCount(ctx: NodeContext): number | undefined {
  const count =
    listSize(ctx, "classlabels_strings") ||
    listSize(ctx, "classlabels_ints") ||
    listSize(ctx, "intercepts");
  return count === 0 ? undefined : count;
}

/** Without probabilities a machine of support vectors scores each pair of classes (one against one). */
function inferVectorClassifier(ctx: InferContext): readonly Inferred[] {
  const rows = rowsOf(ctx);
  const classes = classCount(ctx);
  const isPairwise =
    listSize(ctx, "prob_a") === 0 && listSize(ctx, "vectors_per_class") > 0 && (classes ?? 0) > 2;
  const scores = isPairwise && classes !== undefined ? (classes * (classes - 1)) / 2 : classes;
  return [output(labelType(ctx), [rows]), output("float32", [rows, scores ?? ctx.freshDim()])];
}

/** Every coefficient is multiplied once per row; `post_transform` is one operation or four per score. */
function linearWork(ctx: WorkContext): Work | undefined {
  const input = matrixOf(ctx);
  const inputBytes = byteCount(ctx.inputType(0));
  const coefficients = listSize(ctx, "coefficients");
  if (input === undefined || inputBytes === undefined) return undefined;
  const { rows, columns } = input;
  const scores = columns === 0 ? 0 : Math.round(coefficients / columns);
  return {
    macs: rows * coefficients,
    otherFlops:
      rows * scores * (listSize(ctx, "intercepts") > 0 ? 1 : 0) +
      transformFlops(ctx, rows * scores),
    readBytes: inputBytes + mlAttributeBytes(ctx),
    kernel: { kind: "matmul", batch: 1, m: rows, n: scores, k: columns, hasConstantRight: true },
  };
}

/** A product of every row with every support vector, the kernel function on it, and the weighted sums of those. */
function vectorMachineWork(ctx: WorkContext): Work | undefined {
  const input = matrixOf(ctx);
  const inputBytes = byteCount(ctx.inputType(0));
  if (input === undefined || inputBytes === undefined) return undefined;
  const { rows, columns } = input;
  const vectors = columns === 0 ? 0 : Math.round(listSize(ctx, "support_vectors") / columns);
  const coefficients = listSize(ctx, "coefficients");
  // A linear machine keeps its coefficients per feature, without support vectors.
  const perVector = kernelFlops[ctx.string("kernel_type", "LINEAR")] ?? 0;
  return {
    macs: rows * (vectors * columns + coefficients),
    otherFlops: rows * vectors * perVector + transformFlops(ctx, rows),
    readBytes: inputBytes + mlAttributeBytes(ctx),
    kernel: {
      kind: "matmul",
      batch: 1,
      m: rows,
      n: Math.max(1, vectors),
      k: columns,
      hasConstantRight: true,
    },
  };
}

/** LINEAR x·v; POLY (γ x·v + c)^d; RBF exp(-γ |x - v|²); SIGMOID tanh(γ x·v + c). */
const kernelFlops: Readonly<Record<string, number>> = { LINEAR: 0, POLY: 3, RBF: 3, SIGMOID: 3 };

function transformFlops(ctx: NodeContext, scores: number): number {
  return ctx.string("post_transform", "NONE") === "NONE" ? 0 : 4 * scores;
}

function matrixOf(
  ctx: WorkContext,
): { readonly rows: number; readonly columns: number } | undefined {
  const shape = knownShape(ctx.shape(0));
  if (shape === undefined) return undefined;
  const columns = shape.at(-1) ?? 1;
  const rows = shape.length < 2 ? 1 : (shape[0] ?? 1);
  return { rows, columns };
}
