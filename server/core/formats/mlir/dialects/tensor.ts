import { attributeOfItem, numberOf, numbersOf } from "../items.js";
import type { GraphDraft } from "../draft.js";
import type { MlirItem, MlirOperation } from "../syntax.js";
import { defineNumber } from "./arith.js";
import { splatOf } from "./elementwise.js";
import type { HandlerTable } from "./handler.js";
import { defineBroadcast, emitConcat, emitPiece, emitReshape } from "./movement.js";

/** `tensor`: how tensors are cut and put together between the operations that compute. */
export const tensor: HandlerTable = {
  /** Room for a result, which whoever fills it counts. */
  empty: room,
  alloc: room,
  splat: (draft, operation) => defineBroadcast(draft, operation, draft.operands(operation)[0], []),
  dim: defineNumber,
  rank: defineNumber,
  extract: defineNumber,
  cast: passedOn,
  bitcast: passedOn,
  collapse_shape: reshaped,
  expand_shape: reshaped,
  reshape: reshaped,
  extract_slice: (draft, operation) => {
    const [operand] = draft.operands(operation);
    if (emitPiece(draft, operation, operand)) return true;
    draft.emit(operation, { op: "Copy", domain: "mlir", inputs: [draft.full(operand)] }, 1);
    return true;
  },
  insert_slice: (draft, operation) => {
    const [piece, whole] = draft.operands(operation);
    if (piece === undefined || whole === undefined) return false;
    // Into room that nobody has filled, it is a copy of the piece alone.
    const inputs = [whole, piece].map((operand) => draft.full(operand));
    draft.emit(operation, { op: "Scatter", domain: "mlir", inputs }, 1);
    return true;
  },
  concat: (draft, operation) =>
    emitConcat(draft, operation, draft.operands(operation), axisOf(operation)),
  pad: (draft, operation) => {
    const [operand] = draft.operands(operation);
    const low = listAfter(operation.items, "low");
    const high = listAfter(operation.items, "high");
    if (low === undefined || high === undefined || operand === undefined) return false;
    draft.define(operation, 0, { padding: { source: operand, low, high } });
    return true;
  },
  generate: (draft, operation) => {
    draft.emit(operation, { op: "Fill", domain: "mlir", inputs: [] }, 1);
    return true;
  },
  from_elements: (draft, operation) => {
    const splat = splatOf(draft.operands(operation)[0]);
    draft.define(operation, 0, {
      constant: { splat, data: undefined, isBuffer: true, place: undefined },
    });
    return true;
  },
};

function room(draft: GraphDraft, operation: MlirOperation): boolean {
  draft.define(operation, 0, {
    constant: { splat: undefined, data: undefined, isBuffer: true, place: undefined },
  });
  return true;
}

function reshaped(draft: GraphDraft, operation: MlirOperation): boolean {
  return emitReshape(draft, operation, draft.operands(operation)[0]);
}

/** The same tensor with more or less said of its extents. */
export function passedOn(draft: GraphDraft, operation: MlirOperation): boolean {
  const [operand] = draft.operands(operation);
  if (operand === undefined) return false;
  draft.alias(operation, operand);
  return true;
}

/** `dim(1)` */
function axisOf({ items, attributes }: MlirOperation): number | undefined {
  const at = items.findIndex((item) => item.kind === "word" && item.text === "dim");
  const group = items[at + 1];
  const [first] = at >= 0 && group?.kind === "group" ? group.items : [];
  return numberOf(first && attributeOfItem(first)) ?? numberOf(attributes.get("dim"));
}

/** `low[0, 0, 1, 1]`; undefined where one of them is a value of the program. */
function listAfter(items: readonly MlirItem[], word: string): readonly number[] | undefined {
  const at = items.findIndex((item) => item.kind === "word" && item.text === word);
  const group = items[at + 1];
  if (at < 0 || group?.kind !== "group") return undefined;
  if (group.items.some((item) => item.kind === "operand")) return undefined;
  return numbersOf(attributeOfItem(group));
}
