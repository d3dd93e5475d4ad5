import { numberOf, numbersOf } from "../items.js";
import { type GraphDraft, int, type MlirValue, resultTypeOf } from "../draft.js";
import type { MlirOperation } from "../syntax.js";
import { extentsOf, knownExtents } from "../types.js";
import { defineNumber } from "./arith.js";
import { emitConvolution, emitWindow } from "./convolution.js";
import {
  elementwiseTable,
  emitCast,
  emitElementwise,
  emitReciprocalRoot,
  splatOf,
} from "./elementwise.js";
import type { Handler, HandlerTable } from "./handler.js";
import { emitConcat, emitPad, emitPiece, emitReshape, emitTranspose } from "./movement.js";
import { emitReduction } from "./reduction.js";

/** TOSA (mlplatform.org/tosa): channels last, one bias for each convolution, zero points as operands or attributes. */
export const tosa: HandlerTable = {
  ...elementwiseTable({
    abs: "Abs",
    add: "Add",
    arithmetic_right_shift: "BitShift",
    bitwise_and: "BitwiseAnd",
    bitwise_not: "BitwiseNot",
    bitwise_or: "BitwiseOr",
    bitwise_xor: "BitwiseXor",
    ceil: "Ceil",
    cos: "Cos",
    div: "Div",
    equal: "Equal",
    erf: "Erf",
    exp: "Exp",
    floor: "Floor",
    greater: "Greater",
    greater_equal: "GreaterOrEqual",
    intdiv: "Div",
    int_div: "Div",
    log: "Log",
    logical_and: "And",
    logical_left_shift: "BitShift",
    logical_not: "Not",
    logical_or: "Or",
    logical_right_shift: "BitShift",
    logical_xor: "Xor",
    maximum: "Max",
    minimum: "Min",
    pow: "Pow",
    reciprocal: "Reciprocal",
    select: "Where",
    sigmoid: "Sigmoid",
    sin: "Sin",
    sub: "Sub",
    tanh: "Tanh",
  }),
  // Later operands are shifts and zero points.
  mul: (draft, operation) =>
    emitElementwise(draft, operation, "Mul", draft.operands(operation).slice(0, 2)),
  negate: (draft, operation) =>
    emitElementwise(draft, operation, "Neg", draft.operands(operation).slice(0, 1)),
  clamp: (draft, operation) => {
    const [operand] = draft.operands(operation);
    const { attributes } = operation;
    const low = numberOf(
      attributes.get("min_fp") ?? attributes.get("min_val") ?? attributes.get("min_int"),
    );
    const high = numberOf(
      attributes.get("max_fp") ?? attributes.get("max_val") ?? attributes.get("max_int"),
    );
    const isRelu = low === 0 && (high === undefined || high > 1e30);
    return emitElementwise(draft, operation, isRelu ? "Relu" : "Clip", [operand]);
  },
  rsqrt: emitReciprocalRoot,
  cast: emitCast,
  // Scaled to another width: a multiply, a shift and two zero points.
  rescale: (draft, operation) =>
    emitElementwise(
      draft,
      operation,
      "Pointwise",
      draft.operands(operation).slice(0, 1),
      { flops: int(2), broadcasts: int(1) },
      "mlir",
    ),
  table: (draft, operation) => {
    const inputs = draft.operands(operation).map((operand) => draft.full(operand));
    draft.emit(
      operation,
      { op: "Pointwise", domain: "mlir", inputs, attributes: { flops: int(1) } },
      1,
    );
    return true;
  },
  identity: (draft, operation) => {
    const [operand] = draft.operands(operation);
    if (operand !== undefined) draft.alias(operation, operand);
    return operand !== undefined;
  },
  conv2d: (draft, operation) =>
    convolved(draft, operation, { kernelLayout: [3, 0, 1, 2], inputLayout: [0, 3, 1, 2] }),
  conv3d: (draft, operation) =>
    convolved(draft, operation, { kernelLayout: [4, 0, 1, 2, 3], inputLayout: [0, 4, 1, 2, 3] }),
  depthwise_conv2d: (draft, operation) =>
    convolved(draft, operation, {
      kernelLayout: [2, 3, 0, 1],
      inputLayout: [0, 3, 1, 2],
      isDepthwise: true,
    }),
  transpose_conv2d: transposed,
  fully_connected: (draft, operation) => {
    const inputs = draft
      .operands(operation)
      .slice(0, 3)
      .map((operand) => draft.full(operand));
    draft.emit(operation, { op: "Gemm", inputs, attributes: { transB: int(1) } }, 1);
    return true;
  },
  matmul: (draft, operation) => {
    const inputs = draft
      .operands(operation)
      .slice(0, 2)
      .map((operand) => draft.full(operand));
    draft.emit(operation, { op: "MatMul", inputs }, 1);
    return true;
  },
  max_pool2d: (draft, operation) => pooled(draft, operation, "max"),
  avg_pool2d: (draft, operation) => pooled(draft, operation, "mean"),
  argmax: (draft, operation) => {
    const axis = numberOf(operation.attributes.get("axis")) ?? 0;
    const inputs = [draft.full(draft.operands(operation)[0])];
    draft.emit(
      operation,
      { op: "ArgMax", inputs, attributes: { axis: int(axis), keepdims: int(0) } },
      1,
    );
    return true;
  },
  reduce_sum: reduced("ReduceSum"),
  reduce_max: reduced("ReduceMax"),
  reduce_min: reduced("ReduceMin"),
  reduce_prod: reduced("ReduceProd"),
  reduce_product: reduced("ReduceProd"),
  reduce_all: reduced("ReduceMin"),
  reduce_any: reduced("ReduceMax"),
  reshape: (draft, operation) => emitReshape(draft, operation, draft.operands(operation)[0]),
  transpose: (draft, operation) => {
    const [operand, permutation] = draft.operands(operation);
    const given = numbersOf(operation.attributes.get("perms")) ?? permutation?.constant?.data;
    return emitTranspose(draft, operation, operand, given);
  },
  concat: (draft, operation) =>
    emitConcat(
      draft,
      operation,
      draft.operands(operation),
      numberOf(operation.attributes.get("axis")) ?? 0,
    ),
  slice: (draft, operation) => emitPiece(draft, operation, draft.operands(operation)[0]),
  pad: (draft, operation) => {
    const [operand, padding] = draft.operands(operation);
    const pads =
      numbersOf(operation.attributes.get("padding")) ??
      dataOf(padding, 2 * (operand?.shape?.length ?? 0));
    if (pads === undefined) return false;
    const low = pads.filter((_, index) => index % 2 === 0);
    const high = pads.filter((_, index) => index % 2 === 1);
    return emitPad(draft, operation, operand, low, high);
  },
  tile: (draft, operation) => {
    const [operand, multiples] = draft.operands(operation);
    const counts =
      numbersOf(operation.attributes.get("multiples")) ??
      dataOf(multiples, operand?.shape?.length ?? 0);
    if (counts === undefined) return false;
    draft.emit(operation, { op: "Tile", inputs: [draft.full(operand), draft.numbers(counts)] }, 1);
    return true;
  },
  reverse: kept("Copy", 1),
  gather: kept("Gather", 2),
  scatter: kept("Scatter", 3),
  resize: (draft, operation) => {
    const elements = extentsOf(resultTypeOf(operation, 0));
    if (elements === undefined) return false;
    const inputs = [draft.full(draft.operands(operation)[0])];
    draft.emit(operation, { op: "Resize", domain: "mlir", inputs }, 1);
    return true;
  },
  const_shape: (draft, operation) => {
    const data = numbersOf(operation.attributes.get("value") ?? operation.attributes.get("values"));
    draft.define(operation, 0, {
      constant: { splat: undefined, data, isBuffer: true, place: undefined },
    });
    return true;
  },
  apply_scale: defineNumber,
};

/** Numbers of a constant operand; one number stands for `count` equal ones. */
function dataOf(value: MlirValue | undefined, count: number): readonly number[] | undefined {
  const splat = splatOf(value);
  const { data } = value?.constant ?? {};
  if (data !== undefined && data.length > 1) return data;
  return splat === undefined ? data : new Array<number>(count).fill(splat);
}

function kept(op: string, count: number): Handler {
  return (draft, operation) => {
    const inputs = draft
      .operands(operation)
      .slice(0, count)
      .map((operand) => draft.full(operand));
    draft.emit(operation, { op, domain: "mlir", inputs }, 1);
    return true;
  };
}

function reduced(reducer: string): Handler {
  return (draft, operation) => {
    const axis = numberOf(operation.attributes.get("axis")) ?? 0;
    return emitReduction(draft, operation, [draft.operands(operation)[0]], {
      reducer,
      axes: [axis],
      keeps: true,
    });
  };
}

/** Pads are [top, bottom, left, right]. */
function convolved(
  draft: GraphDraft,
  operation: MlirOperation,
  form: {
    readonly kernelLayout: readonly number[];
    readonly inputLayout: readonly number[];
    readonly isDepthwise?: boolean;
  },
): boolean {
  const [input, kernel, bias] = draft.operands(operation);
  const pads = numbersOf(operation.attributes.get("pad"));
  return emitConvolution(draft, operation, {
    input,
    kernel,
    bias,
    outputLayout: form.inputLayout,
    ...form,
    strides: numbersOf(operation.attributes.get("stride")),
    dilations: numbersOf(operation.attributes.get("dilation")),
    padLow: pads?.filter((_, index) => index % 2 === 0),
    padHigh: pads?.filter((_, index) => index % 2 === 1),
  });
}

/** out = (in − 1) × stride + out_pad + kernel: zeros between the elements, the window's reach less its pads around them. */
function transposed(draft: GraphDraft, operation: MlirOperation): boolean {
  const [input, kernel, bias] = draft.operands(operation);
  const strides = numbersOf(operation.attributes.get("stride"));
  const pads = numbersOf(operation.attributes.get("out_pad")) ?? [0, 0, 0, 0];
  const kernelShape = knownExtents(kernel?.shape);
  if (strides === undefined || kernelShape === undefined) return false;
  const reach = [(kernelShape[1] ?? 1) - 1, (kernelShape[2] ?? 1) - 1];
  return emitConvolution(draft, operation, {
    input,
    kernel,
    bias,
    inputLayout: [0, 3, 1, 2],
    kernelLayout: [3, 0, 1, 2],
    outputLayout: [0, 3, 1, 2],
    inputDilations: strides,
    padLow: reach.map((size, axis) => size + (pads[2 * axis] ?? 0)),
    padHigh: reach.map((size, axis) => size + (pads[2 * axis + 1] ?? 0)),
  });
}

function pooled(draft: GraphDraft, operation: MlirOperation, kind: "max" | "mean"): boolean {
  const { attributes } = operation;
  const [height = 1, width = 1] = numbersOf(attributes.get("kernel")) ?? [];
  const [down = 1, along = 1] = numbersOf(attributes.get("stride")) ?? [];
  const [top = 0, bottom = 0, left = 0, right = 0] = numbersOf(attributes.get("pad")) ?? [];
  return emitWindow(draft, operation, draft.operands(operation)[0], {
    kind,
    window: [1, height, width, 1],
    strides: [1, down, along, 1],
    padLow: [0, top, left, 0],
    padHigh: [0, bottom, right, 0],
    dilations: [1, 1, 1, 1],
  });
}
