import type { ExportCall, ExportRule } from "../draft.js";
import { commonRules, reduced, reshaped } from "./common.js";

/** TensorFlow Lite's layout is channels-last, ONNX's channels-first: windows are moved there and back. */
const toFirst = [0, 3, 1, 2];
const toLast = [0, 2, 3, 1];

export const tfliteRules: Readonly<Record<string, ExportRule>> = {
  ...Object.fromEntries(
    ["Add", "Sub", "Mul", "Div"].map((op) => [
      op,
      (call: ExportCall) => activated(call, call.emit(op, call.inputs())),
    ]),
  ),
  Concat: (call) => activated(call, call.emit("Concat", call.inputs(), call.attributes("axis"))),
  Softmax: (call) => {
    const beta = call.number("beta") ?? 1;
    const x =
      beta === 1 || beta === 0
        ? call.input(0)
        : call.emit("Mul", [call.input(0), call.draft.floats([beta])]);
    return call.finish("Softmax", [x], { axis: -1 });
  },
  LogSoftmax: (call) => call.finish("LogSoftmax", [call.input(0)], { axis: -1 }),
  Clip: (call) => {
    const [low, high] = bounds[call.node.sourceOp ?? ""] ?? [];
    if (low === undefined || high === undefined) return "has bounds that are not known";
    return call.finish("Clip", [
      call.input(0),
      call.draft.floats([low]),
      call.draft.floats([high]),
    ]);
  },
  "tflite:CONV_2D": (call) =>
    convolution(call, [0, 3, 1, 2], (weights, channels) => channels / (weights[3] ?? 1)),
  "tflite:DEPTHWISE_CONV_2D": (call) => convolution(call, [3, 0, 1, 2], (_, channels) => channels),
  "tflite:FULLY_CONNECTED": (call) => {
    const shape = call.outputShape();
    const [, width] = call.shape(1) ?? [];
    if (shape === undefined || width === undefined) return "has an open extent";
    const rows = call.emit("Reshape", [call.input(0), call.draft.ints([-1, width])]);
    const bias = call.has(2) ? [call.input(2)] : [];
    const made = call.emit("Gemm", [rows, call.input(1), ...bias], { transB: 1 });
    call.reads({ weight: made, activation: rows });
    return activated(call, call.emit("Reshape", [made, call.draft.ints(shape)]));
  },
  "tflite:MAX_POOL_2D": (call) => pooled(call, "MaxPool"),
  "tflite:AVERAGE_POOL_2D": (call) => pooled(call, "AveragePool"),
  "tflite:MEAN": (call) => overAxes(call, "ReduceMean"),
  "tflite:SUM": (call) => overAxes(call, "ReduceSum"),
  "tflite:REDUCE_MAX": (call) => overAxes(call, "ReduceMax"),
  "tflite:REDUCE_MIN": (call) => overAxes(call, "ReduceMin"),
  "tflite:REDUCE_PROD": (call) => overAxes(call, "ReduceProd"),
  "tflite:PAD": padded,
  "tflite:QUANTIZE": (call) => call.finish("Identity", [call.input(0)]),
  "tflite:DEQUANTIZE": (call) => call.finish("Identity", [call.input(0)]),
  "tflite:SQUEEZE": reshaped,
  "tflite:EXPAND_DIMS": reshaped,
  "tflite:RESHAPE": reshaped,
  "tflite:SQUARE": (call) => call.finish("Mul", [call.input(0), call.input(0)]),
  "tflite:RSQRT": (call) => call.finish("Reciprocal", [call.emit("Sqrt", [call.input(0)])]),
  "tflite:SQUARED_DIFFERENCE": (call) => {
    const difference = call.emit("Sub", call.inputs());
    return call.finish("Mul", [difference, difference]);
  },
  MatMul: (call) => commonRules["MatMul"]?.(call),
};

const bounds: Readonly<Record<string, readonly [number, number]>> = {
  RELU6: [0, 6],
  RELU_N1_TO_1: [-1, 1],
  RELU_0_TO_1: [0, 1],
};

/** What the operator's fused activation makes of its result is what the node makes. */
function activated(call: ExportCall, made: string): string | undefined {
  const kind = call.text("fused_activation_function") ?? "NONE";
  switch (kind) {
    case "NONE":
      return call.finish("Identity", [made]);
    case "RELU":
      return call.finish("Relu", [made]);
    case "TANH":
      return call.finish("Tanh", [made]);
    default: {
      const [low, high] = bounds[kind] ?? [];
      return low === undefined || high === undefined
        ? `has the activation ${kind}`
        : call.finish("Clip", [made, call.draft.floats([low]), call.draft.floats([high])]);
    }
  }
}

function convolution(
  call: ExportCall,
  perm: readonly number[],
  groupsOf: (weights: readonly number[], channels: number) => number,
): string | undefined {
  const weights = call.shape(1);
  const input = call.shape(0);
  if (weights?.length !== 4 || input?.length !== 4) return "has an open extent";
  const kernel = weights.slice(1, 3);
  const weight = call.emit("Transpose", [call.input(1)], { perm });
  const x = call.emit("Transpose", [call.input(0)], { perm: toFirst });
  const bias = call.has(2) ? [call.input(2)] : [];
  const dilations = ["h", "w"].map((axis) => call.number(`dilation_${axis}_factor`) ?? 1);
  const made = call.emit("Conv", [x, weight, ...bias], {
    group: groupsOf(weights, input[3] ?? 1),
    ...window(call, input, kernel, dilations),
  });
  call.reads({ weight, activation: x });
  return activated(call, call.emit("Transpose", [made], { perm: toLast }));
}

function pooled(call: ExportCall, op: string): string | undefined {
  const input = call.shape(0);
  if (input?.length !== 4) return "has an open extent";
  const kernel = ["height", "width"].map((axis) => call.number(`filter_${axis}`) ?? 1);
  const x = call.emit("Transpose", [call.input(0)], { perm: toFirst });
  const { kernel_shape, strides, pads } = window(call, input, kernel, [1, 1]);
  const made = call.emit(op, [x], { kernel_shape, strides, pads });
  return activated(call, call.emit("Transpose", [made], { perm: toLast }));
}

/** `SAME` pads to ⌈input / stride⌉ positions, the odd element behind. */
function window(
  call: ExportCall,
  input: readonly number[],
  kernel: readonly number[],
  dilations: readonly number[],
) {
  const strides = ["h", "w"].map((axis) => call.number(`stride_${axis}`) ?? 1);
  const totals = kernel.map((size, axis) => {
    if (call.text("padding") !== "SAME") return 0;
    const [extent = 1, stride = 1] = [input[axis + 1], strides[axis]];
    const reach = (size - 1) * (dilations[axis] ?? 1) + 1;
    return Math.max(0, (Math.ceil(extent / stride) - 1) * stride + reach - extent);
  });
  const begins = totals.map((total) => Math.floor(total / 2));
  const pads = [...begins, ...totals.map((total, axis) => total - (begins[axis] ?? 0))];
  return { kernel_shape: kernel, strides, dilations, pads };
}

function overAxes(call: ExportCall, op: string): string | undefined {
  const axes = call.constant(1);
  return axes === undefined
    ? "takes its axes from data"
    : reduced(op, axes, call.number("keep_dims") === 1)(call);
}

/** Pairs by axis become all begins, then all ends. */
function padded(call: ExportCall): string | undefined {
  const pairs = call.constant(1);
  if (pairs === undefined) return "takes its padding from data";
  const ends = [0, 1].flatMap((end) => pairs.filter((_, index) => index % 2 === end));
  return call.finish("Pad", [call.input(0), call.draft.ints(ends)]);
}
