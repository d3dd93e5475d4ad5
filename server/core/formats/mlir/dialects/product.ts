import { type GraphDraft, ints, type MlirValue, string } from "../draft.js";
import type { MlirOperation } from "../syntax.js";

/** Which axes of two operands meet (StableHLO specification, `dot_general`). */
export interface DotDimensions {
  readonly leftBatch: readonly number[];
  readonly rightBatch: readonly number[];
  readonly leftContracting: readonly number[];
  readonly rightContracting: readonly number[];
}

/**
 * A product of two tensors over the axes named. The result has the batch axes, then what is left of the first operand,
 * then of the second: a MatMul where the axes lie as numpy has them, and an Einsum elsewhere.
 */
export function emitProduct(
  draft: GraphDraft,
  operation: MlirOperation,
  [left, right]: readonly [MlirValue | undefined, MlirValue | undefined],
  dimensions: DotDimensions,
): boolean {
  const leftRank = left?.shape?.length;
  const rightRank = right?.shape?.length;
  if (leftRank === undefined || rightRank === undefined) return false;
  if (leftRank + rightRank > letters.length) return false;
  const batchCount = dimensions.leftBatch.length;
  const isCounted = (axes: readonly number[]): boolean =>
    axes.every((axis, index) => axis === index);
  const [leftInner = -1] = dimensions.leftContracting;
  const [rightInner = -1] = dimensions.rightContracting;
  const hasOneInner =
    dimensions.leftContracting.length === 1 && dimensions.rightContracting.length === 1;
  const rightFree = rightRank - batchCount - 1;
  const leftFree = leftRank - batchCount - 1;
  const isOrdered =
    hasOneInner &&
    isCounted(dimensions.leftBatch) &&
    isCounted(dimensions.rightBatch) &&
    leftInner === leftRank - 1 &&
    rightFree === 1 &&
    (batchCount === 0 ? leftFree >= 1 : leftFree === 1);
  if (isOrdered && rightInner === rightRank - 2) {
    draft.emit(operation, { op: "MatMul", inputs: [draft.full(left), draft.full(right)] }, 1);
    return true;
  }
  // Weights lie as [out, in]: turned round once, when the model is loaded.
  if (isOrdered && batchCount === 0 && right?.constant !== undefined) {
    const turned = draft.helper(
      operation,
      { op: "Transpose", inputs: [draft.full(right)], attributes: { perm: ints([1, 0]) } },
      right.name,
    );
    draft.emit(operation, { op: "MatMul", inputs: [draft.full(left), turned] }, 1);
    return true;
  }
  draft.emit(
    operation,
    {
      op: "Einsum",
      inputs: [draft.full(left), draft.full(right)],
      attributes: { equation: string(equationOf(leftRank, rightRank, dimensions)) },
    },
    1,
  );
  return true;
}

const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

function equationOf(leftRank: number, rightRank: number, dimensions: DotDimensions): string {
  const left = Array.from({ length: leftRank }, (_, axis) => letters.charAt(axis));
  const right = Array.from({ length: rightRank }, (_, axis) => letters.charAt(leftRank + axis));
  const join = (own: readonly number[], others: readonly number[]): void =>
    own.forEach((axis, index) => {
      right[others[index] ?? -1] = left[axis] ?? "";
    });
  join(dimensions.leftBatch, dimensions.rightBatch);
  join(dimensions.leftContracting, dimensions.rightContracting);
  const free = (names: readonly string[], ...taken: readonly (readonly number[])[]): string =>
    names.filter((_, axis) => !taken.some((axes) => axes.includes(axis))).join("");
  const made = [
    dimensions.leftBatch.map((axis) => left[axis] ?? "").join(""),
    free(left, dimensions.leftBatch, dimensions.leftContracting),
    free(right, dimensions.rightBatch, dimensions.rightContracting),
  ].join("");
  return `${left.join("")},${right.join("")}->${made}`;
}
