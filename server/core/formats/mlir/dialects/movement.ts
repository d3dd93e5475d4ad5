import { type GraphDraft, int, ints, type MlirValue, resultTypeOf } from "../draft.js";
import type { MlirOperation } from "../syntax.js";
import { type Extents, extentsOf, knownExtents } from "../types.js";

/** A view of another shape: -1 for the one open extent, and what cannot be told is left to the types. */
export function emitReshape(
  draft: GraphDraft,
  operation: MlirOperation,
  operand: MlirValue | undefined,
): boolean {
  const wanted = extentsOf(resultTypeOf(operation, 0));
  if (wanted === undefined) return false;
  const input = draft.full(operand);
  draft.emit(
    operation,
    {
      op: "Reshape",
      inputs: [input],
      attributes: { shape: ints(shapeOf(wanted, operand?.shape)) },
    },
    1,
  );
  return true;
}

/** Open extents at the same place as in the input are copied (0); one other is what is left (-1). */
function shapeOf(wanted: Extents, given: Extents | undefined): readonly number[] {
  let isLeftTaken = false;
  return wanted.map((extent, axis) => {
    if (extent !== undefined) return extent;
    if (
      wanted.filter((other) => other === undefined).length > 1 &&
      given !== undefined &&
      axis < given.length &&
      given[axis] === undefined
    )
      return 0;
    if (isLeftTaken) return 1;
    isLeftTaken = true;
    return -1;
  });
}

/**
 * `dims[i]` is the axis of the result that axis `i` of the operand becomes. Nothing is copied: the result is known by its
 * operand with extents of 1 in between.
 */
export function defineBroadcast(
  draft: GraphDraft,
  operation: MlirOperation,
  operand: MlirValue | undefined,
  dims: readonly number[],
): boolean {
  const whole = extentsOf(resultTypeOf(operation, 0));
  if (operand === undefined || whole === undefined) return false;
  if (operand.constant?.splat !== undefined && operand.stored === undefined) {
    draft.define(operation, 0, { constant: { ...operand.constant, isBuffer: true } });
    return true;
  }
  const isSorted = dims.every((dim, index) => index === 0 || (dims[index - 1] ?? 0) < dim);
  const own = operand.shape;
  if (own === undefined || !isSorted || dims.length !== own.length) return false;
  // What the operand is a broadcast of will do.
  const source = draft.wide(operand);
  const sourceShape = source.shape ?? own;
  const padded: Extents = [
    ...new Array<number>(own.length - Math.min(own.length, sourceShape.length)).fill(1),
    ...sourceShape,
  ];
  const shape: (number | undefined)[] = new Array<number>(whole.length).fill(1);
  dims.forEach((dim, index) => {
    shape[dim] = padded[index];
  });
  const first = shape.findIndex((extent) => extent !== 1);
  const trimmed = first < 0 ? [] : shape.slice(first);
  const isSame =
    trimmed.length === sourceShape.length &&
    trimmed.every((extent, axis) => extent === sourceShape[axis]);
  const open = trimmed.filter((extent) => extent === undefined).length;
  if (!isSame && open > 1) return false;
  const name = isSame
    ? source.name
    : draft.helper(
        operation,
        {
          op: "Reshape",
          inputs: [source.name],
          attributes: { shape: ints(trimmed.map((extent) => extent ?? -1)) },
        },
        `%${operation.results[0]?.name ?? ""}`,
      );
  draft.define(operation, 0, { compact: { name, shape: trimmed } });
  return true;
}

export function emitTranspose(
  draft: GraphDraft,
  operation: MlirOperation,
  operand: MlirValue | undefined,
  permutation: readonly number[] | undefined,
): boolean {
  if (permutation === undefined) return false;
  draft.emit(
    operation,
    { op: "Transpose", inputs: [draft.full(operand)], attributes: { perm: ints(permutation) } },
    1,
  );
  return true;
}

export function emitConcat(
  draft: GraphDraft,
  operation: MlirOperation,
  operands: readonly (MlirValue | undefined)[],
  axis: number | undefined,
): boolean {
  if (axis === undefined) return false;
  draft.emit(
    operation,
    {
      op: "Concat",
      inputs: operands.map((operand) => draft.full(operand)),
      attributes: { axis: int(axis) },
    },
    1,
  );
  return true;
}

/** Where the limits are not known, the result's own extents are. */
export function emitSlice(
  draft: GraphDraft,
  operation: MlirOperation,
  operand: MlirValue | undefined,
  cut: {
    readonly starts: readonly number[];
    readonly ends: readonly number[];
    readonly steps?: readonly number[] | undefined;
  },
): boolean {
  const axes = cut.starts.map((_, axis) => axis);
  draft.emit(
    operation,
    {
      op: "Slice",
      inputs: [draft.full(operand)],
      attributes: {
        starts: ints(cut.starts),
        ends: ints(cut.ends),
        axes: ints(axes),
        steps: ints(cut.steps),
      },
    },
    1,
  );
  return true;
}

/** A piece of known size whose place depends on data. */
export function emitPiece(
  draft: GraphDraft,
  operation: MlirOperation,
  operand: MlirValue | undefined,
): boolean {
  const whole = knownExtents(extentsOf(resultTypeOf(operation, 0)));
  if (whole === undefined) return false;
  return emitSlice(draft, operation, operand, { starts: whole.map(() => 0), ends: whole });
}

export function emitPad(
  draft: GraphDraft,
  operation: MlirOperation,
  operand: MlirValue | undefined,
  low: readonly number[],
  high: readonly number[],
): boolean {
  draft.emit(
    operation,
    { op: "Pad", inputs: [draft.full(operand)], attributes: { paddings: ints([...low, ...high]) } },
    1,
  );
  return true;
}
