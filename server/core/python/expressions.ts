import type { PyArgument, PyClause, PyExpression, PyParameter } from "./syntax.js";
import type { TokenStream } from "./token-stream.js";

/** Binary operators from the loosest to the tightest (Python Language Reference, 6.17), those of comparison apart. */
const levels: readonly (readonly string[])[] = [
  ["|"],
  ["^"],
  ["&"],
  ["<<", ">>"],
  ["+", "-"],
  ["*", "/", "//", "%", "@"],
];
const comparisons = new Set(["<", ">", "==", ">=", "<=", "!=", "in", "is", "not"]);
const keywords = new Set(
  "and as assert async await break class continue def del elif else except finally for from global if import in is lambda nonlocal not or pass raise return try while with yield".split(
    " ",
  ),
);

/** A list of expressions with commas is a tuple. */
export function readExpressionList(stream: TokenStream): PyExpression {
  const { start } = stream.token;
  const first = readStarred(stream);
  if (!stream.isAt(",")) return first;
  const items = [first];
  while (stream.take(",") && !endsList(stream)) items.push(readStarred(stream));
  return { kind: "sequence", form: "tuple", items, start, end: stream.lastEnd };
}

function endsList(stream: TokenStream): boolean {
  if (stream.hasFailed || stream.at("newline") || stream.at("end")) return true;
  return [")", "]", "}", "=", ":", ";"].some((text) => stream.isAt(text));
}

function readStarred(stream: TokenStream): PyExpression {
  const { start } = stream.token;
  if (stream.take("*"))
    return { kind: "star", value: readExpression(stream), start, end: stream.lastEnd };
  return readExpression(stream);
}

/** Lambdas, conditional expressions and what they consist of. */
export function readExpression(stream: TokenStream): PyExpression {
  return stream.nested(() => readTest(stream)) ?? unknownAt(stream);
}

function readTest(stream: TokenStream): PyExpression {
  const { start } = stream.token;
  if (stream.isAt("lambda")) return readLambda(stream);
  if (stream.isAt("yield")) {
    stream.next();
    stream.take("from");
    if (!endsList(stream)) readExpressionList(stream);
    return { kind: "unknown", start, end: stream.lastEnd };
  }
  const then = readOr(stream);
  if (stream.take(":=")) {
    const value = readExpression(stream);
    return { ...value, start };
  }
  if (!stream.isAt("if")) return then;
  stream.next();
  const test = readOr(stream);
  // The condition of a comprehension has no `else`: its reader asks before this one does.
  stream.expect("else");
  const otherwise = readExpression(stream);
  return { kind: "conditional", test, then, otherwise, start, end: stream.lastEnd };
}

function readLambda(stream: TokenStream): PyExpression {
  const { start } = stream.next();
  const parameters = readParameters(stream, ":", false);
  stream.expect(":");
  const body = readExpression(stream);
  return { kind: "lambda", parameters, body, start, end: stream.lastEnd };
}

/** Of a function or lambda, up to the closing token, which is left. */
export function readParameters(
  stream: TokenStream,
  closing: string,
  hasAnnotations: boolean,
): readonly PyParameter[] {
  const parameters: PyParameter[] = [];
  while (!stream.isAt(closing) && !stream.hasFailed && !stream.at("end")) {
    const stars = stream.take("**") ? 2 : stream.take("*") ? 1 : 0;
    if (stream.at("name")) {
      const name = stream.next().text;
      const annotation = hasAnnotations && stream.take(":") ? readExpression(stream) : undefined;
      const initial = stream.take("=") ? readExpression(stream) : undefined;
      parameters.push({ name, annotation, initial, stars });
    } else if (stars === 0 && !stream.take("/")) stream.fail();
    if (!stream.take(",")) break;
  }
  return parameters;
}

function readOr(stream: TokenStream): PyExpression {
  return readBoolean(stream, "or", () => readBoolean(stream, "and", () => readNot(stream)));
}

function readBoolean(
  stream: TokenStream,
  operator: "and" | "or",
  read: () => PyExpression,
): PyExpression {
  let left = read();
  while (stream.take(operator)) {
    const right = read();
    left = { kind: "boolean", operator, left, right, start: left.start, end: right.end };
  }
  return left;
}

function readNot(stream: TokenStream): PyExpression {
  const { start } = stream.token;
  if (!stream.take("not")) return readComparison(stream);
  const operand = stream.nested(() => readNot(stream)) ?? unknownAt(stream);
  return { kind: "unary", operator: "not", operand, start, end: operand.end };
}

function readComparison(stream: TokenStream): PyExpression {
  const left = readBinary(stream, 0);
  const rest: { operator: string; right: PyExpression }[] = [];
  while (comparisons.has(stream.token.text) && !stream.hasFailed && !stream.at("string")) {
    let operator = stream.next().text;
    if (operator === "not") {
      stream.expect("in");
      operator = "not in";
    } else if (operator === "is" && stream.take("not")) operator = "is not";
    rest.push({ operator, right: readBinary(stream, 0) });
  }
  if (rest.length === 0) return left;
  return { kind: "compare", left, rest, start: left.start, end: stream.lastEnd };
}

function readBinary(stream: TokenStream, level: number): PyExpression {
  const operators = levels[level];
  if (operators === undefined) return readUnary(stream);
  let left = readBinary(stream, level + 1);
  while (stream.at("operator") && operators.includes(stream.token.text)) {
    const operator = stream.next().text;
    const right = readBinary(stream, level + 1);
    left = { kind: "binary", operator, left, right, start: left.start, end: right.end };
  }
  return left;
}

function readUnary(stream: TokenStream): PyExpression {
  const { start, text } = stream.token;
  if (stream.at("operator") && (text === "-" || text === "+" || text === "~")) {
    stream.next();
    const operand = stream.nested(() => readUnary(stream)) ?? unknownAt(stream);
    return { kind: "unary", operator: text, operand, start, end: operand.end };
  }
  stream.take("await");
  const left = readPrimary(stream);
  if (!stream.take("**")) return left;
  const right = stream.nested(() => readUnary(stream)) ?? unknownAt(stream);
  return { kind: "binary", operator: "**", left, right, start, end: right.end };
}

function readPrimary(stream: TokenStream): PyExpression {
  let value = readAtom(stream);
  const { start } = value;
  for (;;) {
    if (stream.hasFailed) return value;
    if (stream.take(".")) {
      const name = stream.at("name") ? stream.next().text : (stream.fail(), "");
      value = { kind: "attribute", object: value, name, start, end: stream.lastEnd };
    } else if (stream.take("(")) {
      const given = readArguments(stream);
      stream.expect(")");
      value = { kind: "call", callee: value, arguments: given, start, end: stream.lastEnd };
    } else if (stream.take("[")) {
      const index = readIndex(stream);
      stream.expect("]");
      value = { kind: "subscript", object: value, index, start, end: stream.lastEnd };
    } else return value;
  }
}

function readArguments(stream: TokenStream): readonly PyArgument[] {
  const found: PyArgument[] = [];
  while (!stream.isAt(")") && !stream.hasFailed && !stream.at("end")) {
    const stars = stream.take("**") ? 2 : stream.take("*") ? 1 : 0;
    const isNamed = stars === 0 && stream.at("name") && stream.isNext("=");
    const name = isNamed ? stream.next().text : undefined;
    if (isNamed) stream.next();
    const value = readExpression(stream);
    const clauses = isComprehension(stream) ? readClauses(stream) : undefined;
    found.push({
      name,
      stars,
      value:
        clauses === undefined
          ? value
          : {
              kind: "comprehension",
              form: "generator",
              element: value,
              value: undefined,
              clauses,
              start: value.start,
              end: stream.lastEnd,
            },
    });
    if (!stream.take(",")) break;
  }
  return found;
}

function readIndex(stream: TokenStream): PyExpression {
  const { start } = stream.token;
  const first = readSlice(stream);
  if (!stream.isAt(",")) return first;
  const items = [first];
  while (stream.take(",") && !stream.isAt("]")) items.push(readSlice(stream));
  return { kind: "sequence", form: "tuple", items, start, end: stream.lastEnd };
}

function readSlice(stream: TokenStream): PyExpression {
  const { start } = stream.token;
  const bound = (): PyExpression | undefined =>
    [":", "]", ","].some((text) => stream.isAt(text)) ? undefined : readStarred(stream);
  const from = bound();
  if (!stream.isAt(":")) return from ?? unknownAt(stream);
  stream.next();
  const to = bound();
  if (stream.take(":")) bound();
  return { kind: "slice", from, to, start, end: stream.lastEnd };
}

function isComprehension(stream: TokenStream): boolean {
  return stream.isAt("for") || (stream.isAt("async") && stream.isNext("for"));
}

function readClauses(stream: TokenStream): readonly PyClause[] {
  const clauses: PyClause[] = [];
  while (isComprehension(stream) && !stream.hasFailed) {
    stream.take("async");
    stream.next();
    const target = readTargets(stream);
    stream.expect("in");
    const iterable = readOr(stream);
    const conditions: PyExpression[] = [];
    while (stream.take("if")) conditions.push(readOr(stream));
    clauses.push({ target, iterable, conditions });
  }
  return clauses;
}

/** What a loop assigns, up to its `in`. */
export function readTargets(stream: TokenStream): PyExpression {
  const { start } = stream.token;
  const one = (): PyExpression => {
    stream.take("*");
    return readPrimary(stream);
  };
  const items = [one()];
  while (stream.take(",") && !stream.isAt("in")) items.push(one());
  const [first = unknownAt(stream)] = items;
  if (items.length === 1) return first;
  return { kind: "sequence", form: "tuple", items, start, end: stream.lastEnd };
}

function readAtom(stream: TokenStream): PyExpression {
  const { kind, text, start, end } = stream.token;
  switch (kind) {
    case "number":
      stream.next();
      return numberOf(text, start, end);
    case "string": {
      let value = stream.next().text;
      while (stream.at("string")) value += stream.next().text;
      return { kind: "string", value, start, end: stream.lastEnd };
    }
    case "name":
      if (keywords.has(text)) return unknownAt(stream);
      stream.next();
      if (text === "True" || text === "False" || text === "None")
        return { kind: "constant", value: text === "None" ? null : text === "True", start, end };
      return { kind: "name", name: text, start, end };
    case "operator":
      if (text === "(") return readParenthesized(stream);
      if (text === "[") return readBracketed(stream);
      if (text === "{") return readBraced(stream);
      if (text === "...") {
        stream.next();
        return { kind: "unknown", start, end };
      }
      return unknownAt(stream);
    case "newline":
    case "indent":
    case "dedent":
    case "end":
      return unknownAt(stream);
  }
}

function unknownAt(stream: TokenStream): PyExpression {
  stream.fail();
  return { kind: "unknown", start: stream.token.start, end: stream.token.start };
}

function numberOf(text: string, start: number, end: number): PyExpression {
  const plain = text.replaceAll("_", "").toLowerCase();
  const isPrefixed = /^0[xbo]/.test(plain);
  const value = plain.endsWith("j") ? NaN : Number(plain);
  return { kind: "number", value, isFloat: !isPrefixed && /[.ej]/.test(plain), start, end };
}

function readParenthesized(stream: TokenStream): PyExpression {
  const { start } = stream.next();
  if (stream.take(")"))
    return { kind: "sequence", form: "tuple", items: [], start, end: stream.lastEnd };
  const first = readStarred(stream);
  if (isComprehension(stream)) {
    const clauses = readClauses(stream);
    stream.expect(")");
    const end = stream.lastEnd;
    const rest = { value: undefined, clauses, start, end };
    return { kind: "comprehension", form: "generator", element: first, ...rest };
  }
  if (!stream.isAt(",")) {
    stream.expect(")");
    return { ...first, start, end: stream.lastEnd };
  }
  const items = readItems(stream, first, ")");
  return { kind: "sequence", form: "tuple", items, start, end: stream.lastEnd };
}

function readBracketed(stream: TokenStream): PyExpression {
  const { start } = stream.next();
  if (stream.take("]"))
    return { kind: "sequence", form: "list", items: [], start, end: stream.lastEnd };
  const first = readStarred(stream);
  if (isComprehension(stream)) {
    const clauses = readClauses(stream);
    stream.expect("]");
    const end = stream.lastEnd;
    const rest = { value: undefined, clauses, start, end };
    return { kind: "comprehension", form: "list", element: first, ...rest };
  }
  const items = readItems(stream, first, "]");
  return { kind: "sequence", form: "list", items, start, end: stream.lastEnd };
}

/** What follows a first item, and the closing bracket. */
function readItems(
  stream: TokenStream,
  first: PyExpression,
  closing: string,
): readonly PyExpression[] {
  const items = [first];
  while (stream.take(",") && !stream.isAt(closing) && !stream.hasFailed)
    items.push(readStarred(stream));
  stream.expect(closing);
  return items;
}

function readBraced(stream: TokenStream): PyExpression {
  const { start } = stream.next();
  const entries: { key: PyExpression | undefined; value: PyExpression }[] = [];
  const items: PyExpression[] = [];
  while (!stream.isAt("}") && !stream.hasFailed && !stream.at("end")) {
    if (stream.take("**")) entries.push({ key: undefined, value: readExpression(stream) });
    else {
      const element = readStarred(stream);
      const value = stream.take(":") ? readExpression(stream) : undefined;
      if (isComprehension(stream)) {
        const clauses = readClauses(stream);
        stream.expect("}");
        const form = value === undefined ? "set" : "dict";
        const end = stream.lastEnd;
        return { kind: "comprehension", form, element, value, clauses, start, end };
      }
      if (value === undefined) items.push(element);
      else entries.push({ key: element, value });
    }
    if (!stream.take(",")) break;
  }
  stream.expect("}");
  const end = stream.lastEnd;
  return items.length > 0
    ? { kind: "sequence", form: "set", items, start, end }
    : { kind: "dict", entries, start, end };
}
