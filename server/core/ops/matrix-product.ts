import { productOf } from "../base/product.js";
import { type Dim, isKnown } from "../graph/dim.js";
import type { Shape } from "../graph/value-type.js";
import type { KernelShape } from "./kernel-shape.js";
import type { InferContext } from "./rule.js";
import { broadcast } from "./shapes.js";

/** Operands of a product as numpy.matmul sees them, after the transpositions that the operator applies. */
export interface MatrixOperands {
  readonly leftBatch: Shape;
  readonly rightBatch: Shape;
  readonly m: Dim;
  readonly n: Dim;
  readonly leftInner: Dim;
  readonly rightInner: Dim;
  /** A vector operand loses its axis in the result. */
  readonly isLeftVector: boolean;
  readonly isRightVector: boolean;
}

export interface Transposition {
  readonly left: boolean;
  readonly right: boolean;
  /** FusedMatMul `transBatchA/B`: the first axis moves behind the batch axes before anything else. */
  readonly leftBatch?: boolean;
  readonly rightBatch?: boolean;
}

export const noTransposition: Transposition = { left: false, right: false };

/** Splits the two shapes; undefined when either is a scalar. */
export function matrixOperands(
  left: Shape,
  right: Shape,
  transposition: Transposition,
): MatrixOperands | undefined {
  if (left.length === 0 || right.length === 0) return undefined;
  const isLeftVector = left.length === 1;
  const isRightVector = right.length === 1;
  const leftMatrix = isLeftVector
    ? [1, ...left]
    : arranged(left, transposition.left, transposition.leftBatch === true);
  const rightMatrix = isRightVector
    ? [...right, 1]
    : arranged(right, transposition.right, transposition.rightBatch === true);
  return {
    leftBatch: leftMatrix.slice(0, -2),
    rightBatch: rightMatrix.slice(0, -2),
    m: leftMatrix.at(-2) ?? 1,
    leftInner: leftMatrix.at(-1) ?? 1,
    rightInner: rightMatrix.at(-2) ?? 1,
    n: rightMatrix.at(-1) ?? 1,
    isLeftVector,
    isRightVector,
  };
}

/** Shape of the product; complaints about extents that do not match go to `ctx`. */
export function productShape(ctx: InferContext, operands: MatrixOperands): Shape | undefined {
  const { leftInner, rightInner } = operands;
  if (isKnown(leftInner) && isKnown(rightInner) && leftInner !== rightInner)
    ctx.error(`the left operand has ${leftInner} columns, the right one ${rightInner} rows.`);
  const batch = broadcast(ctx, [operands.leftBatch, operands.rightBatch]);
  if (batch === undefined) return undefined;
  return [
    ...batch,
    ...(operands.isLeftVector ? [] : [operands.m]),
    ...(operands.isRightVector ? [] : [operands.n]),
  ];
}

/** The product's work in numbers: one right operand for all batches is a linear layer, whose batches are rows. */
export function productKernel(
  operands: MatrixOperands,
  hasConstantRight: boolean,
): MatmulShape | undefined {
  const { m, n, leftInner: k } = operands;
  if (!isKnown(m) || !isKnown(n) || !isKnown(k)) return undefined;
  const leftBatch = operands.leftBatch.filter(isKnown);
  const rightBatch = operands.rightBatch.filter(isKnown);
  if (leftBatch.length !== operands.leftBatch.length) return undefined;
  if (rightBatch.length !== operands.rightBatch.length) return undefined;
  if (rightBatch.every((extent) => extent === 1))
    return { kind: "matmul", batch: 1, m: productOf(leftBatch) * m, n, k, hasConstantRight };
  const rank = Math.max(leftBatch.length, rightBatch.length);
  let batch = 1;
  for (let index = 1; index <= rank; index++) {
    const left = leftBatch.at(-index) ?? 1;
    const right = rightBatch.at(-index) ?? 1;
    batch *= left === 1 ? right : left;
  }
  const hasHeads = operands.leftBatch.length >= 2 && operands.rightBatch.length >= 2;
  return { kind: "matmul", batch, m, n, k, hasConstantRight, ...(hasHeads && { hasHeads }) };
}

/** Says how a call of a library has its operands; what is not so is left out. */
export function withForm(
  kernel: MatmulShape,
  {
    isRightTransposed,
    hasBias,
  }: { readonly isRightTransposed: boolean; readonly hasBias: boolean },
): MatmulShape {
  return {
    ...kernel,
    ...(isRightTransposed && { isRightTransposed }),
    ...(hasBias && { hasBias }),
  };
}

type MatmulShape = KernelShape & { readonly kind: "matmul" };

function arranged(shape: Shape, isTransposed: boolean, isBatchTransposed: boolean): Shape {
  // [a, b…, c, d] with the first axis moved behind the batch axes is [b…, c, a, d].
  const moved =
    isBatchTransposed && shape.length > 2
      ? [...shape.slice(1, -1), shape[0] ?? 1, shape.at(-1) ?? 1]
      : shape;
  if (!isTransposed) return moved;
  return [...moved.slice(0, -2), moved.at(-1) ?? 1, moved.at(-2) ?? 1];
}
