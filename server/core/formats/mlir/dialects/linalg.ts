import { numbersOf } from "../items.js";
import {
  blockOf,
  type GraphDraft,
  int,
  type MlirValue,
  resultCount,
  resultTypeOf,
} from "../draft.js";
import type { MlirItem, MlirOperation } from "../syntax.js";
import { type Convolution, emitConvolution, emitWindow } from "./convolution.js";
import { emitElementwise, splatOf } from "./elementwise.js";
import type { Handler, HandlerTable } from "./handler.js";
import { lowerGeneric } from "./linalg-generic.js";
import { defineBroadcast, emitTranspose } from "./movement.js";
import { emitProduct } from "./product.js";
import { emitReduction, onlyOperation, reducerOf } from "./reduction.js";

const onnxNames: Readonly<Record<string, string>> = {
  abs: "Abs",
  add: "Add",
  ceil: "Ceil",
  div: "Div",
  div_unsigned: "Div",
  erf: "Erf",
  exp: "Exp",
  floor: "Floor",
  log: "Log",
  max: "Max",
  min: "Min",
  mul: "Mul",
  negf: "Neg",
  powf: "Pow",
  reciprocal: "Reciprocal",
  round: "Round",
  rsqrt: "Sqrt",
  select: "Where",
  sqrt: "Sqrt",
  square: "Mul",
  sub: "Sub",
  tanh: "Tanh",
};

/** linalg on tensors: named operations, and `generic` with its index maps. */
export const linalg: HandlerTable = {
  ...Object.fromEntries(
    Object.keys(onnxNames).map((name): [string, Handler] => [
      name,
      (draft, operation) => named(draft, operation, name),
    ]),
  ),
  generic: lowerGeneric,
  map: (draft, operation) => {
    const { ins } = insAndOuts(draft, operation);
    const flops = Math.max(1, blockOf(operation.regions[0]).length - 1);
    return emitElementwise(
      draft,
      operation,
      "Pointwise",
      ins,
      { flops: int(flops), broadcasts: int(1) },
      "mlir",
    );
  },
  fill: (draft, operation) => {
    const [value] = insAndOuts(draft, operation).ins;
    const splat = splatOf(value);
    draft.define(operation, 0, {
      constant: { splat, data: undefined, isBuffer: true, place: undefined },
    });
    return true;
  },
  copy: (draft, operation) => {
    const [value] = insAndOuts(draft, operation).ins;
    draft.emit(operation, { op: "Copy", domain: "mlir", inputs: [draft.full(value)] }, 1);
    return true;
  },
  transpose: (draft, operation) =>
    emitTranspose(
      draft,
      operation,
      insAndOuts(draft, operation).ins[0],
      numbersOf(operation.attributes.get("permutation")),
    ),
  broadcast: (draft, operation) => {
    const [value] = insAndOuts(draft, operation).ins;
    // `dimensions` are those that are new.
    const added = numbersOf(operation.attributes.get("dimensions")) ?? [];
    const rank = (value?.shape?.length ?? 0) + added.length;
    const dims = Array.from({ length: rank }, (_, axis) => axis).filter(
      (axis) => !added.includes(axis),
    );
    return defineBroadcast(draft, operation, value, dims);
  },
  reduce: (draft, operation) => {
    const { ins } = insAndOuts(draft, operation);
    const short = [...operation.attributes.keys()].find((key) => reducerOf(key) !== undefined);
    return emitReduction(draft, operation, ins, {
      reducer: reducerOf(short ?? onlyOperation(operation.regions[0])),
      axes: numbersOf(operation.attributes.get("dimensions")),
    });
  },
  softmax: (draft, operation) => {
    const [value] = insAndOuts(draft, operation).ins;
    const [axis = -1] =
      numbersOf(operation.attributes.get("dimension")) ??
      listIn(operation.items, "dimension") ??
      [];
    draft.emit(
      operation,
      { op: "Softmax", inputs: [draft.full(value)], attributes: { axis: int(axis) } },
      1,
    );
    return true;
  },
  matmul: product([], [], [1], [0]),
  quantized_matmul: product([], [], [1], [0]),
  matmul_transpose_a: product([], [], [0], [0]),
  matmul_transpose_b: product([], [], [1], [1]),
  matvec: product([], [], [1], [0]),
  vecmat: product([], [], [0], [0]),
  dot: product([], [], [0], [0]),
  batch_matmul: product([0], [0], [2], [1]),
  quantized_batch_matmul: product([0], [0], [2], [1]),
  batch_matmul_transpose_a: product([0], [0], [1], [1]),
  batch_matmul_transpose_b: product([0], [0], [2], [2]),
  batch_matvec: product([0], [0], [2], [1]),
  batch_vecmat: product([0], [0], [1], [1]),
  conv_1d_nwc_wcf: conv({ inputLayout: [0, 2, 1], kernelLayout: [1, 2, 0] }),
  conv_1d_ncw_fcw: conv({ inputLayout: [0, 1, 2], kernelLayout: [1, 0, 2] }),
  conv_2d_nhwc_hwcf: conv({ inputLayout: [0, 3, 1, 2], kernelLayout: [2, 3, 0, 1] }),
  conv_2d_nhwc_hwcf_q: conv({ inputLayout: [0, 3, 1, 2], kernelLayout: [2, 3, 0, 1] }),
  conv_2d_nhwc_fhwc: conv({ inputLayout: [0, 3, 1, 2], kernelLayout: [3, 0, 1, 2] }),
  conv_2d_nhwc_fhwc_q: conv({ inputLayout: [0, 3, 1, 2], kernelLayout: [3, 0, 1, 2] }),
  conv_2d_nchw_fchw: conv({ inputLayout: [0, 1, 2, 3], kernelLayout: [1, 0, 2, 3] }),
  conv_2d_nchw_fchw_q: conv({ inputLayout: [0, 1, 2, 3], kernelLayout: [1, 0, 2, 3] }),
  conv_3d_ndhwc_dhwcf: conv({ inputLayout: [0, 4, 1, 2, 3], kernelLayout: [3, 4, 0, 1, 2] }),
  conv_3d_ncdhw_fcdhw: conv({ inputLayout: [0, 1, 2, 3, 4], kernelLayout: [1, 0, 2, 3, 4] }),
  depthwise_conv_2d_nhwc_hwcm: conv({
    inputLayout: [0, 3, 1, 2],
    kernelLayout: [2, 3, 0, 1],
    isDepthwise: true,
  }),
  depthwise_conv_2d_nhwc_hwc: depthwise([0, 3, 1, 2], [1, 2, 3, 0], (shape) => [...shape, 1]),
  depthwise_conv_2d_nchw_chw: depthwise([0, 1, 2, 3], [0, 1, 2, 3], ([channels, ...space]) => [
    channels,
    1,
    ...space,
  ]),
  depthwise_conv_1d_nwc_wc: depthwise([0, 2, 1], [1, 2, 0], (shape) => [...shape, 1]),
  depthwise_conv_1d_ncw_cw: depthwise([0, 1, 2], [0, 1, 2], ([channels, ...space]) => [
    channels,
    1,
    ...space,
  ]),
  pooling_nhwc_max: pool("max", [1, 2], 4),
  pooling_nhwc_min: pool("min", [1, 2], 4),
  pooling_nhwc_sum: pool("sum", [1, 2], 4),
  pooling_nchw_max: pool("max", [2, 3], 4),
  pooling_nchw_sum: pool("sum", [2, 3], 4),
  pooling_nwc_max: pool("max", [1], 3),
  pooling_nwc_sum: pool("sum", [1], 3),
  pooling_ncw_max: pool("max", [2], 3),
  pooling_ncw_sum: pool("sum", [2], 3),
};

function named(draft: GraphDraft, operation: MlirOperation, name: string): boolean {
  const { ins } = insAndOuts(draft, operation);
  const operands = name === "square" ? [...ins, ...ins] : ins;
  return emitElementwise(draft, operation, onnxNames[name] ?? "Add", operands);
}

export interface InsAndOuts {
  readonly ins: readonly (MlirValue | undefined)[];
  readonly outs: readonly (MlirValue | undefined)[];
}

/** `ins(%a, %b : t, t) outs(%c : t)`; in generic form as many of the last operands as there are results. */
export function insAndOuts(draft: GraphDraft, operation: MlirOperation): InsAndOuts {
  const { items, operands } = operation;
  const behind = (word: string): readonly (MlirValue | undefined)[] | undefined => {
    const at = items.findIndex((item) => item.kind === "word" && item.text === word);
    const group = items[at + 1];
    if (at < 0 || group?.kind !== "group") return undefined;
    return group.items.flatMap((item) =>
      item.kind === "operand" ? [draft.find(item.operand.name)] : [],
    );
  };
  const outs = behind("outs");
  if (outs !== undefined) return { ins: behind("ins") ?? [], outs };
  const count = Math.max(1, resultCount(operation));
  const all = operands.map(({ name }) => draft.find(name));
  return { ins: all.slice(0, -count), outs: all.slice(-count) };
}

function listIn(items: readonly MlirItem[], word: string): readonly number[] | undefined {
  const at = items.findIndex((item) => item.kind === "word" && item.text === word);
  const group = items[at + 1];
  if (at < 0 || group?.kind !== "group") return undefined;
  return group.items.flatMap((item) =>
    item.kind === "attribute" && item.value.kind === "number" ? [item.value.value] : [],
  );
}

function product(
  leftBatch: readonly number[],
  rightBatch: readonly number[],
  leftContracting: readonly number[],
  rightContracting: readonly number[],
): Handler {
  return (draft, operation) => {
    const [left, right] = insAndOuts(draft, operation).ins;
    const dimensions = { leftBatch, rightBatch, leftContracting, rightContracting };
    return emitProduct(draft, operation, [left, right], dimensions) && addOuts(draft, operation);
  };
}

/** Sums begin with what the result holds before: zeros, or a bias that has been broadcast into it. */
function addOuts(draft: GraphDraft, operation: MlirOperation): true {
  const [before] = insAndOuts(draft, operation).outs;
  const made = draft.find(operation.results[0]?.name ?? "");
  if (before === undefined || made === undefined) return true;
  if (before.stored === undefined && before.compact === undefined) return true;
  const sum = draft.helper(
    operation,
    { op: "Add", inputs: [draft.full(made), draft.wide(before).name] },
    made.name,
  );
  draft.alias(operation, { ...made, stored: sum });
  return true;
}

function windowOf(operation: MlirOperation): Pick<Convolution, "strides" | "dilations"> {
  return {
    strides: numbersOf(operation.attributes.get("strides")),
    dilations: numbersOf(operation.attributes.get("dilations")),
  };
}

function conv(form: Pick<Convolution, "inputLayout" | "kernelLayout" | "isDepthwise">): Handler {
  return (draft, operation) => {
    const [input, kernel] = insAndOuts(draft, operation).ins;
    const window = windowOf(operation);
    return (
      emitConvolution(draft, operation, {
        input,
        kernel,
        outputLayout: form.inputLayout,
        ...form,
        ...window,
      }) && addOuts(draft, operation)
    );
  };
}

/** Kernels without an axis for the multiplier get one. */
function depthwise(
  inputLayout: readonly number[],
  kernelLayout: readonly number[],
  grown: (shape: readonly (number | undefined)[]) => readonly (number | undefined)[],
): Handler {
  return (draft, operation) => {
    const [input, kernel] = insAndOuts(draft, operation).ins;
    if (kernel?.shape === undefined) return false;
    const shape = grown(kernel.shape);
    if (shape.some((extent) => extent === undefined)) return false;
    const name = draft.helper(
      operation,
      {
        op: "Reshape",
        inputs: [draft.full(kernel)],
        attributes: { shape: { kind: "ints", value: shape.map((extent) => extent ?? 1) } },
      },
      kernel.name,
    );
    const isLast = inputLayout.at(1) !== 1;
    return emitConvolution(draft, operation, {
      input,
      kernel: { ...kernel, shape, stored: name, type: undefined },
      inputLayout,
      // [space…, channels, 1] or [channels, 1, space…]
      kernelLayout: isLast
        ? [shape.length - 2, shape.length - 1, ...kernelLayout.slice(2).map((_, axis) => axis)]
        : [0, 1, ...kernelLayout.slice(2)],
      outputLayout: inputLayout,
      isDepthwise: true,
      ...windowOf(operation),
    });
  };
}

/** The second operand has the window's shape and no contents. */
function pool(kind: "max" | "min" | "sum", axes: readonly number[], rank: number): Handler {
  return (draft, operation) => {
    const [input, window] = insAndOuts(draft, operation).ins;
    const { strides, dilations } = windowOf(operation);
    const spread = (list: readonly (number | undefined)[] | undefined): readonly number[] =>
      Array.from({ length: rank }, (_, axis) => {
        const at = axes.indexOf(axis);
        return at < 0 ? 1 : (list?.[at] ?? 1);
      });
    const zeros = new Array<number>(rank).fill(0);
    if (window?.shape === undefined || resultTypeOf(operation, 0) === undefined) return false;
    return emitWindow(draft, operation, input, {
      kind,
      window: spread(window.shape),
      strides: spread(strides),
      dilations: spread(dilations),
      padLow: zeros,
      padHigh: zeros,
    });
  };
}
