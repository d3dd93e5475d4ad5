import { type GraphDraft, int, resultTypeOf } from "../draft.js";
import type { MlirOperation } from "../syntax.js";
import { elementwiseTable, emitCast, emitElementwise } from "./elementwise.js";
import type { Handler, HandlerTable } from "./handler.js";

/** `arith` and `math`: on tensors element by element; on single numbers the host's own arithmetic, which costs nothing. */
export const arith: HandlerTable = onTensors({
  ...elementwiseTable({
    addf: "Add",
    addi: "Add",
    subf: "Sub",
    subi: "Sub",
    mulf: "Mul",
    muli: "Mul",
    divf: "Div",
    divsi: "Div",
    divui: "Div",
    remf: "Mod",
    remsi: "Mod",
    remui: "Mod",
    maximumf: "Max",
    maxnumf: "Max",
    maxf: "Max",
    maxsi: "Max",
    maxui: "Max",
    minimumf: "Min",
    minnumf: "Min",
    minf: "Min",
    minsi: "Min",
    minui: "Min",
    negf: "Neg",
    select: "Where",
    cmpf: "Greater",
    cmpi: "Greater",
    andi: "BitwiseAnd",
    ori: "BitwiseOr",
    xori: "BitwiseXor",
    shli: "BitShift",
    shrsi: "BitShift",
    shrui: "BitShift",
    absf: "Abs",
    absi: "Abs",
    ceil: "Ceil",
    cos: "Cos",
    erf: "Erf",
    exp: "Exp",
    exp2: "Exp",
    expm1: "Exp",
    floor: "Floor",
    log: "Log",
    log1p: "Log",
    log2: "Log",
    powf: "Pow",
    fpowi: "Pow",
    roundeven: "Round",
    round: "Round",
    rsqrt: "Sqrt",
    sin: "Sin",
    sqrt: "Sqrt",
    tan: "Tan",
    tanh: "Tanh",
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
