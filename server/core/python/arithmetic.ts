/** Python's arithmetic on numbers; undefined for what is no such operator or has no result. */
export function arithmeticOf(operator: string, left: number, right: number): number | undefined {
  const result = raw(operator, left, right);
  return result !== undefined && Number.isFinite(result) ? result : undefined;
}

function raw(operator: string, left: number, right: number): number | undefined {
  switch (operator) {
    case "+":
      return left + right;
    case "-":
      return left - right;
    case "*":
      return left * right;
    case "/":
      return left / right;
    case "//":
      return Math.floor(left / right);
    case "%":
      return left - right * Math.floor(left / right);
    case "**":
      return left ** right;
    case "<<":
      return left * 2 ** right;
    case ">>":
      return Math.floor(left / 2 ** right);
    case "&":
      return Number(BigInt.asIntN(64, big(left) & big(right)));
    case "|":
      return Number(BigInt.asIntN(64, big(left) | big(right)));
    case "^":
      return Number(BigInt.asIntN(64, big(left) ^ big(right)));
    default:
      return undefined;
  }
}

/** What a comparison says; undefined for what is none. */
export function comparisonOf(operator: string, left: number, right: number): boolean | undefined {
  switch (operator) {
    case "<":
      return left < right;
    case ">":
      return left > right;
    case "<=":
      return left <= right;
    case ">=":
      return left >= right;
    case "==":
    case "is":
      return left === right;
    case "!=":
    case "is not":
      return left !== right;
    default:
      return undefined;
  }
}

export function nextPowerOfTwo(value: number): number {
  return value <= 1 ? 1 : 2 ** Math.ceil(Math.log2(value));
}

function big(value: number): bigint {
  return BigInt(Math.trunc(value));
}
