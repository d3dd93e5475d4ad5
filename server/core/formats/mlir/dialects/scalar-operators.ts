import type { MlirOperation } from "../syntax.js";
import type { Extents } from "../types.js";

export interface ScalarOperand {
  readonly name: string;
  readonly shape: Extents | undefined;
  readonly splat?: number | undefined;
}

/** Names of `arith` and `math`, on tensors and on single numbers alike, to operators of ONNX. */
export const arithmeticOperators: Readonly<Record<string, string>> = {
  addf: "Add",
  addi: "Add",
  subf: "Sub",
  subi: "Sub",
  mulf: "Mul",
  muli: "Mul",
  divf: "Div",
  divsi: "Div",
  divui: "Div",
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
  powf: "Pow",
  fpowi: "Pow",
  andi: "BitwiseAnd",
  ori: "BitwiseOr",
  xori: "BitwiseXor",
  remf: "Mod",
  remsi: "Mod",
  cmpf: "Greater",
  cmpi: "Greater",
  negf: "Neg",
  absf: "Abs",
  absi: "Abs",
  ceil: "Ceil",
  floor: "Floor",
  cos: "Cos",
  sin: "Sin",
  tan: "Tan",
  tanh: "Tanh",
  erf: "Erf",
  exp: "Exp",
  exp2: "Exp",
  expm1: "Exp",
  log: "Log",
  log2: "Log",
  log1p: "Log",
  sqrt: "Sqrt",
  rsqrt: "Sqrt",
  roundeven: "Round",
  round: "Round",
};

const operators: Readonly<Record<string, string>> = {
  ...arithmeticOperators,
  truncf: "Cast",
  extf: "Cast",
  sitofp: "Cast",
  uitofp: "Cast",
  fptosi: "Cast",
  fptoui: "Cast",
  extsi: "Cast",
  extui: "Cast",
  trunci: "Cast",
};

/**
 * The one operator that the body of a loop over elements is, by its name in ONNX: a single operation, the comparison and
 * selection that a ReLU is written as, or the four operations of a sigmoid. Undefined for any other body.
 */
export function scalarOperator(
  body: readonly MlirOperation[],
  yielded: string,
  operandOf: (name: string) => ScalarOperand | undefined,
): { readonly op: string; readonly operands: readonly ScalarOperand[] } | undefined {
  const operations = body.filter(({ name }) => !name.endsWith("constant"));
  const [first, second] = operations;
  const last = operations.at(-1);
  if (first === undefined || last?.results[0]?.name !== yielded) return undefined;
  const operands = first.operands.flatMap(({ name }) => operandOf(name) ?? []);
  if (operands.length !== first.operands.length) return undefined;
  const names = operations.map(({ name }) => name.slice(name.lastIndexOf(".") + 1));
  if (operations.length === 1) {
    const [name = ""] = names;
    const [left, right] = operands;
    if ((name === "maximumf" || name === "maxnumf") && left !== undefined && right?.splat === 0)
      return { op: "Relu", operands: [left] };
    if (name === "select") return { op: "Where", operands };
    const op = Object.hasOwn(operators, name) ? operators[name] : undefined;
    return op === undefined ? undefined : { op, operands };
  }
  const [value, limit] = operands;
  const isRelu =
    operations.length === 2 &&
    names.join() === "cmpf,select" &&
    limit?.splat === 0 &&
    second?.operands[1]?.name === first.operands[0]?.name;
  if (isRelu && value !== undefined) return { op: "Relu", operands: [value] };
  if (names.join() === "negf,exp,addf,divf" && value !== undefined)
    return { op: "Sigmoid", operands: [value] };
  return undefined;
}
