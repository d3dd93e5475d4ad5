import { isKnown, negateDim, type Dim } from "../graph/dim.js";
import type { ElementType } from "../graph/element-type.js";
import { foldElements } from "./fold.js";
import { elementwiseWork, type Operator, ruleOfTable } from "./operator-table.js";
import type { Constant, InferContext, Inferred } from "./rule.js";

/**
 * Operations per element, counted one for each addition, comparison, division or transcendental of the operator's
 * definition (ONNX Operators): Sigmoid is 1 / (1 + exp(-x)), thus a negation, an exponential, a sum and a quotient.
 */
const flopsPerElement: Readonly<Record<string, number>> = {
  Abs: 1,
  Acos: 1,
  Acosh: 1,
  Affine: 2,
  Asin: 1,
  Asinh: 1,
  Atan: 1,
  Atanh: 1,
  BitwiseNot: 1,
  Ceil: 1,
  // max(0, x) + min(0, a (exp(x / a) - 1))
  Celu: 7,
  Cos: 1,
  Cosh: 1,
  // x < 0 ? a (exp(x) - 1) : x
  Elu: 4,
  Erf: 1,
  Exp: 1,
  Floor: 1,
  // max(0, min(1, a x + b))
  HardSigmoid: 4,
  // x max(0, min(1, x / 6 + 1 / 2))
  HardSwish: 5,
  ImageScaler: 2,
  IsInf: 1,
  IsNaN: 1,
  LeakyRelu: 2,
  Log: 1,
  // x tanh(ln(1 + exp(x)))
  Mish: 5,
  Neg: 1,
  Not: 1,
  // a ln(1 + exp(b x))
  ParametricSoftplus: 5,
  Reciprocal: 1,
  Relu: 1,
  Round: 1,
  Scale: 1,
  // a tanh(b x)
  ScaledTanh: 3,
  // x > 0 ? s x : s (a exp(x) - a)
  Selu: 5,
  // two comparisons, one bias
  Shrink: 3,
  Sigmoid: 4,
  Sign: 1,
  Sin: 1,
  Sinh: 1,
  Softplus: 3,
  Softsign: 3,
  Sqrt: 1,
  // x sigmoid(a x)
  Swish: 6,
  Tan: 1,
  Tanh: 1,
  ThresholdedRelu: 1,
};

const predicates = new Set(["IsInf", "IsNaN", "Not"]);

const numeric: Readonly<Record<string, (value: number) => number>> = {
  Abs: Math.abs,
  Ceil: Math.ceil,
  Exp: Math.exp,
  Floor: Math.floor,
  Log: Math.log,
  Neg: (value) => -value,
  Not: (value) => (value === 0 ? 1 : 0),
  Reciprocal: (value) => 1 / value,
  Relu: (value) => Math.max(0, value),
  Round: roundHalfToEven,
  Sign: Math.sign,
  Sqrt: Math.sqrt,
};

/** What an operator makes of an extent in terms of symbols; extents are integers and not negative. */
const symbolic: Readonly<Record<string, (value: Dim) => Dim>> = {
  Ceil: (value) => value,
  Floor: (value) => value,
  Neg: negateDim,
  Round: (value) => value,
};

export const rule = ruleOfTable({
  ...Object.fromEntries(
    Object.entries(flopsPerElement).map(([op, flops]) => [
      op,
      { infer: (ctx: InferContext) => inferUnary(ctx, op), work: elementwiseWork(flops) },
    ]),
  ),
  // tanh form: x (1 + tanh(c (x + d x^3))) / 2; exact form: x (1 + erf(x / sqrt 2)) / 2.
  Gelu: {
    infer: (ctx) => inferUnary(ctx, "Gelu"),
    work: (ctx) => elementwiseWork(ctx.string("approximate", "none") === "tanh" ? 9 : 5)(ctx),
  },
  Clip: { infer: inferClip, work: elementwiseWork(2) },
  PRelu: { infer: (ctx) => inferUnary(ctx, "PRelu"), work: elementwiseWork(2) },
  // a sigmoid(alpha a) b
  SwiGLU: { infer: (ctx) => inferUnary(ctx, "SwiGLU"), work: elementwiseWork(7) },
} satisfies Record<string, Operator>);

function inferUnary(ctx: InferContext, op: string): readonly (Inferred | undefined)[] {
  const input = ctx.tensor(0);
  if (input === undefined) return [];
  const elementType = predicates.has(op) ? "bool" : input.elementType;
  const constant = foldUnary(op, ctx.constant(0), elementType);
  return [{ type: { ...input, elementType }, ...(constant && { constant }) }];
}

function foldUnary(
  op: string,
  input: Constant | undefined,
  elementType: ElementType | undefined,
): Constant | undefined {
  if (input === undefined || elementType === undefined) return undefined;
  const compute = numeric[op];
  if (compute === undefined) return undefined;
  return foldElements(elementType, [input], ([element]) => {
    if (typeof element === "number") return compute(element);
    return typeof element === "object" ? symbolic[op]?.(element) : undefined;
  });
}

/** Limits are attributes before version 11 and scalars after. */
function inferClip(ctx: InferContext): readonly (Inferred | undefined)[] {
  const input = ctx.tensor(0);
  if (input === undefined) return [];
  const low = limitOf(ctx, 1, "min", -Infinity);
  const high = limitOf(ctx, 2, "max", Infinity);
  const constant =
    low === undefined || high === undefined || input.elementType === undefined
      ? undefined
      : foldElements(input.elementType, [ctx.constant(0)], ([element]) =>
          typeof element === "number" ? Math.min(high, Math.max(low, element)) : undefined,
        );
  return [{ type: input, ...(constant && { constant }) }];
}

function limitOf(
  ctx: InferContext,
  index: number,
  name: string,
  fallback: number,
): number | undefined {
  if (!ctx.hasInput(index)) return ctx.float(name, fallback);
  const limit = ctx.constant(index)?.data[0];
  return limit !== undefined && typeof limit !== "string" && isKnown(limit) ? limit : undefined;
}

/** ONNX Round: halves go to the nearest even integer. */
function roundHalfToEven(value: number): number {
  const low = Math.floor(value);
  const distance = value - low;
  if (distance < 0.5) return low;
  if (distance > 0.5) return low + 1;
  return low % 2 === 0 ? low : low + 1;
}
