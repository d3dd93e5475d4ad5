import { type Attribute, type Node, operatorKey } from "../../graph/graph.js";
import type { MatrixShape } from "../measure/matrix.js";
import { intAttribute, intsAttribute, NotPropagated } from "./operator.js";
import { countOf } from "./tensor.js";
import { paddingOf } from "./tflite.js";
import { windowOf } from "./window.js";

/**
 * A layer as products of its weight matrix: for each group Z = W · X, where X gathers input elements (one column for
 * each output position) and Z scatters to output elements. Index −1 stands for padding.
 */
export interface LinearPlan {
  readonly groups: number;
  /** Rows of one group. */
  readonly rows: number;
  readonly columns: number;
  readonly positions: number;
  readonly outputShape: readonly number[];
  readonly scale: number;
  /** Input element of (group, column, position). */
  readonly columnMap: Int32Array;
  /** Output element of (group, row, position). */
  readonly rowMap: Int32Array;
  /** Row of an output element, for the bias. */
  readonly biasStride: number;
  /** Biases, where they are not as many as the rows of all groups. */
  readonly biasCount?: number;
}

export function linearPlan(
  node: Node,
  weightIndex: number,
  matrix: MatrixShape,
  weightShape: readonly number[],
  x: readonly number[],
  /** Of operators that are told it. */
  outputShape: readonly number[] = [],
): LinearPlan {
  switch (operatorKey(node.domain, node.op)) {
    case "Conv":
      return convolution(node, weightShape, x);
    case "ConvTranspose":
      return transposed(node, weightShape, x);
    case "tflite:CONV_2D":
      return channelsLast(node, weightShape, x, "plain");
    case "tflite:DEPTHWISE_CONV_2D":
      return channelsLast(node, weightShape, x, "depthwise");
    case "tflite:TRANSPOSE_CONV":
      return transposedChannelsLast(node, weightShape, x, outputShape);
    case "tflite:FULLY_CONNECTED":
      return connected(node, matrix, x);
    case "Gemm":
      return gemm(node, weightIndex, matrix, x);
    case "MatMul":
      return product(weightIndex, matrix, weightShape, x);
    default:
      throw new NotPropagated(node.op);
  }
}

function convolution(node: Node, weight: readonly number[], x: readonly number[]): LinearPlan {
  const [batch = 1, channels = 1] = x;
  const [outputs = 1, perGroup = 1] = weight;
  const groups = intAttribute(node, "group", 1);
  const window = windowOf(node, x, intsAttribute(node, "kernel_shape") ?? weight.slice(2));
  const inSize = countOf(window.input);
  const outSize = countOf(window.output);
  const taps = countOf(window.kernel);
  const rows = outputs / groups;
  const columns = perGroup * taps;
  if (perGroup * groups !== channels)
    throw new NotPropagated(`Conv of ${channels} channels with weights for ${perGroup * groups}`);
  const positions = batch * outSize;
  const columnMap = new Int32Array(groups * columns * positions).fill(-1);
  window.visit((output, input, tap) => {
    for (let channel = 0; channel < channels; channel++) {
      const group = Math.floor(channel / perGroup);
      const row = group * columns + (channel - group * perGroup) * taps + tap;
      for (let sample = 0; sample < batch; sample++)
        columnMap[row * positions + sample * outSize + output] =
          (sample * channels + channel) * inSize + input;
    }
  });
  return {
    groups,
    rows,
    columns,
    positions,
    outputShape: [batch, outputs, ...window.output],
    scale: 1,
    columnMap,
    rowMap: channelMap(batch, outputs, outSize),
    biasStride: outSize,
  };
}

/** Output element of (channel, sample × position) for [batch, channels, positions]. */
function channelMap(batch: number, channels: number, size: number): Int32Array {
  const map = new Int32Array(batch * channels * size);
  let at = 0;
  for (let channel = 0; channel < channels; channel++)
    for (let sample = 0; sample < batch; sample++)
      for (let position = 0; position < size; position++)
        map[at++] = (sample * channels + channel) * size + position;
  return map;
}

/** TensorFlow Lite's convolutions: [batch, height, width, channels], weights [out, taps, in] or [1, taps, out]. */
function channelsLast(
  node: Node,
  weight: readonly number[],
  x: readonly number[],
  kind: "plain" | "depthwise",
): LinearPlan {
  const [batch = 1, height = 1, width = 1, channels = 1] = x;
  const isDepthwise = kind === "depthwise";
  const outputs = (isDepthwise ? weight[3] : weight[0]) ?? 1;
  const perGroup = isDepthwise ? 1 : (weight[3] ?? 1);
  const groups = isDepthwise ? outputs : channels / perGroup;
  const window = windowOf(onnxWindow(node), [batch, channels, height, width], weight.slice(1, 3));
  const inSize = height * width;
  const outSize = countOf(window.output);
  const taps = countOf(window.kernel);
  const rows = outputs / groups;
  const columns = taps * perGroup;
  const positions = batch * outSize;
  const columnMap = new Int32Array(groups * columns * positions).fill(-1);
  window.visit((output, input, tap) => {
    for (let group = 0; group < groups; group++)
      for (let channel = 0; channel < perGroup; channel++) {
        const from = isDepthwise
          ? Math.floor((group * channels) / outputs)
          : group * perGroup + channel;
        const row = group * columns + tap * perGroup + channel;
        for (let sample = 0; sample < batch; sample++)
          columnMap[row * positions + sample * outSize + output] =
            (sample * inSize + input) * channels + from;
      }
  });
  const rowMap = new Int32Array(outputs * positions);
  for (let row = 0; row < outputs; row++)
    for (let position = 0; position < positions; position++)
      rowMap[row * positions + position] = position * outputs + row;
  return {
    groups,
    rows,
    columns,
    positions,
    outputShape: [batch, ...window.output, outputs],
    scale: 1,
    columnMap,
    rowMap,
    biasStride: 1,
  };
}

/**
 * TensorFlow Lite's transposed convolution, [batch, height, width, channels] with weights [out, taps, in]: it puts an input
 * wherever the convolution from its output's shape back to its input's reads.
 */
function transposedChannelsLast(
  node: Node,
  weight: readonly number[],
  x: readonly number[],
  outputShape: readonly number[],
): LinearPlan {
  const [batch = 1, height = 1, width = 1, channels = 1] = x;
  const [, outHeight = 0, outWidth = 0] = outputShape;
  const [outputs = 1] = weight;
  const back = [batch, outputs, outHeight, outWidth];
  const window = windowOf(onnxWindow(node), back, weight.slice(1, 3));
  if (window.output[0] !== height || window.output[1] !== width)
    throw new NotPropagated("TRANSPOSE_CONV to this shape");
  const inSize = height * width;
  const outSize = outHeight * outWidth;
  const columns = countOf(window.kernel) * channels;
  const positions = batch * outSize;
  const columnMap = new Int32Array(columns * positions).fill(-1);
  window.visit((from, to, tap) => {
    for (let channel = 0; channel < channels; channel++)
      for (let sample = 0; sample < batch; sample++)
        columnMap[(tap * channels + channel) * positions + sample * outSize + to] =
          (sample * inSize + from) * channels + channel;
  });
  return {
    ...flat(outputs, columns, positions, columnMap),
    outputShape: [batch, outHeight, outWidth, outputs],
  };
}

/** The window in ONNX's words. */
function onnxWindow(node: Node): Node {
  const pair = (name: string): Attribute => ({
    kind: "ints",
    value: [name.replace("?", "h"), name.replace("?", "w")].map((one) =>
      intAttribute(node, one, 1),
    ),
  });
  return {
    ...node,
    attributes: new Map([
      ["strides", pair("stride_?")],
      ["dilations", pair("dilation_?_factor")],
      ["auto_pad", { kind: "string", value: paddingOf(node) }],
    ]),
  };
}

/** Rows of `columns` elements, one below the other, as the columns of a matrix. */
function rowsAsColumns(columns: number, count: number): Int32Array {
  const map = new Int32Array(columns * count);
  for (let column = 0; column < columns; column++)
    for (let position = 0; position < count; position++)
      map[column * count + position] = position * columns + column;
  return map;
}

function connected(node: Node, { rows, columns }: MatrixShape, x: readonly number[]): LinearPlan {
  const count = countOf(x) / columns;
  if (!Number.isInteger(count)) throw new NotPropagated("FULLY_CONNECTED of this form");
  const keeps = intAttribute(node, "keep_num_dims", 0) === 1;
  return {
    ...flat(rows, columns, count, rowsAsColumns(columns, count)),
    outputShape: keeps ? [...x.slice(0, -1), rows] : [count, rows],
  };
}

/** Weights are [in, out / groups, …taps]. The matrix has one group's outputs as rows and all inputs as columns. */
function transposed(node: Node, weight: readonly number[], x: readonly number[]): LinearPlan {
  const [batch = 1, channels = 1, ...input] = x;
  const [, outputs = 1, ...kernel] = weight;
  const groups = intAttribute(node, "group", 1);
  const rank = input.length;
  const fill = (name: string, value: number): readonly number[] =>
    intsAttribute(node, name) ?? new Array<number>(2 * rank).fill(value);
  const strides = fill("strides", 1);
  const dilations = fill("dilations", 1);
  const pads = fill("pads", 0);
  const extra = fill("output_padding", 0);
  const output = input.map(
    (extent, axis) =>
      (extent - 1) * (strides[axis] ?? 1) +
      ((kernel[axis] ?? 1) - 1) * (dilations[axis] ?? 1) +
      1 +
      (extra[axis] ?? 0) -
      (pads[axis] ?? 0) -
      (pads[axis + rank] ?? 0),
  );
  const inSize = countOf(input);
  const outSize = countOf(output);
  const taps = countOf(kernel);
  // Groups are further positions, which see their own inputs alone.
  const perSample = groups * outSize;
  const positions = batch * perSample;
  const perGroup = channels / groups;
  const columnMap = new Int32Array(channels * taps * positions).fill(-1);
  for (let tap = 0; tap < taps; tap++)
    for (let from = 0; from < inSize; from++) {
      let restTap = tap;
      let restFrom = from;
      let to = 0;
      let stride = 1;
      for (let axis = rank - 1; axis >= 0; axis--) {
        const k = restTap % (kernel[axis] ?? 1);
        const position = restFrom % (input[axis] ?? 1);
        restTap = Math.floor(restTap / (kernel[axis] ?? 1));
        restFrom = Math.floor(restFrom / (input[axis] ?? 1));
        const place =
          position * (strides[axis] ?? 1) + k * (dilations[axis] ?? 1) - (pads[axis] ?? 0);
        if (place < 0 || place >= (output[axis] ?? 1)) to = -1;
        else if (to >= 0) to += place * stride;
        stride *= output[axis] ?? 1;
      }
      if (to < 0) continue;
      for (let channel = 0; channel < channels; channel++)
        for (let sample = 0; sample < batch; sample++)
          columnMap[
            (channel * taps + tap) * positions +
              sample * perSample +
              Math.floor(channel / perGroup) * outSize +
              to
          ] = (sample * channels + channel) * inSize + from;
    }
  const all = groups * outputs;
  const rowMap = new Int32Array(outputs * positions);
  for (let row = 0; row < outputs; row++)
    for (let at = 0; at < positions; at++) {
      const sample = Math.floor(at / perSample);
      const group = Math.floor((at % perSample) / outSize);
      rowMap[row * positions + at] =
        (sample * all + group * outputs + row) * outSize + (at % outSize);
    }
  return {
    groups: 1,
    rows: outputs,
    columns: channels * taps,
    positions,
    outputShape: [batch, all, ...output],
    scale: 1,
    columnMap,
    rowMap,
    biasStride: outSize,
    biasCount: all,
  };
}

function gemm(
  node: Node,
  weightIndex: number,
  { rows, columns }: MatrixShape,
  x: readonly number[],
): LinearPlan {
  if (weightIndex !== 1 || x.length !== 2) throw new NotPropagated("Gemm of this form");
  const isTransposed = intAttribute(node, "transA", 0) === 1;
  const count = countOf(x) / columns;
  const columnMap = new Int32Array(columns * count);
  for (let column = 0; column < columns; column++)
    for (let position = 0; position < count; position++)
      columnMap[column * count + position] = isTransposed
        ? column * count + position
        : position * columns + column;
  return {
    ...flat(rows, columns, count, columnMap),
    scale: intAttribute(node, "alpha", 1),
    outputShape: [count, rows],
  };
}

function product(
  weightIndex: number,
  { rows, columns }: MatrixShape,
  weight: readonly number[],
  x: readonly number[],
): LinearPlan {
  if (weight.slice(0, -2).some((extent) => extent !== 1))
    throw new NotPropagated("MatMul by a stack of weights");
  if (weightIndex === 1) {
    const count = countOf(x) / columns;
    if (x[x.length - 1] !== columns) throw new NotPropagated("MatMul of this form");
    return {
      ...flat(rows, columns, count, rowsAsColumns(columns, count)),
      outputShape: [...x.slice(0, -1), rows],
    };
  }
  const width = x[x.length - 1] ?? 1;
  const batch = countOf(x) / (columns * width);
  const count = batch * width;
  const columnMap = new Int32Array(columns * count);
  const rowMap = new Int32Array(rows * count);
  for (let sample = 0; sample < batch; sample++)
    for (let position = 0; position < width; position++) {
      const at = sample * width + position;
      for (let column = 0; column < columns; column++)
        columnMap[column * count + at] = (sample * columns + column) * width + position;
      for (let row = 0; row < rows; row++)
        rowMap[row * count + at] = (sample * rows + row) * width + position;
    }
  return {
    groups: 1,
    rows,
    columns,
    positions: count,
    outputShape: [...x.slice(0, -2), rows, width],
    scale: 1,
    columnMap,
    rowMap,
    biasStride: width,
  };
}

function flat(
  rows: number,
  columns: number,
  positions: number,
  columnMap: Int32Array,
): Omit<LinearPlan, "outputShape"> {
  const rowMap = new Int32Array(rows * positions);
  for (let row = 0; row < rows; row++)
    for (let position = 0; position < positions; position++)
      rowMap[row * positions + position] = position * rows + row;
  return { groups: 1, rows, columns, positions, scale: 1, columnMap, rowMap, biasStride: 1 };
}
