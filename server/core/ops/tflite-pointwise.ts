import { isElementType, type ElementType } from "../graph/element-type.js";
import type { Shape } from "../graph/value-type.js";
import {
  elementwiseWork,
  inferLikeFirst,
  output,
  outputLike,
  ruleOfTable,
  type Operator,
} from "./operator-table.js";
import type { InferContext } from "./rule.js";
import { broadcastTwo } from "./shapes.js";

/** Operators on one element at a time that ONNX has no name for, with their operations for each element. */
const unary: Readonly<Record<string, number>> = {
  RSQRT: 2,
  SQUARE: 1,
  FAKE_QUANT: 4,
  COMPLEX_ABS: 4,
  BUCKETIZE: 8,
};

const binary: Readonly<Record<string, number>> = {
  FLOOR_DIV: 2,
  FLOOR_MOD: 3,
  SQUARED_DIFFERENCE: 2,
  NOT_EQUAL: 1,
  ATAN2: 8,
  BITWISE_XOR: 1,
  RIGHT_SHIFT: 1,
};

export const rule = ruleOfTable({
  ...operators(unary, (ctx) => inferLikeFirst(ctx)),
  ...operators(binary, (ctx) => [
    output(ctx.node.op === "NOT_EQUAL" ? "bool" : ctx.elementType(0), broadcast(ctx)),
  ]),
  "tflite:SELECT": { infer: (ctx) => [outputLike(ctx, 1)], work: elementwiseWork(1) },
  "tflite:CAST": {
    infer: (ctx) => [outputLike(ctx, 0, castType(ctx))],
    work: elementwiseWork(1),
  },
  "tflite:IMAG": { infer: (ctx) => [outputLike(ctx, 0, "float32")], work: elementwiseWork(0) },
  "tflite:REAL": { infer: (ctx) => [outputLike(ctx, 0, "float32")], work: elementwiseWork(0) },
  // real = scale × (stored − zero point), and back with a rounding.
  "tflite:DEQUANTIZE": {
    infer: (ctx) => [outputLike(ctx, 0, "float32")],
    work: quantizeWork(2),
  },
  "tflite:QUANTIZE": { infer: (ctx) => [output(undefined, ctx.shape(0))], work: quantizeWork(3) },
});

function operators(
  table: Readonly<Record<string, number>>,
  infer: Operator["infer"],
): Record<string, Operator> {
  return Object.fromEntries(
    Object.entries(table).map(([name, flops]) => [
      `tflite:${name}`,
      { infer, work: elementwiseWork(flops) },
    ]),
  );
}

function quantizeWork(flops: number): Operator["work"] {
  return (ctx) => {
    const elements = ctx.outputElements(0);
    return elements === undefined
      ? undefined
      : { macs: 0, otherFlops: flops * elements, kernel: { kind: "quantize", elements } };
  };
}

function broadcast(ctx: InferContext): Shape | undefined {
  const left = ctx.shape(0);
  const right = ctx.shape(1);
  return left === undefined || right === undefined ? undefined : broadcastTwo(left, right);
}

function castType(ctx: InferContext): ElementType | undefined {
  const name = ctx.string("out_data_type", "");
  return isElementType(name) ? name : undefined;
}
