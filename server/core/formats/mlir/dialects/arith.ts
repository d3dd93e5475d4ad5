import { type GraphDraft, int, resultTypeOf } from "../draft.js";
import type { MlirOperation } from "../syntax.js";
import { elementwiseTable, emitCast, emitElementwise } from "./elementwise.js";
import type { Handler, HandlerTable } from "./handler.js";
import { arithmeticOperators } from "./scalar-operators.js";

/** `arith` and `math`: on tensors element by element; on single numbers the host's own arithmetic, which costs nothing. */
export const arith: HandlerTable = onTensors({
  ...elementwiseTable({
    ...arithmeticOperators,
    remui: "Mod",
    select: "Where",
    shli: "BitShift",
    shrsi: "BitShift",
    shrui: "BitShift",
  }),
  extf: emitCast,
  truncf: emitCast,
  extsi: emitCast,
  extui: emitCast,
  trunci: emitCast,
  sitofp: emitCast,
  uitofp: emitCast,
  fptosi: emitCast,
  fptoui: emitCast,
  index_cast: emitCast,
  bitcast: emitCast,
  index_castui: emitCast,
  // A product and a sum.
  fma: (draft, operation) =>
    emitElementwise(
      draft,
      operation,
      "Pointwise",
      draft.operands(operation),
      { flops: int(2), broadcasts: int(1) },
      "mlir",
    ),
});

function onTensors(table: HandlerTable): HandlerTable {
  return Object.fromEntries(
    Object.entries(table).map(([name, handler]): [string, Handler] => [
      name,
      (draft, operation, lowering) =>
        resultTypeOf(operation, 0)?.kind === "tensor"
          ? handler(draft, operation, lowering)
          : defineNumber(draft, operation),
    ]),
  );
}

/** A number whose value is not followed. */
export function defineNumber(draft: GraphDraft, operation: MlirOperation): true {
  draft.define(operation, 0, {
    constant: { splat: undefined, data: undefined, isBuffer: true, place: undefined },
  });
  return true;
}
