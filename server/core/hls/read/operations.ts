import { constantType, doubleType, floatType, intType, type ElementType } from "../element-type.js";
import type { Expression, Operator } from "../ir.js";
import { signedDigits } from "../signed-digits.js";

export const binaryOperators: Readonly<Record<string, Operator>> = {
  "+": "add",
  "-": "sub",
  "*": "mul",
  "/": "div",
  "%": "rem",
  "<": "compare",
  "<=": "compare",
  ">": "compare",
  ">=": "compare",
  "==": "compare",
  "!=": "compare",
  "&&": "logic",
  "||": "logic",
  "&": "logic",
  "|": "logic",
  "^": "logic",
  "<<": "shift",
  ">>": "shift",
};

export const functions: ReadonlyMap<string, Operator> = new Map<string, Operator>(
  Object.entries({
    sqrt: "sqrt",
    sqrtf: "sqrt",
    exp: "exp",
    expf: "exp",
    fabs: "logic",
    fabsf: "logic",
    abs: "select",
    min: "select",
    max: "select",
    fmin: "select",
    fmax: "select",
  } as const),
);

export const zero: Expression = { kind: "number", value: 0, type: intType };

export function literal(text: string): Expression {
  const plain = text.replace(/'/g, "");
  const isHex = /^0[xX]/.test(plain);
  const isReal = !isHex && /[.eE]|[fF]$/.test(plain);
  const value = Number(plain.replace(/[uUlL]+$|(?<!^0[xX].*)[fF]$/g, ""));
  const known = Number.isFinite(value) ? value : 0;
  const type = !isReal ? constantType(known) : /[fF]$/.test(plain) ? floatType : doubleType;
  return { kind: "number", value: known, type };
}

/** Constants are folded; a conversion between floats and integers is a core of its own. */
export function convert(value: Expression, type: ElementType): Expression {
  if (value.kind === "number") return { ...value, type };
  if (value.type.kind === type.kind && type.kind !== "float") return value;
  if (value.type.kind === "float" && type.kind === "float" && value.type.bits === type.bits)
    return value;
  return operation("convert", [value], type);
}

export function operation(
  op: Operator,
  args: readonly Expression[],
  type: ElementType,
): Expression {
  const [a, b] = args;
  if (a?.kind === "number" && b?.kind === "number" && args.length === 2) {
    const folded = fold(op, a.value, b.value);
    if (folded !== undefined) return { kind: "number", value: folded, type };
  }
  const isConstantLeft = op === "mul" && a?.kind === "number";
  const [value, constant] = isConstantLeft ? [b, a] : [a, b];
  const isWhole = value !== undefined && value.type.kind !== "float";
  if (isWhole && constant?.kind === "number" && constant.type.kind !== "float") {
    if (isPowerOfTwo(constant.value)) {
      // Wires alone; signed division rounds towards zero, for which it adds first.
      const isDivision = op === "div" || op === "rem";
      if (isDivision && value.type.isSigned) return { kind: "operation", op: "add", args, type };
      if (isDivision || op === "mul")
        return { kind: "operation", op: "shift", args: [value], type };
    } else if (op === "mul" && signedDigits(constant.value) === 2) {
      return { kind: "operation", op: "scale", args: [value], type };
    }
  }
  return { kind: "operation", op, args, type };
}

function isPowerOfTwo(value: number): boolean {
  return Number.isInteger(Math.log2(value));
}

function fold(op: Operator, a: number, b: number): number | undefined {
  if (op === "add") return a + b;
  if (op === "sub") return a - b;
  if (op === "mul") return a * b;
  return op === "div" && b !== 0 ? a / b : undefined;
}
