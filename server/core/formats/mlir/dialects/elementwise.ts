import { dataTypeNumber } from "../../../graph/data-type.js";
import {
  type GraphDraft,
  int,
  type MlirValue,
  type NodeWish,
  type PlainAttribute,
  resultTypeOf,
} from "../draft.js";
import type { MlirOperation } from "../syntax.js";
import { elementTypeOfType, type Extents, extentsOf } from "../types.js";
import type { Handler } from "./handler.js";

/**
 * Element by element, operands broadcast as in ONNX. Where all of them are broadcasts of something smaller, so is the
 * result: a compiler computes an epsilon added to a variance once for each row, whatever the text says.
 */
export function emitElementwise(
  draft: GraphDraft,
  operation: MlirOperation,
  op: string,
  operands: readonly (MlirValue | undefined)[],
  attributes: Readonly<Record<string, PlainAttribute | undefined>> = {},
  domain = "",
): true {
  if (op === "Div" && isMean(draft, operation, operands)) return true;
  return emitOf(
    draft,
    operation,
    op,
    operands.map((operand) => draft.wide(operand)),
    attributes,
    domain,
  );
}

function isMean(
  draft: GraphDraft,
  operation: MlirOperation,
  [sum, count]: readonly (MlirValue | undefined)[],
): boolean {
  const divisor = splatOf(count);
  if (sum?.stored === undefined || divisor === undefined) return false;
  if (!draft.becomesMean(sum, divisor)) return false;
  draft.alias(operation, sum);
  return true;
}

/** The same of values that are in the graph already, by their names and extents. */
export function emitOf(
  draft: GraphDraft,
  operation: MlirOperation,
  op: string,
  wide: readonly { readonly name: string; readonly shape: Extents | undefined }[],
  attributes: Readonly<Record<string, PlainAttribute | undefined>> = {},
  domain = "",
): true {
  const whole = extentsOf(resultTypeOf(operation, 0));
  const shape = wide.some(({ shape: own }) => own === undefined)
    ? whole
    : broadcastOf(wide.map(({ shape: own }) => own ?? []));
  const inputs = wide.map(({ name }) => name);
  const wish: Omit<NodeWish, "outputs"> = { op, domain, inputs, attributes };
  if (whole === undefined || shape === undefined || sameExtents(shape, whole)) {
    draft.emit(operation, wish, 1);
    return true;
  }
  const value = draft.define(operation, 0);
  const name = `${value.name}~compact`;
  draft.add(operation, { ...wish, outputs: [name] });
  value.compact = { name, shape };
  return true;
}

export function elementwise(
  op: string,
  attributes: Readonly<Record<string, PlainAttribute | undefined>> = {},
): Handler {
  return (draft, operation) =>
    emitElementwise(draft, operation, op, draft.operands(operation), attributes);
}

/** One handler for each of the names. */
export function elementwiseTable(names: Readonly<Record<string, string>>): Record<string, Handler> {
  return Object.fromEntries(
    Object.entries(names).map(([name, op]): [string, Handler] => [name, elementwise(op)]),
  );
}

/** ONNX has no reciprocal square root: a root and its reciprocal. */
export function emitReciprocalRoot(draft: GraphDraft, operation: MlirOperation): true {
  const { name, shape } = draft.wide(draft.operands(operation)[0]);
  const root = draft.helper(
    operation,
    { op: "Sqrt", inputs: [name] },
    `%${operation.results[0]?.name ?? ""}`,
  );
  return emitOf(draft, operation, "Reciprocal", [{ name: root, shape }]);
}

/** Another element type. Constants are converted when the model is made. */
export function emitCast(draft: GraphDraft, operation: MlirOperation): boolean {
  const [operand] = draft.operands(operation);
  const elementType = elementTypeOfType(resultTypeOf(operation, 0));
  if (operand === undefined || elementType === undefined) return false;
  if (operand.constant?.splat !== undefined || operand.elementType === elementType) {
    const { constant, stored, compact } = operand;
    draft.define(operation, 0, {
      ...(operand.elementType === elementType && { stored }),
      ...(constant !== undefined && { constant }),
      ...(compact !== undefined && operand.elementType === elementType && { compact }),
    });
    return true;
  }
  return emitElementwise(draft, operation, "Cast", [operand], {
    to: int(dataTypeNumber(elementType)),
  });
}

/** numpy's rule; undefined where extents contradict. An open extent beside a 1 stays open. */
export function broadcastOf(shapes: readonly Extents[]): Extents | undefined {
  const rank = Math.max(0, ...shapes.map(({ length }) => length));
  const result: (number | undefined)[] = new Array<number>(rank).fill(1);
  for (const shape of shapes)
    for (const [axis, extent] of shape.entries()) {
      const at = rank - shape.length + axis;
      if (result[at] === 1) result[at] = extent;
      else if (
        extent !== 1 &&
        extent !== undefined &&
        result[at] !== undefined &&
        result[at] !== extent
      )
        return undefined;
    }
  return result;
}

/** Open extents count as equal: the text says that they are. */
export function sameExtents(left: Extents, right: Extents): boolean {
  return left.length === right.length && left.every((extent, axis) => extent === right[axis]);
}

/** The number that all elements are, looked up through broadcasts. */
export function splatOf(value: MlirValue | undefined): number | undefined {
  const { splat, data } = value?.constant ?? {};
  return splat ?? (data?.length === 1 ? data[0] : undefined);
}
