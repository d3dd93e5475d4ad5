import type { TextSpan } from "../../../base/text-span.js";
import { arithmeticOf, comparisonOf } from "../../../python/arithmetic.js";
import { isFloatType } from "../read/type-names.js";
import type { Recorder } from "./recorder.js";
import {
  type Stride,
  type Tile,
  broadcastShape,
  broadcastStrides,
  elementsOf,
  promoted,
  tile,
  unionOf,
} from "./value.js";

/** `left operator right` on tiles and scalars. */
export function binary(
  recorder: Recorder,
  span: TextSpan,
  operator: string,
  left: Tile,
  right: Tile,
): Tile {
  const shape = broadcastShape(left.shape, right.shape);
  const isPointer = left.isPointer || right.isPointer;
  const pointer = left.isPointer ? left : right;
  const type = isPointer ? pointer.type : resultType(operator, left, right);
  const isKnown = shape.length === 0 && left.value !== undefined && right.value !== undefined;
  const value =
    isKnown && !isPointer ? arithmeticOf(operator, left.value ?? 0, right.value ?? 0) : undefined;
  const deps = unionOf(left.deps, right.deps);
  const splits = operator === "//" || operator === "%";
  const result = tile({
    shape,
    type,
    isPointer,
    array: isPointer ? pointer.array : (left.array ?? right.array),
    value,
    isMean: value !== undefined && (left.isMean || right.isMean),
    text: textOf(operator, left, right),
    strides: stridesOf(operator, left, right, shape),
    deps,
    isSplit: left.isSplit || right.isSplit || (splits && hasProgram(deps)),
    share: shareOf(operator, left, right),
    isFromDot: left.isFromDot || right.isFromDot,
    isProduct: operator === "*" && shape.length > 0,
  });
  record(recorder, span, operator, result, left, right);
  return result;
}

function record(
  recorder: Recorder,
  span: TextSpan,
  operator: string,
  result: Tile,
  left: Tile,
  right: Tile,
): void {
  if (result.shape.length === 0) return;
  const isFloat = isFloatType(result.type) && !result.isPointer;
  if (isFloat && (operator === "+" || operator === "-") && (left.isProduct || right.isProduct)) {
    const last = recorder.ops.at(-1);
    // A product and the addition behind it are one instruction.
    if (last?.kind === "arithmetic" && last.elements === elementsOf(result)) {
      last.flopsPerElement = 2;
      return;
    }
  }
  if (isFloat && operator === "/") {
    // div.full: a reciprocal with two refining multiply-adds (CUDA programming guide, 8.2.1 on intrinsic division).
    const elements = elementsOf(result);
    recorder.arithmetic(span, "special", elements, { instructions: 1, flops: 1 });
    recorder.arithmetic(span, "float32", elements, { instructions: 3, flops: 0 });
    return;
  }
  // Integer division by a number that is not known takes some twenty instructions; by a power of two one.
  const isDivision = (operator === "//" || operator === "%") && !isFloat;
  recorder.elementwise(span, result, isDivision && !isPowerOfTwo(right.value) ? 20 : 1);
}

function isPowerOfTwo(value: number | undefined): boolean {
  return value !== undefined && value > 0 && Number.isInteger(Math.log2(value));
}

function resultType(operator: string, left: Tile, right: Tile): string {
  const type = promoted(left, right);
  return operator === "/" && !isFloatType(type) ? "float32" : type;
}

function textOf(operator: string, left: Tile, right: Tile): string | undefined {
  if (left.shape.length > 0 || right.shape.length > 0) return undefined;
  const one = left.text ?? numberText(left);
  const other = right.text ?? numberText(right);
  if (one === undefined || other === undefined) return undefined;
  if (left.text === undefined && right.text === undefined) return undefined;
  const text = `${one} ${operator} ${other}`;
  return text.length <= 40 ? text : undefined;
}

function numberText({ value }: Tile): string | undefined {
  return value === undefined ? undefined : String(value);
}

function stridesOf(
  operator: string,
  left: Tile,
  right: Tile,
  shape: readonly number[],
): readonly (Stride | undefined)[] {
  const a = broadcastStrides(left, shape);
  const b = broadcastStrides(right, shape);
  return shape.map((_, axis) => {
    const [x, y] = [a[axis], b[axis]];
    switch (operator) {
      case "+":
        return addStrides(x, y);
      case "-":
        return y === 0 ? x : typeof x === "number" && typeof y === "number" ? x - y : undefined;
      case "*":
        if (right.shape.length === 0) return scaleStride(x, right);
        if (left.shape.length === 0) return scaleStride(y, left);
        // A tile of one element along the other axes scales like a scalar that is not known.
        return x === 0 && y === 0 ? 0 : undefined;
      // Wrapped at the end of the array: it runs as before nearly everywhere.
      case "%":
        return y === 0 ? x : undefined;
      case "//":
      case ">>":
        return x === 0 && y === 0 ? 0 : undefined;
      default:
        return x === 0 && y === 0 ? 0 : undefined;
    }
  });
}

function addStrides(x: Stride | undefined, y: Stride | undefined): Stride | undefined {
  if (x === 0) return y;
  if (y === 0) return x;
  if (typeof x === "number" && typeof y === "number") return x + y;
  return x === undefined || y === undefined ? undefined : `${x} + ${y}`;
}

function scaleStride(stride: Stride | undefined, factor: Tile): Stride | undefined {
  if (stride === undefined || stride === 0) return stride;
  if (factor.value !== undefined && !factor.isMean)
    return typeof stride === "number" ? stride * factor.value : `${stride} × ${factor.value}`;
  const name = factor.text ?? "a stride";
  return stride === 1 ? name : `${stride} × ${name}`;
}

/** Masks joined by `&` are true where both are. */
function shareOf(operator: string, left: Tile, right: Tile): number {
  if (left.type !== "bool" || right.type !== "bool") return 1;
  if (operator === "&" || operator === "*") return left.share * right.share;
  if (operator === "|") return Math.max(left.share, right.share);
  return 1;
}

/** `left < right`: for masks the part that is true, for scalars the answer where it is known. */
export function compare(
  recorder: Recorder,
  span: TextSpan,
  operator: string,
  left: Tile,
  right: Tile,
): Tile {
  const shape = broadcastShape(left.shape, right.shape);
  const isKnown = left.value !== undefined && right.value !== undefined;
  const answer =
    shape.length === 0 && isKnown && !left.isMean && !right.isMean
      ? comparisonOf(operator, left.value ?? 0, right.value ?? 0)
      : undefined;
  const share =
    operator === "<" || operator === "<="
      ? shareBelow(left, right)
      : operator === ">" || operator === ">="
        ? shareBelow(right, left)
        : 1;
  const result = tile({
    shape,
    type: "bool",
    value: answer === undefined ? undefined : answer ? 1 : 0,
    share,
    deps: unionOf(left.deps, right.deps),
    strides: stridesOf("+", left, right, shape),
    isFromDot: left.isFromDot || right.isFromDot,
  });
  recorder.elementwise(span, result);
  return result;
}

/**
 * The part of a run of indices that lies below a bound: a last tile that hangs over is counted with all others, since a
 * grid or a loop has `ceil(bound / length)` of them.
 */
function shareBelow(left: Tile, right: Tile): number {
  if (left.isPointer || right.shape.length > 0 || right.value === undefined) return 1;
  const unit = left.strides.findIndex((stride) => stride === 1);
  if (unit < 0 || left.strides.some((stride, axis) => axis !== unit && stride !== 0)) return 1;
  const length = left.shape[unit] ?? 1;
  const bound = right.value;
  if (bound <= 0 || right.isMean) return 1;
  if (left.deps.size === 0) return Math.min(1, bound / length);
  return bound / (Math.ceil(bound / length) * length);
}

export function hasProgram(deps: ReadonlySet<string>): boolean {
  for (const name of deps) if (name.startsWith("program ")) return true;
  return false;
}
