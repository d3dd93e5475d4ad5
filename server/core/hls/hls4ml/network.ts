import { productOf } from "../../base/product.js";
import type { ReportLayer } from "../../views/report-document.js";
import type { LayerBits } from "../../quant/quantizer-bits.js";
import type { WeightMatrix } from "./constant-products.js";

/** A layer as hls4ml makes it. */
export type Hls4mlLayer =
  | {
      readonly kind: "dense";
      readonly name: string;
      readonly inputs: number;
      readonly outputs: number;
      /** Where the model's file has them. */
      readonly weights?: WeightMatrix;
      readonly bits?: LayerBits;
    }
  | {
      readonly kind: "conv";
      readonly name: string;
      /** Of one output: inputs of the kernel's window. */
      readonly inputs: number;
      readonly outputs: number;
      readonly weights: number;
      readonly inputChannels: number;
      /** Absent: 1. */
      readonly groups?: number;
      /** Columns of the window, and of a row of the input. */
      readonly side?: number;
      readonly inputWidth?: number;
      /** With the padding that it runs over. */
      readonly pixels: number;
      readonly outputPixels: number;
      readonly bits?: LayerBits;
    }
  | {
      readonly kind: "relu";
      readonly name: string;
      readonly elements: number;
      /** Elements of one pixel. */
      readonly channels: number;
      /** Multiplies what is negative. */
      readonly isLeaky: boolean;
    }
  | {
      /** What a normalization of its own or a shortcut's sum has. */
      readonly kind: "norm" | "add";
      readonly name: string;
      readonly elements: number;
      readonly channels: number;
    }
  | {
      readonly kind: "pool";
      readonly name: string;
      readonly channels: number;
      /** Of its output. */
      readonly pixels: number;
    }
  | { readonly kind: "softmax"; readonly name: string; readonly classes: number };

export interface Hls4mlNetwork {
  readonly layers: readonly Hls4mlLayer[];
  /** Operators that hls4ml would have to be extended for, and that count nothing here. */
  readonly skipped: readonly string[];
}

const ignored =
  /^(flatten|reshape|squeeze|unsqueeze|transpose|permute|view|identity|dropout|cast|constant|quantizelinear|dequantizelinear|quant|mul|pad|concat|input\w*|contiguous|shape|quantize|dequantize)$/i;

const pooling = /^(max_?pool\w*|average_?pool\w*|avg_?pool\w*|global_?average_?pool\w*|mean)$/;

/**
 * From a report's layers, whatever the framework: shapes say the sizes, parameters the kernels. A normalization right behind a dense
 * layer or a convolution is folded into it, as hls4ml does, unless the user gives it words of its own (`hasWords`).
 */
export function networkOf(
  layers: readonly ReportLayer[],
  weightsOf: (layer: ReportLayer) => WeightMatrix | undefined = () => undefined,
  hasWords: (name: string) => boolean = () => false,
  bitsOf: (layer: ReportLayer) => LayerBits | undefined = () => undefined,
): Hls4mlNetwork {
  const found: Hls4mlLayer[] = [];
  const skipped = new Set<string>();
  const products = new Set<string>();
  for (const layer of layers) {
    const op = layer.op.toLowerCase().replace(/^.*[.:]/, "");
    const input = sizesOf(layer.inputs[0]?.shape);
    const output = sizesOf(layer.outputs[0]?.shape);
    if (input === undefined || output === undefined) {
      if (!ignored.test(op)) skipped.add(layer.op);
      continue;
    }
    const elements = productOf(output.slice(1));
    const channels = channelsOf(layer, output);
    const { name } = layer;
    const known = bitsOf(layer);
    const bits = known !== undefined && { bits: known };
    if (
      /^(gemm|matmul|linear|addmm|dense|fully_connected|fullyconnected|qlinearmatmul)$/.test(op)
    ) {
      const [inputs, outputs] = [input.at(-1) ?? 1, output.at(-1) ?? 1];
      const weights = weightsOf(layer);
      const isWhole = weights?.inputs === inputs && weights.outputs === outputs;
      noteOutput(layer, products);
      found.push({
        kind: "dense",
        name,
        inputs,
        outputs,
        ...(isWhole && { weights }),
        ...bits,
      });
    } else if (/^(conv\w*|conv_2d|qlinearconv|depthwise_conv_2d)$/.test(op)) {
      noteOutput(layer, products);
      const conv = convOf(layer, input, output);
      if (conv === undefined) skipped.add(layer.op);
      else found.push({ ...conv, ...bits });
    } else if (
      /^(relu|relu6|leaky_?relu|prelu|clip|tanh|sigmoid|hardsigmoid|elu|selu|softplus)\w*$/.test(op)
    )
      found.push({ kind: "relu", name, elements, channels, isLeaky: /^(leaky|prelu)/.test(op) });
    else if (/^(log_?)?softmax$/.test(op))
      found.push({ kind: "softmax", name, classes: output.at(-1) ?? 1 });
    else if (pooling.test(op))
      found.push({ kind: "pool", name, channels, pixels: elements / channels });
    else if (/^batch_?norm\w*$/.test(op)) {
      if (hasWords(name) || !products.has(layer.inputs[0]?.name ?? ""))
        found.push({ kind: "norm", name, elements, channels });
    } else if (/^(add|iadd|add_)$/.test(op)) {
      // A bias is no branch.
      const other = sizesOf(layer.inputs[1]?.shape);
      if (other?.length === input.length && other.every((size, at) => size === input[at]))
        found.push({ kind: "add", name, elements, channels });
    } else if (!ignored.test(op)) skipped.add(layer.op);
  }
  return { layers: found, skipped: [...skipped] };
}

function noteOutput(layer: ReportLayer, into: Set<string>): void {
  const name = layer.outputs[0]?.name;
  if (name !== undefined && name !== "") into.add(name);
}

function convOf(
  layer: ReportLayer,
  input: readonly number[],
  output: readonly number[],
): Extract<Hls4mlLayer, { kind: "conv" }> | undefined {
  const isLast = hasChannelsLast(layer);
  const channelsAt = isLast ? output.length - 1 : 1;
  const [inChannels, outputs] = [input[channelsAt], output[channelsAt]];
  if (inChannels === undefined || outputs === undefined) return undefined;
  const parameters = layer.parameterCount ?? 0;
  const bias = parameters % outputs === 0 ? outputs : 0;
  const spatial = (sizes: readonly number[]): readonly number[] =>
    isLast ? sizes.slice(1, -1) : sizes.slice(2);
  // Outputs, inputs of a group, and the window, where the weights are an input of their own.
  const kernel = isLast ? undefined : sizesOf(layer.inputs[1]?.shape);
  const isTold = kernel !== undefined && kernel.length === input.length && kernel[0] === outputs;
  const perOutput = isTold
    ? productOf(kernel.slice(1))
    : Math.max(1, Math.round((parameters - bias) / outputs));
  const groups = isTold ? Math.max(1, Math.round(inChannels / (kernel[1] ?? 1))) : 1;
  const window = Math.max(1, Math.round((perOutput * groups) / inChannels));
  const side = isTold ? (kernel.at(-1) ?? 1) : Math.max(1, Math.round(Math.sqrt(window)));
  const [inSizes, outSizes] = [spatial(input), spatial(output)];
  const isPadded = inSizes.every((size, index) => size === outSizes[index]);
  const pixels = inSizes.reduce(
    (product, size) => product * (isPadded ? size + side - 1 : size),
    1,
  );
  return {
    kind: "conv",
    name: layer.name,
    inputs: perOutput,
    outputs,
    weights: perOutput * outputs,
    inputChannels: inChannels,
    groups,
    side,
    inputWidth: inSizes.at(-1) ?? 1,
    pixels,
    outputPixels: productOf(outSizes),
  };
}

/** Channels come first in ONNX and PyTorch, last in TensorFlow Lite, where operators are in capitals. */
function hasChannelsLast({ op }: ReportLayer): boolean {
  return /^[A-Z0-9_]+$/.test(op) && op.length > 3;
}

function channelsOf(layer: ReportLayer, output: readonly number[]): number {
  if (output.length < 3) return output.at(-1) ?? 1;
  return output[hasChannelsLast(layer) ? output.length - 1 : 1] ?? 1;
}

function sizesOf(shape: readonly unknown[] | null | undefined): readonly number[] | undefined {
  if (!Array.isArray(shape)) return undefined;
  const sizes = shape.filter((size): size is number => typeof size === "number");
  return sizes.length === shape.length ? sizes : undefined;
}
