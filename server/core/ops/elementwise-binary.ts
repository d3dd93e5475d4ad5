import {
  addDims,
  divideDims,
  isKnown,
  maxDims,
  minDims,
  moduloDims,
  multiplyDims,
  sameDim,
  subtractDims,
  type Dim,
} from "../graph/dim.js";
import { isInteger, type ElementType } from "../graph/element-type.js";
import { type Element, foldElements } from "./fold.js";
import { elementwiseWork, output, ruleOfTable, type Operator } from "./operator-table.js";
import type { InferContext, Inferred } from "./rule.js";
import { broadcast } from "./shapes.js";
import { knownSign } from "./sign.js";

type Compute = (left: Element, right: Element, type: ElementType) => Element | undefined;

const arithmetic: Readonly<Record<string, Compute>> = {
  Add: onDims(addDims),
  Sub: onDims(subtractDims),
  Mul: onDims((left, right) => integral(multiplyDims(left, right), left, right)),
  Div: divide,
  Mod: modulo,
  Pow: power,
  BitShift: () => undefined,
  BitwiseAnd: onInt32((left, right) => left & right),
  BitwiseOr: onInt32((left, right) => left | right),
  BitwiseXor: onInt32((left, right) => left ^ right),
  And: onNumbers((left, right) => Number(left !== 0 && right !== 0)),
  Or: onNumbers((left, right) => Number(left !== 0 || right !== 0)),
  Xor: onNumbers((left, right) => Number((left !== 0) !== (right !== 0))),
};

const comparisons: Readonly<Record<string, Compute>> = {
  Equal: (left, right) =>
    typeof left === "string" || typeof right === "string"
      ? Number(left === right)
      : compare(left, right, (sign) => sign === "zero", ["zero"]),
  Greater: onDims((left, right) =>
    compare(left, right, (sign) => sign === "positive", ["positive"]),
  ),
  GreaterOrEqual: onDims((left, right) =>
    compare(left, right, (sign) => sign !== "negative", ["positive", "zero", "not negative"]),
  ),
  Less: onDims((left, right) => compare(right, left, (sign) => sign === "positive", ["positive"])),
  LessOrEqual: onDims((left, right) =>
    compare(right, left, (sign) => sign !== "negative", ["positive", "zero", "not negative"]),
  ),
};

const variadic: Readonly<Record<string, Compute>> = {
  Sum: onDims(addDims),
  Max: onDims(maxDims),
  Min: onDims(minDims),
};

export const rule = ruleOfTable({
  ...table(arithmetic, (op): Operator => ({
    infer: (ctx) => inferBinary(ctx, arithmetic[op]),
    work: elementwiseWork(1),
  })),
  ...table(comparisons, (op): Operator => ({
    infer: (ctx) => inferBinary(ctx, comparisons[op], "bool"),
    work: elementwiseWork(1),
  })),
  ...table(variadic, (op): Operator => ({
    infer: (ctx) => inferVariadic(ctx, variadic[op]),
    work: variadicWork(0),
  })),
  // n - 1 sums and a quotient.
  Mean: { infer: (ctx) => inferVariadic(ctx, undefined), work: variadicWork(1) },
});

function table(
  computes: Readonly<Record<string, Compute>>,
  operatorOf: (op: string) => Operator,
): Record<string, Operator> {
  return Object.fromEntries(Object.keys(computes).map((op) => [op, operatorOf(op)]));
}

function inferBinary(
  ctx: InferContext,
  compute: Compute | undefined,
  fixedType?: ElementType,
): readonly (Inferred | undefined)[] {
  const inputType = ctx.elementType(0) ?? (ctx.node.op === "Pow" ? undefined : ctx.elementType(1));
  checkSameType(ctx);
  const elementType = fixedType ?? inputType;
  // Before version 7 the second operand is stretched to the first (attributes `broadcast` and `axis`).
  const isOneWay = ctx.opset < 7 && ctx.int("broadcast", 0) !== 0;
  const shape = isOneWay ? ctx.shape(0) : broadcast(ctx, [ctx.shape(0), ctx.shape(1)]);
  const constant =
    elementType === undefined || compute === undefined || isOneWay
      ? undefined
      : foldElements(elementType, [ctx.constant(0), ctx.constant(1)], ([left, right]) =>
          left === undefined || right === undefined
            ? undefined
            : ctx.int("fmod", 0) !== 0
              ? remainder(left, right)
              : compute(left, right, inputType ?? elementType),
        );
  return [{ ...output(elementType, shape), ...(constant && { constant }) }];
}

/** The type rules of ONNX have one T for both operands of all of these but Pow and BitShift. */
function checkSameType(ctx: InferContext): void {
  if (ctx.node.op === "Pow") return;
  const left = ctx.elementType(0);
  const right = ctx.elementType(1);
  if (left !== undefined && right !== undefined && left !== right)
    ctx.error(`its inputs are ${left} and ${right}; cast one of them.`);
}

function inferVariadic(
  ctx: InferContext,
  compute: Compute | undefined,
): readonly (Inferred | undefined)[] {
  const indices = Array.from({ length: ctx.inputCount }, (_, index) => index);
  const elementType = indices.map((index) => ctx.elementType(index)).find((type) => type);
  const shape = broadcast(
    ctx,
    indices.map((index) => ctx.shape(index)),
  );
  const constant =
    elementType === undefined || compute === undefined || indices.length === 0
      ? undefined
      : foldElements(
          elementType,
          indices.map((index) => ctx.constant(index)),
          (elements) => {
            let result = elements[0];
            for (const element of elements.slice(1))
              result = result === undefined ? undefined : compute(result, element, elementType);
            return result;
          },
        );
  return [{ ...output(elementType, shape), ...(constant && { constant }) }];
}

function variadicWork(extraFlops: number): Operator["work"] {
  return (ctx) => elementwiseWork(Math.max(0, ctx.inputCount - 1) + extraFlops)(ctx);
}

function onDims(compute: (left: Dim, right: Dim) => Dim | undefined): Compute {
  return (left, right) =>
    typeof left === "string" || typeof right === "string" ? undefined : compute(left, right);
}

function onNumbers(compute: (left: number, right: number) => number): Compute {
  return (left, right) =>
    typeof left === "number" && typeof right === "number" ? compute(left, right) : undefined;
}

/** Wider integers are not followed: bitwise operators of JavaScript see 32 bits. */
function onInt32(compute: (left: number, right: number) => number): Compute {
  return (left, right) =>
    typeof left === "number" &&
    typeof right === "number" &&
    left === (left | 0) &&
    right === (right | 0)
      ? compute(left, right)
      : undefined;
}

/** Expressions have whole coefficients: half of a symbol is not followed further. */
function integral(result: Dim, left: Dim, right: Dim): Dim | undefined {
  if (isKnown(result) || (!isKnown(left) && !isKnown(right))) return result;
  const factor = isKnown(left) ? left : right;
  return isKnown(factor) && !Number.isInteger(factor) ? undefined : result;
}

/** Integers divide towards zero (ONNX Div). A symbolic quotient of fractions is not followed. */
function divide(left: Element, right: Element, type: ElementType): Element | undefined {
  if (typeof left === "string" || typeof right === "string") return undefined;
  if (isKnown(left) && isKnown(right)) {
    if (!isInteger(type)) return left / right;
    return right === 0 ? undefined : Math.trunc(left / right);
  }
  if (isKnown(right) && !Number.isInteger(right)) return undefined;
  const quotient = divideDims(left, right);
  if (isInteger(type) || quotient === undefined) return quotient;
  return subtractDims(left, multiplyDims(quotient, right)) === 0 ? quotient : undefined;
}

/** Python's modulo, of the divisor's sign (ONNX Mod with fmod = 0). */
function modulo(left: Element, right: Element, type: ElementType): Element | undefined {
  if (typeof left === "string" || typeof right === "string" || !isInteger(type)) return undefined;
  return moduloDims(left, right);
}

/** The remainder as C has it, of the dividend's sign (ONNX Mod with fmod = 1). */
function remainder(left: Element, right: Element): number | undefined {
  return typeof left === "number" && typeof right === "number" ? left % right : undefined;
}

function power(left: Element, right: Element): Element | undefined {
  if (typeof left === "string" || typeof right !== "number") return undefined;
  if (isKnown(left)) return left ** right;
  if (right === 1) return left;
  return right === 2 ? multiplyDims(left, left) : undefined;
}

type Sign = "positive" | "zero" | "negative" | "not negative" | "not positive";

/** 1 or 0 where the sign of the difference decides, which it does for `n + 1 > 0` and not for `n > m`. */
function compare(
  left: Dim,
  right: Dim,
  holds: (sign: "positive" | "zero" | "negative") => boolean,
  sure: readonly Sign[],
): number | undefined {
  if (isKnown(left) && isKnown(right))
    return Number(holds(left > right ? "positive" : left === right ? "zero" : "negative"));
  const sign = sameDim(left, right) ? "zero" : knownSign(subtractDims(left, right));
  if (sign === undefined) return undefined;
  if (sure.includes(sign)) return 1;
  switch (sign) {
    case "positive":
    case "zero":
    case "negative":
      return Number(holds(sign));
    case "not negative":
      return !holds("positive") && !holds("zero") ? 0 : undefined;
    case "not positive":
      return !holds("negative") && !holds("zero") ? 0 : undefined;
  }
}
