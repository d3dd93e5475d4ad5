import {
  type CallView,
  int,
  float,
  type MappedCall,
  numberOf,
  onnx,
  type OperatorTable,
  text,
  textOf,
  torch,
  flagOf,
} from "./operator.js";

/** Linear layers, matrix products, attention. */
export const products: OperatorTable = {
  linear,
  matmul: (call) => onnx("MatMul", call),
  mm: (call) => onnx("MatMul", call),
  bmm: (call) => onnx("MatMul", call),
  mv: (call) => onnx("MatMul", call),
  dot: (call) => onnx("MatMul", call),
  vdot: (call) => onnx("MatMul", call),
  addmm: added,
  einsum: (call) => {
    const equation = textOf(call, "equation");
    return equation === undefined
      ? undefined
      : onnx("Einsum", call, { equation: text(equation.replace(/\s/g, "")) });
  },
  scaled_dot_product_attention: attention,
};

/** `linear(input, weight, bias)` with weights [out, in]: ONNX has it for two axes only. */
function linear(call: CallView): MappedCall | undefined {
  const isPlain = call.shape(0)?.length === 2 && call.shape(1)?.length === 2;
  return isPlain ? onnx("Gemm", call, { transB: int(1) }) : torch("linear", call);
}

/** `addmm(input, a, b)` is β input + α a b. */
function added(call: CallView): MappedCall | undefined {
  const [input = -1, left = -1, right = -1] = call.inputs;
  const attributes = {
    alpha: float(numberOf(call, "alpha")),
    beta: float(numberOf(call, "beta")),
  };
  return onnx("Gemm", call, attributes, [left, right, input]);
}

/** ONNX has four axes: batch, heads, length, size. Key heads are shared when they are fewer. */
function attention(call: CallView): MappedCall | undefined {
  const attributes = {
    is_causal: int(flagOf(call, "is_causal") ? 1 : 0),
    scale: float(numberOf(call, "scale")),
  };
  const hasFourAxes = [0, 1, 2].every((index) => call.shape(index)?.length === 4);
  return hasFourAxes
    ? onnx("Attention", call, attributes)
    : torch("scaled_dot_product_attention", call, attributes);
}
