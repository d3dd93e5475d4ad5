/**
 * Values of constant expressions written as text: bodies of macros and values of pragmas. Integers and decimal numbers,
 * names that `lookup` knows, C's binary operators, and parentheses.
 */
export function evaluateText(
  text: string,
  lookup: (name: string) => number | undefined,
): number | undefined {
  if (text.length > 1000) return undefined;
  const tokens =
    text.match(
      /0[xX][0-9a-fA-F]+|\d+\.?\d*(?:[eE][-+]?\d+)?|\w+(?:::\w+)*|<<|>>|[<>=!]=|&&|\|\||[^\s]/g,
    ) ?? [];
  let at = 0;
  let depth = 0;
  const primary = (): number | undefined => {
    const token = tokens[at++];
    if (token === undefined || depth > 50) return undefined;
    if (token === "(") {
      depth += 1;
      const value = sum(0);
      depth -= 1;
      return tokens[at++] === ")" ? value : undefined;
    }
    if (token === "-") return negate(primary());
    if (token === "+") return primary();
    if (token === "!") {
      const value = primary();
      return value === undefined ? undefined : value === 0 ? 1 : 0;
    }
    if (/^\d/.test(token)) return skipSuffix(Number(token));
    return /^[A-Za-z_]/.test(token) ? lookup(token) : undefined;
  };
  /** `4UL` is two tokens. */
  const skipSuffix = (value: number): number | undefined => {
    if (/^[uUlLfF]{1,3}$/.test(tokens[at] ?? "")) at += 1;
    return Number.isFinite(value) ? value : undefined;
  };
  const sum = (level: number): number | undefined => {
    const operators = levels[level];
    if (operators === undefined) return primary();
    let left = sum(level + 1);
    while (left !== undefined && operators.has(tokens[at] ?? "")) {
      const operator = tokens[at++] ?? "";
      const right = sum(level + 1);
      left = right === undefined ? undefined : applyOperator(operator, left, right);
    }
    return left;
  };
  const value = sum(0);
  return at === tokens.length ? value : undefined;
}

/** Weakest first. */
const levels: readonly ReadonlySet<string>[] = [
  new Set(["||"]),
  new Set(["&&"]),
  new Set(["|"]),
  new Set(["^"]),
  new Set(["&"]),
  new Set(["==", "!="]),
  new Set(["<", "<=", ">", ">="]),
  new Set(["<<", ">>"]),
  new Set(["+", "-"]),
  new Set(["*", "/", "%"]),
];

function negate(value: number | undefined): number | undefined {
  return value === undefined ? undefined : -value;
}

/** C's operators on constants; division of whole numbers truncates. Undefined where the result means nothing. */
export function applyOperator(operator: string, left: number, right: number): number | undefined {
  const value = apply(operator, left, right);
  return value !== undefined && Number.isFinite(value) ? value : undefined;
}

function apply(operator: string, left: number, right: number): number | undefined {
  const areWhole = Number.isInteger(left) && Number.isInteger(right);
  switch (operator) {
    case "+":
      return left + right;
    case "-":
      return left - right;
    case "*":
      return left * right;
    case "/":
      return right === 0 ? undefined : areWhole ? Math.trunc(left / right) : left / right;
    case "%":
      return right === 0 ? undefined : left % right;
    case "<<":
      return left * 2 ** right;
    case ">>":
      return Math.floor(left / 2 ** right);
    case "<":
      return Number(left < right);
    case "<=":
      return Number(left <= right);
    case ">":
      return Number(left > right);
    case ">=":
      return Number(left >= right);
    case "==":
      return Number(left === right);
    case "!=":
      return Number(left !== right);
    case "&&":
      return Number(left !== 0 && right !== 0);
    case "||":
      return Number(left !== 0 || right !== 0);
    case "&":
    case "|":
    case "^":
      return areWhole ? bitwise(operator, left, right) : undefined;
    default:
      return undefined;
  }
}

function bitwise(operator: string, left: number, right: number): number | undefined {
  if (!Number.isSafeInteger(left) || !Number.isSafeInteger(right)) return undefined;
  const [a, b] = [BigInt(left), BigInt(right)];
  return Number(operator === "&" ? a & b : operator === "|" ? a | b : a ^ b);
}
