import { productOf } from "../../base/product.js";
import type { Node, Weight } from "../../graph/graph.js";
import { operatorKey } from "../../graph/graph.js";

/**
 * A weight as the product sees it: one row for each output channel, the reduction along the row. In the file the
 * elements lie as [outer][rows][inner]; a row of the matrix is [outer][inner].
 */
export interface MatrixShape {
  readonly rows: number;
  readonly columns: number;
  readonly outer: number;
  readonly inner: number;
  /** Consecutive columns that belong to one input channel: the window of a convolution. */
  readonly window: number;
}

/** How the operator uses the weight at `inputIndex`; undefined for what is no matrix of a product. */
export function matrixShape(
  node: Node,
  inputIndex: number,
  { shape, isTransposed }: Weight,
): MatrixShape | undefined {
  const count = productOf(shape);
  const last = shape[shape.length - 1] ?? 1;
  switch (operatorKey(node.domain, node.op)) {
    case "Conv":
    case "com.microsoft:FusedConv":
    case "com.microsoft:NhwcFusedConv": {
      const [rows = 1, channels = 1] = shape;
      if (inputIndex !== 1 || shape.length < 3) return undefined;
      return matrix(1, rows, count / rows, count / rows / Math.max(1, channels));
    }
    case "QLinearConv": {
      const [rows = 1, channels = 1] = shape;
      if (inputIndex !== 3 || shape.length < 3) return undefined;
      return matrix(1, rows, count / rows, count / rows / Math.max(1, channels));
    }
    case "tflite:CONV_2D":
    case "tflite:FULLY_CONNECTED":
      // [out, height, width, in], [out, in]
      return inputIndex === 1 && shape.length >= 2
        ? matrix(1, shape[0] ?? 1, count / (shape[0] ?? 1), 1)
        : undefined;
    case "tflite:DEPTHWISE_CONV_2D":
    case "tflite:CONV_3D":
      // [1, height, width, out], [depth, height, width, in, out]
      return inputIndex === 1 && shape.length >= 4 ? matrix(count / last, last, 1, 1) : undefined;
    case "tflite:TRANSPOSE_CONV":
      return inputIndex === 1 && shape.length === 4
        ? matrix(1, shape[0] ?? 1, count / (shape[0] ?? 1), 1)
        : undefined;
    case "tflite:UNIDIRECTIONAL_SEQUENCE_LSTM":
    case "tflite:LSTM":
      // [cells, size] for each gate, of the input and of the recurrence.
      return 1 <= inputIndex && inputIndex <= 8 && shape.length === 2
        ? matrix(1, shape[0] ?? 1, last, 1)
        : undefined;
    case "tflite:SVDF":
    case "tflite:UNIDIRECTIONAL_SEQUENCE_RNN":
    case "tflite:RNN":
      return 1 <= inputIndex && inputIndex <= 2 && shape.length === 2
        ? matrix(1, shape[0] ?? 1, last, 1)
        : undefined;
    case "com.microsoft:Attention":
    case "com.microsoft:QAttention":
      // [in, queries, keys and values]
      return inputIndex === 1 && shape.length === 2 ? matrix(shape[0] ?? 1, last, 1, 1) : undefined;
    case "ConvTranspose": {
      const [outer = 1, rows = 1] = shape;
      if (inputIndex !== 1 || shape.length < 3) return undefined;
      return matrix(outer, rows, count / outer / rows, count / outer / rows);
    }
    case "Gemm": {
      if (shape.length !== 2 || inputIndex > 1) return undefined;
      const isTransposed = node.attributes.get(inputIndex === 1 ? "transB" : "transA")?.value === 1;
      // The left operand's output channels are its rows as they are, the right one's its columns.
      const isRowMajor = inputIndex === 1 ? isTransposed : !isTransposed;
      const [first = 1] = shape;
      return isRowMajor ? matrix(1, first, last, 1) : matrix(first, last, 1, 1);
    }
    case "MatMul":
    case "com.microsoft:FusedMatMul":
      if (shape.length < 2) return undefined;
      if (isTransposed === true) return matrix(1, last, count / last, 1);
      return inputIndex === 1 ? matrix(count / last, last, 1, 1) : matrix(1, count / last, last, 1);
    case "QLinearMatMul":
    case "com.microsoft:QGemm":
      return inputIndex === 3 && shape.length === 2 ? quantizedProduct(node, shape) : undefined;
    case "com.microsoft:DynamicQuantizeMatMul":
    case "com.microsoft:MatMulIntegerToFloat":
      return inputIndex === 1 && shape.length === 2 ? quantizedProduct(node, shape) : undefined;
    case "LSTM":
    case "GRU":
    case "RNN":
      return (inputIndex === 1 || inputIndex === 2) && shape.length === 3
        ? matrix(1, count / last, last, 1)
        : undefined;
    case "Gather":
    case "com.microsoft:EmbedLayerNormalization":
      // A table is read row by row; each row is an output.
      return inputIndex === 0 && shape.length === 2 && count > 4096
        ? matrix(1, count / last, last, 1)
        : undefined;
    default:
      // Operators of PyTorch that ONNX lacks, and contributed products: rows are the first extent, as in `nn.Linear`.
      return (node.domain === "torch" || node.domain === "com.microsoft") &&
        shape.length === 2 &&
        count > 1024
        ? matrix(1, count / last, last, 1)
        : undefined;
  }
}

/** The right operand of an integer product, [in, out] unless it is said to be transposed. */
function quantizedProduct(node: Node, shape: readonly number[]): MatrixShape | undefined {
  const [first = 1, last = 1] = shape;
  return node.attributes.get("transB")?.value === 1
    ? matrix(1, first, last, 1)
    : matrix(first, last, 1, 1);
}

function matrix(
  outer: number,
  rows: number,
  inner: number,
  window: number,
): MatrixShape | undefined {
  const columns = outer * inner;
  return rows >= 1 && columns >= 1 ? { rows, columns, outer, inner, window } : undefined;
}

/** A tensor without an operator: the first extent are the output channels, as PyTorch and safetensors keep them. */
export function matrixOfShape(shape: readonly number[]): MatrixShape | undefined {
  const [rows = 1] = shape;
  const count = productOf(shape);
  if (shape.length < 2 || count === 0) return undefined;
  const window = productOf(shape.slice(2));
  return matrix(1, rows, count / rows, window);
}
