import { productOf } from "../../base/product.js";
import type { ExportCall, ExportRule } from "../draft.js";
import { commonRules, reduced, reshaped } from "./common.js";

/** Calls of PyTorch: most are ONNX's operators already; attributes that ONNX takes as inputs become those. */
export const torchRules: Readonly<Record<string, ExportRule>> = {
  Conv: (call) => layer(call, "Conv", ["kernel_shape", "strides", "dilations", "group", "pads"]),
  ConvTranspose: (call) =>
    layer(call, "ConvTranspose", [
      "kernel_shape",
      "strides",
      "dilations",
      "group",
      "pads",
      "output_padding",
    ]),
  "torch:linear": (call) => {
    const weight = call.emit("Transpose", [call.input(1)], { perm: [1, 0] });
    const made = call.emit("MatMul", [call.input(0), weight]);
    call.reads({ weight, activation: made });
    return call.has(2)
      ? call.finish("Add", [made, call.input(2)])
      : call.finish("Identity", [made]);
  },
  BatchNormalization: (call) => {
    const channels = call.shape(0)?.[1];
    if (call.number("training_mode") === 1 || !call.has(3) || channels === undefined)
      return "reckons with the statistics of its batch";
    const scale = call.has(1) ? call.input(1) : filled(call, channels, 1);
    const bias = call.has(2) ? call.input(2) : filled(call, channels, 0);
    return call.finish(
      "BatchNormalization",
      [call.input(0), scale, bias, call.input(3), call.input(4)],
      call.attributes("epsilon"),
    );
  },
  LayerNormalization: (call) => {
    const shape = call.shape(0)?.slice(call.number("axis") ?? -1);
    if (shape === undefined) return "has an open extent";
    const scale = call.has(1) ? call.input(1) : filled(call, shape, 1);
    const bias = call.has(2) ? [call.input(2)] : [];
    const attributes = call.attributes("axis", "epsilon");
    return call.finish("LayerNormalization", [call.input(0), scale, ...bias], attributes);
  },
  GroupNormalization: groupNormalization,
  RMSNormalization: (call) => {
    const square = call.emit("Mul", [call.input(0), call.input(0)]);
    const rank = call.shape(0)?.length ?? 0;
    const first = call.number("axis") ?? -1;
    const axes = Array.from({ length: -first }, (_, at) => rank + first + at);
    const mean = call.emit("ReduceMean", [square, call.draft.ints(axes)], { keepdims: 1 });
    const epsilon = call.draft.floats([call.number("epsilon") ?? 1e-6]);
    const root = call.emit("Sqrt", [call.emit("Add", [mean, epsilon])]);
    const made = call.emit("Div", [call.input(0), root]);
    return call.has(1)
      ? call.finish("Mul", [made, call.input(1)])
      : call.finish("Identity", [made]);
  },
  Swish: (call) => call.finish("Mul", [call.input(0), call.emit("Sigmoid", [call.input(0)])]),
  Clip: clipped,
  HardSigmoid: (call) =>
    // torch's slope is 1/6, ONNX's default is 0.2.
    call.finish("HardSigmoid", [call.input(0)], { alpha: { float: 1 / 6 }, beta: { float: 0.5 } }),
  Softmax: (call) => call.finish("Softmax", [call.input(0)], call.attributes("axis")),
  MaxPool: (call) =>
    call.node.outputs.length > 1
      ? "answers indices too"
      : call.finish(
          "MaxPool",
          [call.input(0)],
          call.attributes("kernel_shape", "strides", "pads", "ceil_mode", "dilations"),
        ),
  AveragePool: (call) =>
    call.finish(
      "AveragePool",
      [call.input(0)],
      call.attributes("kernel_shape", "strides", "pads", "ceil_mode", "count_include_pad"),
    ),
  GlobalAveragePool: (call) => call.finish("GlobalAveragePool", [call.input(0)]),
  GlobalMaxPool: (call) => call.finish("GlobalMaxPool", [call.input(0)]),
  Expand: (call) => {
    const shape = call.outputShape();
    return shape === undefined
      ? "has an open extent"
      : call.finish("Expand", [call.input(0), call.draft.ints(shape)]);
  },
  Split: (call) => {
    const sizes = call.numbers("split");
    return sizes === undefined
      ? "has sizes that are not known"
      : call.finish("Split", [call.input(0), call.draft.ints(sizes)], call.attributes("axis"));
  },
  Pad: (call) => {
    const pads = call.numbers("pads");
    return pads === undefined
      ? "has a padding that is not known"
      : call.finish("Pad", [call.input(0), call.draft.ints(pads)], call.attributes("mode"));
  },
  "torch:select": (call) => {
    const [axis, index] = [call.number("dim"), call.number("index")];
    return axis === undefined || index === undefined
      ? "selects by data"
      : call.finish("Gather", [call.input(0), call.draft.ints([index], [])], { axis });
  },
  ...Object.fromEntries(
    ["Sum", "Mean", "Max", "Min", "Prod", "L1", "L2", "LogSumExp"].map((kind) => [
      `Reduce${kind}`,
      (call: ExportCall) =>
        reduced(`Reduce${kind}`, call.numbers("axes"), call.number("keepdims") === 1)(call),
    ]),
  ),
  Attention: attention,
  "torch:scaled_dot_product_attention": attention,
  "torch:adaptive_avg_pool2d": (call) => {
    const [input, output] = [call.shape(0)?.slice(2), call.outputShape()?.slice(2)];
    if (input === undefined || output === undefined) return "has an open extent";
    const strides = input.map((extent, axis) => extent / (output[axis] ?? 1));
    return strides.every(Number.isInteger)
      ? call.finish("AveragePool", [call.input(0)], { kernel_shape: strides, strides })
      : "has windows of several sizes";
  },
  Reshape: reshaped,
  MatMul: (call) => commonRules["MatMul"]?.(call),
};

function layer(call: ExportCall, op: string, names: readonly string[]): string | undefined {
  call.reads();
  return call.finish(op, call.inputs(), call.attributes(...names));
}

function filled(call: ExportCall, shape: number | readonly number[], value: number): string {
  const extents = typeof shape === "number" ? [shape] : shape;
  const count = productOf(extents);
  return call.draft.floats(new Array<number>(count).fill(value), extents);
}

/** The names of torch say the bounds, or the call does. */
function clipped(call: ExportCall): string | undefined {
  const [low, high] =
    call.node.sourceOp === "relu6" ? [0, 6] : [call.number("min"), call.number("max")];
  if (low === undefined && high === undefined) return "has bounds that are not known";
  return call.finish("Clip", [
    call.input(0),
    low === undefined ? "" : call.draft.floats([low]),
    ...(high === undefined ? [] : [call.draft.floats([high])]),
  ]);
}

/** Instance normalization of each group, then the scale and shift of each channel. */
function groupNormalization(call: ExportCall): string | undefined {
  const shape = call.shape(0);
  const groups = call.number("num_groups");
  if (shape === undefined || groups === undefined) return "has an open extent";
  const [batch = 1, channels = 1, ...space] = shape;
  const apart = call.emit("Reshape", [call.input(0), call.draft.ints([batch, groups, -1])]);
  const made = call.emit(
    "InstanceNormalization",
    [apart, filled(call, groups, 1), filled(call, groups, 0)],
    call.attributes("epsilon"),
  );
  const whole = call.emit("Reshape", [made, call.draft.ints(shape)]);
  const byChannel = (index: number): string =>
    call.emit("Reshape", [call.input(index), call.draft.ints([channels, ...space.map(() => 1)])]);
  const scaled = call.has(1) ? call.emit("Mul", [whole, byChannel(1)]) : whole;
  return call.has(2)
    ? call.finish("Add", [scaled, byChannel(2)])
    : call.finish("Identity", [scaled]);
}

/** softmax(q kᵀ / √d + mask) v, as PyTorch's documentation of `scaled_dot_product_attention` writes it. */
function attention(call: ExportCall): string | undefined {
  const [q, k] = [call.shape(0), call.shape(1)];
  if (q === undefined || k === undefined) return "has an open extent";
  if (q.at(-3) !== k.at(-3)) return "shares keys among heads";
  if (call.has(3)) return "has a mask";
  const [length = 1, size = 1] = q.slice(-2);
  const keys = k.at(-2) ?? 1;
  const perm = k.map((_, axis) => axis);
  perm.push(...perm.splice(-2).reverse());
  const scale = call.number("scale") ?? 1 / Math.sqrt(size);
  const turned = call.emit("Transpose", [call.input(1)], { perm });
  const products = call.emit("MatMul", [call.input(0), turned]);
  let scores = call.emit("Mul", [products, call.draft.floats([scale])]);
  if (call.number("is_causal") === 1) {
    const mask = Array.from({ length: length * keys }, (_, at) =>
      at % keys > Math.floor(at / keys) ? -1e9 : 0,
    );
    scores = call.emit("Add", [scores, call.draft.floats(mask, [length, keys])]);
  }
  return call.finish("MatMul", [call.emit("Softmax", [scores], { axis: -1 }), call.input(2)]);
}
