import type { ExportCall, ExportRule } from "../draft.js";

/** The same operator, with these of its attributes. */
export function same(...attributes: readonly string[]): ExportRule {
  return (call) => call.finish(call.node.op, call.inputs(), call.attributes(...attributes));
}

/** To the shape that the result has. */
export const reshaped: ExportRule = (call) => {
  const shape = call.outputShape();
  return shape === undefined
    ? "has an open extent"
    : call.finish("Reshape", [call.input(0), call.draft.ints(shape)]);
};

/** Axes and the like, which lie in attributes here, are inputs of ONNX's operator. */
export function reduced(
  op: string,
  axes: readonly number[] | undefined,
  keeps: boolean,
): ExportRule {
  return (call) =>
    call.finish(op, axes === undefined ? [call.input(0)] : [call.input(0), call.draft.ints(axes)], {
      keepdims: keeps ? 1 : 0,
    });
}

const unary = [
  "Abs",
  "Ceil",
  "Cos",
  "Erf",
  "Exp",
  "Floor",
  "HardSwish",
  "Identity",
  "Log",
  "Mish",
  "Neg",
  "Not",
  "Reciprocal",
  "Relu",
  "Round",
  "Sigmoid",
  "Sign",
  "Sin",
  "Softplus",
  "Softsign",
  "Sqrt",
  "Tan",
  "Tanh",
];

const binary = [
  "Add",
  "Sub",
  "Mul",
  "Div",
  "Pow",
  "Max",
  "Min",
  "Equal",
  "Greater",
  "GreaterOrEqual",
  "Less",
  "LessOrEqual",
  "And",
  "Or",
  "Xor",
  "Where",
  "PRelu",
  "MatMul",
];

/** A product layer, where one of the operands is a weight, is read by itself. */
function product(call: ExportCall): string | undefined {
  call.reads();
  return call.finish(
    call.node.op,
    call.inputs(),
    call.attributes("transA", "transB", "alpha", "beta"),
  );
}

/** What says the same in every format that is read. */
export const commonRules: Readonly<Record<string, ExportRule>> = {
  ...Object.fromEntries([...unary, ...binary].map((op) => [op, same()])),
  MatMul: product,
  Gemm: product,
  Elu: same("alpha"),
  LeakyRelu: same("alpha"),
  Softmax: same("axis"),
  LogSoftmax: same("axis"),
  Concat: same("axis"),
  Gather: (call) => {
    call.reads();
    return call.finish("Gather", call.inputs(), call.attributes("axis"));
  },
  Transpose: (call) => call.finish("Transpose", [call.input(0)], call.attributes("perm")),
  Reshape: reshaped,
  Gelu: same("approximate"),
};
