import type { RawAttribute } from "../../../graph/raw-graph.js";
import type { TraceValue } from "../../torch-trace/document.js";
import type { CallView } from "../../torch-trace/operator.js";
import { mapCall } from "../../torch-trace/operators.js";
import { defineConstant } from "../constants.js";
import { type GraphDraft, type MlirValue, resultCount, resultTypeOf } from "../draft.js";
import { attributeOfItem, numberOf, textOf } from "../items.js";
import type { MlirOperation } from "../syntax.js";
import { elementTypeOfType, extentsOf, knownExtents } from "../types.js";
import { defineNumber } from "./arith.js";
import type { Handler, HandlerTable } from "./handler.js";
import { emitCast } from "./elementwise.js";
import { emitOnnx } from "./onnx.js";
import { passedOn } from "./tensor.js";

/**
 * torch-mlir's `torch.aten.…`: PyTorch's own calls, which are mapped as those of a recorded program are. Parameters stand in
 * the order of the operator's schema (aten/src/ATen/native/native_functions.yaml); numbers and lists are values of the program.
 */
export function torchHandler(name: string): Handler | undefined {
  if (Object.hasOwn(plain, name)) return plain[name];
  const aten = /^aten\.(_?)([a-z0-9_]+?)(?:\.[A-Za-z0-9_]+)?$/.exec(name);
  if (aten === null) return undefined;
  const [, , op = ""] = aten;
  return (draft, operation) => emitCall(draft, operation, op);
}

/** torch-mlir's conversions to and from builtin tensors change nothing. */
export const torchConversions: HandlerTable = {
  from_builtin_tensor: passedOn,
  to_builtin_tensor: passedOn,
  to_i64: defineNumber,
  from_i64: defineNumber,
  to_f64: defineNumber,
  to_i1: defineNumber,
};

const plain: HandlerTable = {
  "constant.int": literal,
  "constant.float": literal,
  "constant.bool": literal,
  "constant.str": literal,
  "constant.none": (draft, operation) => {
    draft.define(operation, 0, { literal: null });
    return true;
  },
  "constant.device": (draft, operation) => {
    draft.define(operation, 0, { literal: null });
    return true;
  },
  "prim.ListConstruct": (draft, operation) => {
    draft.define(operation, 0, { items: draft.operands(operation).flatMap((item) => item ?? []) });
    return true;
  },
  operator: (draft, operation) => {
    const [name] = operation.items;
    const text = name && textOf(attributeOfItem(name));
    const [, op] = /^onnx\.(\w+)$/.exec(text ?? "") ?? [];
    if (op === undefined) return false;
    if (op === "Constant") return defineConstant(draft, operation);
    emitOnnx(draft, operation, op);
    return true;
  },
  copy: passedOn,
  "copy.to_vtensor": passedOn,
  "copy.to_tensor": passedOn,
  tensor_static_info_cast: passedOn,
  "aten.contiguous": passedOn,
  "aten.clone": passedOn,
  "aten.detach": passedOn,
  "aten.alias": passedOn,
  "aten.dropout": passedOn,
  "aten.size.int": defineNumber,
  "prims.convert_element_type": emitCast,
  "aten.to.dtype": emitCast,
  symbolic_int: defineNumber,
};

/** `torch.constant.int 1`, `torch.constant.float 1.0`, `torch.constant.bool false`, `torch.constant.str "none"` */
function literal(draft: GraphDraft, operation: MlirOperation): boolean {
  const given =
    operation.attributes.get("value") ??
    operation.items.map((item) => attributeOfItem(item)).find((item) => item !== undefined);
  const text = textOf(given);
  const value = numberOf(given) ?? (text === "true" ? true : text === "false" ? false : text);
  draft.define(operation, 0, {
    literal: value ?? null,
    ...(typeof value === "number" && {
      constant: { splat: value, data: undefined, isBuffer: true, place: undefined },
    }),
  });
  return true;
}

/** Parameters by position; `*` marks tensors. Operators that take tensors alone are not listed. */
const signatures: Readonly<Record<string, string>> = {
  convolution: "*input *weight *bias stride padding dilation transposed output_padding groups",
  conv1d: "*input *weight *bias stride padding dilation groups",
  conv2d: "*input *weight *bias stride padding dilation groups",
  conv3d: "*input *weight *bias stride padding dilation groups",
  conv_transpose1d: "*input *weight *bias stride padding output_padding groups dilation",
  conv_transpose2d: "*input *weight *bias stride padding output_padding groups dilation",
  linear: "*input *weight *bias",
  addmm: "*input *mat1 *mat2 beta alpha",
  baddbmm: "*input *mat1 *mat2 beta alpha",
  batch_norm: "*input *weight *bias *running_mean *running_var training momentum eps cudnn",
  native_batch_norm: "*input *weight *bias *running_mean *running_var training momentum eps",
  layer_norm: "*input normalized_shape *weight *bias eps cudnn",
  native_layer_norm: "*input normalized_shape *weight *bias eps",
  group_norm: "*input num_groups *weight *bias eps cudnn",
  rms_norm: "*input normalized_shape *weight eps",
  max_pool2d: "*input kernel_size stride padding dilation ceil_mode",
  max_pool2d_with_indices: "*input kernel_size stride padding dilation ceil_mode",
  max_pool1d: "*input kernel_size stride padding dilation ceil_mode",
  max_pool3d: "*input kernel_size stride padding dilation ceil_mode",
  avg_pool1d: "*input kernel_size stride padding ceil_mode count_include_pad",
  avg_pool2d: "*input kernel_size stride padding ceil_mode count_include_pad divisor",
  avg_pool3d: "*input kernel_size stride padding ceil_mode count_include_pad divisor",
  adaptive_avg_pool1d: "*input output_size",
  adaptive_avg_pool2d: "*input output_size",
  adaptive_max_pool2d: "*input output_size",
  gelu: "*input approximate",
  hardtanh: "*input min_val max_val",
  leaky_relu: "*input negative_slope",
  elu: "*input alpha scale input_scale",
  clamp: "*input min max",
  clamp_min: "*input min",
  clamp_max: "*input max",
  softmax: "*input dim dtype",
  log_softmax: "*input dim dtype",
  add: "*input *other alpha",
  sub: "*input *other alpha",
  rsub: "*input *other alpha",
  view: "*input size",
  reshape: "*input size",
  flatten: "*input start_dim end_dim",
  unflatten: "*input dim sizes",
  squeeze: "*input dim",
  unsqueeze: "*input dim",
  permute: "*input dims",
  transpose: "*input dim0 dim1",
  expand: "*input size implicit",
  broadcast_to: "*input size",
  cat: "*tensors dim",
  stack: "*tensors dim",
  slice: "*input dim start end step",
  select: "*input dim index",
  narrow: "*input dim start length",
  index_select: "*input dim *index",
  gather: "*input dim *index sparse_grad",
  mean: "*input dim keepdim dtype",
  sum: "*input dim keepdim dtype",
  amax: "*input dim keepdim",
  amin: "*input dim keepdim",
  argmax: "*input dim keepdim",
  argmin: "*input dim keepdim",
  max: "*input dim keepdim",
  var: "*input dim unbiased keepdim",
  cumsum: "*input dim dtype",
  topk: "*input k dim largest sorted",
  constant_pad_nd: "*input pad value",
  pad: "*input pad mode value",
  scaled_dot_product_attention: "*query *key *value *attn_mask dropout_p is_causal scale",
  pixel_shuffle: "*input upscale_factor",
  embedding: "*weight *indices padding_idx scale_grad sparse",
};

const renamedOps: Readonly<Record<string, string>> = {
  constant_pad_nd: "pad",
  native_layer_norm: "layer_norm",
  native_batch_norm: "batch_norm",
  broadcast_to: "expand",
  upsample_nearest2d: "interpolate",
  upsample_bilinear2d: "interpolate",
  rsub: "sub",
  scaled_dot_product_flash_attention: "scaled_dot_product_attention",
  reshape_alias: "reshape",
  unsafe_view: "view",
};

function emitCall(draft: GraphDraft, operation: MlirOperation, op: string): boolean {
  const operands = draft.operands(operation);
  const call = callOf(op, operands, operation);
  if (call === undefined) return false;
  const { tensors, view } = call;
  const mapped = mapCall(view);
  const inputs = mapped.inputs.map((input) => {
    if (typeof input !== "number")
      return draft.constant({
        elementType: input.elementType,
        shape: [],
        byteLength: 0,
        isBuffer: true,
        data: [input.value],
      });
    const value = tensors[input];
    return value === undefined
      ? ""
      : mapped.domain === "" && broadcasting.has(mapped.op)
        ? draft.wide(value).name
        : draft.full(value);
  });
  const attributes: Record<string, RawAttribute> = {};
  for (const [key, value] of mapped.attributes)
    if (value.kind !== "graph" && value.kind !== "graphs") attributes[key] = value;
  if (mapped.op === "Cast") return emitCast(draft, operation);
  if (mapped.domain === "" && mapped.op === "Expand") {
    const shape = knownExtents(extentsOf(resultTypeOf(operation, 0)));
    if (shape === undefined) return false;
    draft.emit(operation, { op: "Expand", inputs: [inputs[0] ?? "", draft.numbers(shape)] }, 1);
    return true;
  }
  const isShaped = mapped.op !== "Reshape" || view.outputShape(0) !== undefined;
  draft.emit(
    operation,
    isShaped
      ? { op: mapped.op, domain: mapped.domain, inputs, attributes }
      : { op: "Reshape", inputs: [...inputs.slice(0, 1), ""], attributes: {} },
    Math.max(1, resultCount(operation)),
  );
  return true;
}

const broadcasting: ReadonlySet<string> = new Set([
  "Add",
  "Sub",
  "Mul",
  "Div",
  "Pow",
  "Max",
  "Min",
  "Where",
]);

interface Call {
  readonly tensors: readonly (MlirValue | undefined)[];
  readonly view: CallView;
}

function callOf(
  op: string,
  operands: readonly (MlirValue | undefined)[],
  operation: MlirOperation,
): Call | undefined {
  const signature = Object.hasOwn(signatures, op) ? signatures[op]?.split(" ") : undefined;
  const tensors: (MlirValue | undefined)[] = [];
  const attributes = new Map<string, TraceValue>();
  operands.forEach((operand, position) => {
    const parameter = signature?.[position];
    const isTensor = operand?.type?.kind === "tensor";
    const isListOfTensors = operand?.items?.some((item) => item.type?.kind === "tensor") === true;
    const [firstInput] = tensors;
    if (isListOfTensors) tensors.push(...(operand?.items ?? []));
    else if (isTensor) tensors.push(operand);
    else if (parameter?.startsWith("*") === true && operand?.literal === null)
      tensors.push(undefined);
    else {
      const value = operand && traceValueOf(operand);
      const key = parameter?.replace("*", "") ?? "";
      if (value === undefined) return;
      // `x * 0.5` has the number where another tensor might be.
      if (
        position === 1 &&
        typeof value === "number" &&
        firstInput !== undefined &&
        (parameter === undefined || parameter === "*other")
      )
        attributes.set("scalar", value);
      else if (position === 0 && typeof value === "number") attributes.set("scalar_first", true);
      else if (key !== "") attributes.set(key, value);
    }
  });
  const order = orders[op];
  const isTransposed = op === "convolution" && attributes.get("transposed") === true;
  const rank = tensors[0]?.shape?.length ?? 4;
  const ordered = order === undefined ? tensors : order.map((index) => tensors[index]);
  addDims(op, attributes, rank);
  const named = isTransposed
    ? `conv_transpose${rank - 2}d`
    : Object.hasOwn(renamedOps, op)
      ? (renamedOps[op] ?? op)
      : op;
  const view: CallView = {
    op: named,
    inputs: ordered.map((value, index) => (value === undefined ? -1 : index)),
    outputs: Array.from({ length: Math.max(1, resultCount(operation)) }, (_, index) => index),
    attributes,
    module: -1,
    frames: [],
    shape: (input) => knownExtents(ordered[input]?.shape),
    elementType: (input) => ordered[input]?.elementType,
    outputShape: (output) => knownExtents(extentsOf(resultTypeOf(operation, output))),
    outputElementType: (output) => elementTypeOfType(resultTypeOf(operation, output)),
  };
  return ordered.length === 0 ? undefined : { tensors: ordered, view };
}

/** Where the functional's parameters stand in another order than the operator's. */
const orders: Readonly<Record<string, readonly number[]>> = {
  batch_norm: [0, 3, 4, 1, 2],
  native_batch_norm: [0, 3, 4, 1, 2],
  embedding: [1, 0],
};

/** Transpositions as the order of all axes. */
function addDims(op: string, attributes: Map<string, TraceValue>, rank: number): void {
  if (op === "t") attributes.set("dims", [1, 0]);
  if (op !== "transpose") return;
  const [first, second] = [attributes.get("dim0"), attributes.get("dim1")];
  if (typeof first !== "number" || typeof second !== "number") return;
  const dims = Array.from({ length: rank }, (_, axis) => axis);
  const from = first < 0 ? first + rank : first;
  const to = second < 0 ? second + rank : second;
  dims[from] = to;
  dims[to] = from;
  attributes.set("dims", dims);
}

function traceValueOf(value: MlirValue): TraceValue | undefined {
  if (value.items !== undefined) {
    const items = value.items.map((item) => traceValueOf(item));
    return items.every((item) => item !== undefined) ? items : undefined;
  }
  return value.literal === null ? undefined : value.literal;
}
