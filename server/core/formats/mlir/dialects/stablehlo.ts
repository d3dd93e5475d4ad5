import {
  attributeOfItem,
  attributesOfItems,
  isMark,
  numberOf,
  numbersOf,
  textOf,
} from "../items.js";
import { type GraphDraft, int, resultTypeOf } from "../draft.js";
import type { MlirAttribute, MlirItem, MlirOperation } from "../syntax.js";
import { extentsOf, knownExtents } from "../types.js";
import {
  elementwiseTable,
  emitCast,
  emitElementwise,
  emitReciprocalRoot,
  splatOf,
} from "./elementwise.js";
import { symbolOf } from "../functions.js";
import { defineNumber } from "./arith.js";
import type { Handler, HandlerTable, Lowering } from "./handler.js";
import {
  defineBroadcast,
  emitConcat,
  emitPad,
  emitPiece,
  emitReshape,
  emitSlice,
  emitTranspose,
} from "./movement.js";
import { emitProduct } from "./product.js";
import { directionOf } from "./reduction.js";
import { convolution, dotGeneral, reduce, reduceWindow } from "./stablehlo-axes.js";

/** Operations of StableHLO (openxla.org/stablehlo/spec) and of MHLO and CHLO beside it, which it came from. */
export const stablehlo: HandlerTable = {
  ...elementwiseTable({
    abs: "Abs",
    ceil: "Ceil",
    cosine: "Cos",
    exponential: "Exp",
    exponential_minus_one: "Exp",
    floor: "Floor",
    log: "Log",
    log_plus_one: "Log",
    logistic: "Sigmoid",
    negate: "Neg",
    round_nearest_even: "Round",
    round_nearest_afz: "Round",
    sign: "Sign",
    sine: "Sin",
    sqrt: "Sqrt",
    tan: "Tan",
    tanh: "Tanh",
    is_finite: "IsNaN",
    erf: "Erf",
    acos: "Acos",
    acosh: "Acosh",
    asin: "Asin",
    asinh: "Asinh",
    atan: "Atan",
    atanh: "Atanh",
    cosh: "Cosh",
    sinh: "Sinh",
    divide: "Div",
    minimum: "Min",
    remainder: "Mod",
    shift_left: "BitShift",
    shift_right_arithmetic: "BitShift",
    shift_right_logical: "BitShift",
    select: "Where",
    subtract: "Sub",
    add: "Add",
    multiply: "Mul",
    power: "Pow",
    broadcast_add: "Add",
    broadcast_subtract: "Sub",
    broadcast_multiply: "Mul",
    broadcast_divide: "Div",
    broadcast_maximum: "Max",
    broadcast_minimum: "Min",
    broadcast_power: "Pow",
    broadcast_select: "Where",
  }),
  rsqrt: emitReciprocalRoot,
  cbrt: (draft, operation) => emitElementwise(draft, operation, "Sqrt", draft.operands(operation)),
  maximum: (draft, operation) => {
    const operands = draft.operands(operation);
    const other = operands.find((operand) => splatOf(operand) !== 0);
    const isRelu = operands.length === 2 && operands.some((operand) => splatOf(operand) === 0);
    return isRelu
      ? emitElementwise(draft, operation, "Relu", [other])
      : emitElementwise(draft, operation, "Max", operands);
  },
  clamp: (draft, operation) => {
    const [low, operand, high] = draft.operands(operation);
    return emitElementwise(draft, operation, "Clip", [operand, low, high]);
  },
  not: logical("Not", "BitwiseNot"),
  and: logical("And", "BitwiseAnd"),
  or: logical("Or", "BitwiseOr"),
  xor: logical("Xor", "BitwiseXor"),
  compare,
  broadcast_compare: compare,
  convert: emitCast,
  reshape: (draft, operation) => emitReshape(draft, operation, draft.operands(operation)[0]),
  dynamic_reshape: (draft, operation) =>
    emitReshape(draft, operation, draft.operands(operation)[0]),
  bitcast_convert: (draft, operation) =>
    emitReshape(draft, operation, draft.operands(operation)[0]),
  broadcast_in_dim: broadcast,
  dynamic_broadcast_in_dim: broadcast,
  broadcast: (draft, operation) => {
    const [operand] = draft.operands(operation);
    const rank = extentsOf(resultTypeOf(operation, 0))?.length ?? 0;
    const own = operand?.shape?.length ?? 0;
    return defineBroadcast(
      draft,
      operation,
      operand,
      counted(own).map((axis) => rank - own + axis),
    );
  },
  transpose: (draft, operation) =>
    emitTranspose(
      draft,
      operation,
      draft.operands(operation)[0],
      numbersOf(operation.attributes.get("dims") ?? operation.attributes.get("permutation")),
    ),
  concatenate: (draft, operation) =>
    emitConcat(
      draft,
      operation,
      draft.operands(operation),
      numberOf(operation.attributes.get("dim") ?? operation.attributes.get("dimension")),
    ),
  slice,
  real_dynamic_slice: (draft, operation) => {
    const [operand, starts, ends, steps] = draft.operands(operation);
    if (emitPiece(draft, operation, operand)) return true;
    const inputs = [
      draft.full(operand),
      draft.full(starts),
      draft.full(ends),
      "",
      draft.full(steps),
    ];
    draft.emit(operation, { op: "Slice", inputs }, 1);
    return true;
  },
  dynamic_slice: (draft, operation) => emitPiece(draft, operation, draft.operands(operation)[0]),
  dynamic_update_slice: (draft, operation) => {
    const inputs = draft
      .operands(operation)
      .slice(0, 2)
      .map((operand) => draft.full(operand));
    draft.emit(operation, { op: "DYNAMIC_UPDATE_SLICE", domain: "tflite", inputs }, 1);
    return true;
  },
  pad: (draft, operation) => {
    const [operand] = draft.operands(operation);
    const { attributes } = operation;
    const low = numbersOf(attributes.get("low") ?? attributes.get("edge_padding_low"));
    const high = numbersOf(attributes.get("high") ?? attributes.get("edge_padding_high"));
    const interior = numbersOf(attributes.get("interior") ?? attributes.get("interior_padding"));
    if (low === undefined || high === undefined) return false;
    const grown = high.map((pad, axis) => {
      const between = interior?.[axis] ?? 0;
      const extent = operand?.shape?.[axis];
      return between === 0 || extent === undefined ? pad : pad + between * Math.max(0, extent - 1);
    });
    return emitPad(draft, operation, operand, low, grown);
  },
  reverse: moved,
  scatter: (draft, operation) => kept(draft, operation, "Scatter"),
  select_and_scatter: (draft, operation) => kept(draft, operation, "Scatter"),
  sort: (draft, operation) => kept(draft, operation, "Sort"),
  dynamic_iota: (draft, operation) => kept(draft, operation, "Fill"),
  rng_bit_generator: (draft, operation) => kept(draft, operation, "Fill"),
  dynamic_gather: gather,
  top_k: topK,
  composite: (draft, operation, lowering) =>
    lowering.call(draft, operation, textOf(operation.attributes.get("decomposition")) ?? ""),
  custom_call: customCall,
  get_dimension_size: defineNumber,
  uniform_quantize: emitCast,
  uniform_dequantize: emitCast,
  ...Object.fromEntries(
    [
      "atan2",
      "complex",
      "real",
      "imag",
      "lgamma",
      "digamma",
      "polygamma",
      "zeta",
      "erf_inv",
      "erfc",
      "reduce_precision",
      "population_count",
      "count_leading_zeros",
      "next_after",
      "square",
      "conj",
    ].map((name): [string, Handler] => [name, pointwiseOf]),
  ),
  copy: moved,
  optimization_barrier: passedOn,
  convolution,
  dot: (draft, operation) => {
    const [left, right] = draft.operands(operation);
    return emitProduct(draft, operation, [left, right], {
      leftBatch: [],
      rightBatch: [],
      leftContracting: [(left?.shape?.length ?? 1) - 1],
      rightContracting: [0],
    });
  },
  dot_general: dotGeneral,
  reduce,
  reduce_window: reduceWindow,
  iota: (draft, operation) => {
    const shape = extentsOf(resultTypeOf(operation, 0));
    const axis =
      numberOf(operation.attributes.get("dim") ?? operation.attributes.get("iota_dimension")) ?? 0;
    const extent = shape?.[axis];
    if (shape === undefined || extent === undefined) return false;
    // A count along one axis, which a compiler makes where it is used.
    const data = extent <= 1024 ? counted(extent) : undefined;
    const value = draft.define(operation, 0);
    const name = draft.constant({
      elementType: value.elementType ?? "int64",
      shape: [extent, ...shape.slice(axis + 1).map(() => 1)],
      byteLength: 0,
      isBuffer: true,
      ...(data !== undefined && { data }),
    });
    value.compact = { name, shape: [extent, ...shape.slice(axis + 1).map(() => 1)] };
    return true;
  },
  gather,
  torch_index_select: (draft, operation) => {
    const [data, indices] = draft.operands(operation);
    const axis = numberOf(operation.attributes.get("dim"));
    draft.emit(
      operation,
      {
        op: "Gather",
        inputs: [draft.full(data), draft.full(indices)],
        attributes: { axis: int(axis ?? 0) },
      },
      1,
    );
    return true;
  },
  batch_norm_inference: (draft, operation) => {
    if (numberOf(operation.attributes.get("feature_index")) !== 1) return false;
    const inputs = draft.operands(operation).map((operand) => draft.full(operand));
    draft.emit(operation, { op: "BatchNormalization", inputs }, 1);
    return true;
  },
  rng: (draft, operation) => {
    const shape = knownExtents(extentsOf(resultTypeOf(operation, 0)));
    if (shape === undefined) return false;
    draft.emit(
      operation,
      { op: "RandomUniform", inputs: [], attributes: { shape: { kind: "ints", value: shape } } },
      1,
    );
    return true;
  },
  all_reduce: exchanged("AllReduce"),
  all_gather: exchanged("AllGather"),
  reduce_scatter: exchanged("ReduceScatter"),
  all_to_all: exchanged("AllToAll"),
  tuple: (draft, operation) => {
    const items = draft.operands(operation).flatMap((item) => item ?? []);
    draft.define(operation, 0, { items });
    return true;
  },
  get_tuple_element: (draft, operation) => {
    const [tuple] = draft.operands(operation);
    const index = numberOf(operation.attributes.get("index") ?? bracketed(operation));
    const member = tuple?.items?.[index ?? -1];
    if (member === undefined) return false;
    draft.values.set(operation.results[0]?.name ?? "", member);
    return true;
  },
};

/** An operation of ours, with what it reads and makes. */
function kept(draft: GraphDraft, operation: MlirOperation, op: string): true {
  const inputs = draft.operands(operation).map((operand) => draft.full(operand));
  draft.emit(operation, { op, domain: "mlir", inputs });
  return true;
}

/** A function of each element that ONNX has no name for. */
function pointwiseOf(draft: GraphDraft, operation: MlirOperation): true {
  return emitElementwise(
    draft,
    operation,
    "Pointwise",
    draft.operands(operation),
    { flops: int(1), broadcasts: int(1) },
    "mlir",
  );
}

function topK(draft: GraphDraft, operation: MlirOperation): boolean {
  const k =
    numberOf(operation.attributes.get("k")) ?? extentsOf(resultTypeOf(operation, 0))?.at(-1);
  if (k === undefined) return false;
  const inputs = [draft.full(draft.operands(operation)[0]), draft.numbers([k])];
  draft.emit(operation, { op: "TopK", inputs, attributes: { axis: int(-1) } });
  return true;
}

/** Calls of what is no operation: some mean one, some only say how a value is laid out on devices. */
function customCall(draft: GraphDraft, operation: MlirOperation, lowering: Lowering): boolean {
  const target =
    symbolOf(operation) || (textOf(operation.attributes.get("call_target_name")) ?? "");
  if (
    /^(?:Sharding|SPMDFullToShardShape|SPMDShardToFullShape|annotate_device_placement|xla\.sdy\..*)$/.test(
      target,
    )
  )
    return passedOn(draft, operation);
  const [, name = ""] = /^(?:mhlo|chlo)\.(\w+)$/.exec(target) ?? [];
  if (name === "topk" || target === "TopK") return topK(draft, operation);
  const handler = Object.hasOwn(stablehlo, name) ? stablehlo[name] : undefined;
  return handler !== undefined && handler !== customCall && handler(draft, operation, lowering);
}

function logical(ofBooleans: string, ofIntegers: string): Handler {
  return (draft, operation) => {
    const operands = draft.operands(operation);
    const isBoolean = operands[0]?.elementType === "bool";
    return emitElementwise(draft, operation, isBoolean ? ofBooleans : ofIntegers, operands);
  };
}

const comparisons: Readonly<Record<string, string>> = {
  EQ: "Equal",
  NE: "Equal",
  GT: "Greater",
  GE: "GreaterOrEqual",
  LT: "Less",
  LE: "LessOrEqual",
};

function compare(draft: GraphDraft, operation: MlirOperation): boolean {
  const op = comparisons[directionOf(operation)];
  return op !== undefined && emitElementwise(draft, operation, op, draft.operands(operation));
}

function broadcast(draft: GraphDraft, operation: MlirOperation): boolean {
  const dims = numbersOf(
    operation.attributes.get("dims") ?? operation.attributes.get("broadcast_dimensions"),
  );
  return (
    dims !== undefined && defineBroadcast(draft, operation, draft.operands(operation)[0], dims)
  );
}

function slice(draft: GraphDraft, operation: MlirOperation): boolean {
  const [operand] = draft.operands(operation);
  const { attributes, items } = operation;
  let starts = numbersOf(attributes.get("start_indices"));
  let ends = numbersOf(attributes.get("limit_indices"));
  let steps = numbersOf(attributes.get("strides"));
  if (starts === undefined) {
    // `[0:1, 0:64:2]`
    const group = items.find((item) => item.kind === "group" && item.open === "[");
    const parts = group?.kind === "group" ? cutsOf(group.items) : undefined;
    if (parts === undefined) return false;
    starts = parts.map(([start = 0]) => start);
    ends = parts.map(([, end = 0]) => end);
    steps = parts.map(([, , step = 1]) => step);
  }
  return ends !== undefined && emitSlice(draft, operation, operand, { starts, ends, steps });
}

function cutsOf(items: readonly MlirItem[]): readonly (readonly number[])[] {
  const cuts: number[][] = [[]];
  for (const item of items)
    if (isMark(item, ",")) cuts.push([]);
    else if (item.kind === "attribute" && item.value.kind === "number")
      cuts.at(-1)?.push(item.value.value);
  return cuts;
}

function moved(draft: GraphDraft, operation: MlirOperation): boolean {
  const [operand] = draft.operands(operation);
  draft.emit(operation, { op: "Copy", domain: "mlir", inputs: [draft.full(operand)] }, 1);
  return true;
}

/** Results are the operands. */
function passedOn(draft: GraphDraft, operation: MlirOperation): boolean {
  draft.operands(operation).forEach((operand, index) => {
    const [result] = operation.results;
    const key =
      result === undefined ? "" : result.count === 1 ? result.name : `${result.name}#${index}`;
    if (operand !== undefined) draft.values.set(key, operand);
  });
  return true;
}

function exchanged(op: string): Handler {
  return (draft, operation) => {
    const groups = operation.attributes.get("replica_groups");
    const shape = groups?.kind === "dense" ? extentsOf(groups.type) : undefined;
    const size = shape?.[1];
    const axis =
      numberOf(
        operation.attributes.get("all_gather_dim") ?? operation.attributes.get("scatter_dimension"),
      ) ?? 0;
    if (size === undefined) return false;
    draft.emit(
      operation,
      {
        op,
        domain: "com.microsoft",
        inputs: [draft.full(draft.operands(operation)[0])],
        attributes: { group_size: int(size), axis: int(axis) },
      },
      1,
    );
    return true;
  };
}

/** Rows of a table (an embedding) are ONNX's Gather; others are bytes that are picked one piece at a time. */
function gather(draft: GraphDraft, operation: MlirOperation): boolean {
  const [data, indices] = draft.operands(operation);
  const numbered = operation.attributes.get("dimension_numbers");
  const entries =
    numbered?.kind === "dialect" ? new Map(attributesOfItems(numbered.items)) : undefined;
  const collapsed = numbersOf(entries?.get("collapsed_slice_dims"));
  const starts = numbersOf(entries?.get("start_index_map"));
  const [axis = -1] = starts ?? [];
  const sizes = numbersOf(operation.attributes.get("slice_sizes"));
  const isRow =
    starts?.length === 1 &&
    collapsed?.length === 1 &&
    collapsed[0] === axis &&
    sizes?.every((size, index) => (index === axis ? size === 1 : size === data?.shape?.[index])) ===
      true;
  if (!isRow) {
    draft.emit(
      operation,
      { op: "Gather", domain: "mlir", inputs: [draft.full(data), draft.full(indices)] },
      1,
    );
    return true;
  }
  const vector = numberOf(entries?.get("index_vector_dim")) ?? 0;
  const rank = indices?.shape?.length ?? 0;
  const isTrailing = vector === rank - 1 && indices?.shape?.[vector] === 1;
  const flat = isTrailing
    ? draft.helper(
        operation,
        {
          op: "Squeeze",
          inputs: [draft.full(indices)],
          attributes: { axes: { kind: "ints", value: [vector] } },
        },
        indices.name,
      )
    : draft.full(indices);
  draft.emit(
    operation,
    { op: "Gather", inputs: [draft.full(data), flat], attributes: { axis: int(axis) } },
    1,
  );
  return true;
}

/** `%tuple[0]` */
function bracketed({ items }: MlirOperation): MlirAttribute | undefined {
  const group = items.find((item) => item.kind === "group" && item.open === "[");
  const [first] = group?.kind === "group" ? group.items : [];
  return first && attributeOfItem(first);
}

function counted(length: number): number[] {
  return Array.from({ length }, (_, index) => index);
}
