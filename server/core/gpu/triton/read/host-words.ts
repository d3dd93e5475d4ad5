import { dottedName, type PyExpression } from "../../../python/syntax.js";

/** `x is not None`. */
export function isAboutPresence(test: PyExpression): boolean {
  return test.kind === "compare" && test.rest[0]?.operator === "is not";
}

/** `n`, `x.shape[0]`, `x.size(0)`, `x.numel()`: what is a size whatever it is. */
export function sizeText(expression: PyExpression): string | undefined {
  if (expression.kind === "name") return expression.name;
  const owner = (object: PyExpression): string => dottedName(object) ?? "x";
  if (expression.kind === "subscript" && expression.object.kind === "attribute") {
    const { object, name } = expression.object;
    const index = indexText(expression.index);
    return name === "shape" && index !== undefined ? `${owner(object)}.shape[${index}]` : undefined;
  }
  if (expression.kind !== "call" || expression.callee.kind !== "attribute") return undefined;
  const { object, name } = expression.callee;
  if (name === "numel") return `${owner(object)}.numel()`;
  const index = expression.arguments[0]?.value;
  const at = index === undefined ? undefined : indexText(index);
  return name === "size" && at !== undefined ? `${owner(object)}.shape[${at}]` : undefined;
}

export function indexText(expression: PyExpression): string | undefined {
  if (expression.kind === "number") return String(expression.value);
  const isNegative = expression.kind === "unary" && expression.operator === "-";
  return isNegative && expression.operand.kind === "number"
    ? `-${expression.operand.value}`
    : undefined;
}

/** `not is_hip()`, `is_hip()`: of NVIDIA's devices the answer is known. */
export function isAboutOthers(test: PyExpression): boolean {
  if (test.kind === "unary" && test.operator === "not") return !isAboutOthers(test.operand);
  if (test.kind === "boolean") return isAboutOthers(test.left);
  if (test.kind !== "call") return false;
  const name = dottedName(test.callee) ?? "";
  return /hip|amd|rocm|xpu|cpu|npu|mlu|musa/i.test(name);
}
