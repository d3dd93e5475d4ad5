import type { ElementType } from "../../graph/element-type.js";
import {
  type CallView,
  float,
  type MappedCall,
  numberOf,
  onnx,
  type OperatorMap,
  type OperatorTable,
  renamed,
  text,
  textOf,
} from "./operator.js";

/** Activations and arithmetic. What is not here and still element-wise has a rule under torch's own name. */
export const elementwise: OperatorTable = {
  ...renamed({
    relu: "Relu",
    sigmoid: "Sigmoid",
    tanh: "Tanh",
    selu: "Selu",
    mish: "Mish",
    hardswish: "HardSwish",
    hardsigmoid: "HardSigmoid",
    silu: "Swish",
    softplus: "Softplus",
    softsign: "Softsign",
    prelu: "PRelu",
    threshold: "ThresholdedRelu",
    abs: "Abs",
    acos: "Acos",
    acosh: "Acosh",
    asin: "Asin",
    asinh: "Asinh",
    atan: "Atan",
    atanh: "Atanh",
    bitwise_not: "BitwiseNot",
    ceil: "Ceil",
    cos: "Cos",
    cosh: "Cosh",
    erf: "Erf",
    exp: "Exp",
    floor: "Floor",
    isinf: "IsInf",
    isnan: "IsNaN",
    log: "Log",
    logical_not: "Not",
    neg: "Neg",
    negative: "Neg",
    reciprocal: "Reciprocal",
    round: "Round",
    sign: "Sign",
    sin: "Sin",
    sinh: "Sinh",
    sqrt: "Sqrt",
    tan: "Tan",
  }),
  ...Object.fromEntries(
    ["relu6", "hardtanh", "clamp", "clip", "clamp_min", "clamp_max"].map((name) => [name, clipped]),
  ),
  elu: (call) => onnx("Elu", call, { alpha: float(numberOf(call, "alpha")) }),
  celu: (call) => onnx("Celu", call, { alpha: float(numberOf(call, "alpha")) }),
  leaky_relu: (call) => onnx("LeakyRelu", call, { alpha: float(numberOf(call, "negative_slope")) }),
  rrelu: (call) => onnx("LeakyRelu", call),
  gelu: (call) => onnx("Gelu", call, { approximate: text(textOf(call, "approximate")) }),
  ...binaries({
    add: "Add",
    sub: "Sub",
    mul: "Mul",
    div: "Div",
    true_divide: "Div",
    pow: "Pow",
    remainder: "Mod",
    fmod: "Mod",
    eq: "Equal",
    gt: "Greater",
    ge: "GreaterOrEqual",
    lt: "Less",
    le: "LessOrEqual",
    bitwise_and: "BitwiseAnd",
    bitwise_or: "BitwiseOr",
    bitwise_xor: "BitwiseXor",
    logical_and: "And",
    logical_or: "Or",
    logical_xor: "Xor",
    maximum: "Max",
    minimum: "Min",
  }),
  square: (call) => onnx("Pow", call, {}, [call.inputs[0] ?? -1, numberLike(call, 2)]),
  where: (call) => (call.inputs.length === 3 ? onnx("Where", call) : undefined),
  to: (call) =>
    call.elementType(0) === call.outputElementType(0)
      ? onnx("Identity", call)
      : onnx("Cast", call, { to_type: text(call.outputElementType(0)) }),
};

/** The bounds under the names that older versions of ONNX had them by; bounds that are tensors are inputs. */
function clipped(call: CallView): MappedCall {
  const low = numberOf(call, "min") ?? numberOf(call, "min_val");
  const high = numberOf(call, "max") ?? numberOf(call, "max_val");
  return onnx("Clip", call, { min: float(low), max: float(high) });
}

/** `x * 0.5` records one tensor and the number; the graph has a constant in its place. */
function binaries(names: Readonly<Record<string, string>>): OperatorTable {
  return Object.fromEntries(
    Object.entries(names).map(([name, op]): [string, OperatorMap] => [
      name,
      (call) => binary(op, call),
    ]),
  );
}

function binary(op: string, call: CallView): MappedCall {
  const [first = -1] = call.inputs;
  if (call.inputs.length !== 1) return onnx(op, call);
  const number = numberLike(call, numberOf(call, "scalar") ?? 0);
  const isFirst = call.attributes.get("scalar_first") === true;
  return onnx(op, call, {}, isFirst ? [number, first] : [first, number]);
}

function numberLike(
  call: CallView,
  value: number,
): { readonly elementType: ElementType; readonly value: number } {
  return { elementType: call.elementType(0) ?? "float32", value };
}
