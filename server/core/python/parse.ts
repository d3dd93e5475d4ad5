import type { TextSpan } from "../base/text-span.js";
import { readExpression, readExpressionList, readParameters, readTargets } from "./expressions.js";
import type { PyExpression, PyStatement, PythonFile } from "./syntax.js";
import { TokenStream } from "./token-stream.js";
import { tokensOf } from "./tokens.js";

/**
 * Reads a Python text without running it. A parser of our own, since hints are asked for at every keystroke: it takes a
 * millisecond for a kernel file, starts with nothing to load, and a statement that is being typed costs that statement alone.
 */
export function parsePython(text: string): PythonFile {
  const { tokens, comments } = tokensOf(text);
  const stream = new TokenStream(tokens);
  const body: PyStatement[] = [];
  while (!stream.at("end")) {
    // A block too many, where indentation went wrong, is read as if it stood outside.
    if (stream.at("indent") || stream.at("dedent")) stream.next();
    else readStatements(stream, body);
  }
  return { text, body, comments, errors: stream.errors };
}

const augmented = /^(?:\*\*|\/\/|>>|<<|[-+*/%@&|^])=$/;

/** One line of simple statements, or a compound statement. */
function readStatements(stream: TokenStream, into: PyStatement[]): void {
  const compound = readCompound(stream);
  if (compound !== undefined) {
    into.push(compound);
    stream.recover();
    return;
  }
  do into.push(readSimple(stream));
  while (stream.take(";") && !stream.at("newline") && !stream.at("end"));
  if (!stream.at("newline") && !stream.at("end")) stream.fail();
  stream.recover();
  stream.takeKind("newline");
}

function readBlock(stream: TokenStream): readonly PyStatement[] {
  return stream.nested(() => readBody(stream)) ?? [];
}

function readBody(stream: TokenStream): readonly PyStatement[] {
  const body: PyStatement[] = [];
  if (!stream.take(":")) stream.fail();
  stream.recover();
  if (!stream.at("newline")) {
    if (!stream.at("end") && !stream.at("dedent") && !stream.at("indent"))
      readStatements(stream, body);
    return body;
  }
  stream.next();
  if (!stream.takeKind("indent")) return body;
  let extra = 0;
  while (!stream.at("end")) {
    if (stream.takeKind("indent")) extra += 1;
    else if (stream.takeKind("dedent")) {
      if (extra === 0) break;
      extra -= 1;
    } else readStatements(stream, body);
  }
  return body;
}

function readCompound(stream: TokenStream): PyStatement | undefined {
  const { start, text, kind } = stream.token;
  if (kind !== "name" && text !== "@") return undefined;
  switch (text) {
    case "@":
    case "def":
    case "class":
      return readDefinition(stream);
    case "async":
      stream.next();
      return readCompound(stream);
    case "if":
    case "while":
      return readIf(stream, text);
    case "for":
      return readFor(stream);
    case "with": {
      // What is entered says nothing here.
      stream.next();
      skipTo(stream, ":");
      const bodies = [readBlock(stream)];
      return { kind: "block", bodies, start, end: stream.lastEnd };
    }
    case "try":
      return readTry(stream);
    case "match":
      return readMatch(stream);
    default:
      return undefined;
  }
}

function readDefinition(stream: TokenStream): PyStatement | undefined {
  const { start } = stream.token;
  const decorators: PyExpression[] = [];
  while (stream.take("@")) {
    decorators.push(readExpression(stream));
    if (!stream.at("newline")) stream.fail();
    stream.recover();
    stream.takeKind("newline");
  }
  stream.take("async");
  const isClass = stream.isAt("class");
  if (!isClass && !stream.isAt("def")) {
    stream.fail();
    return { kind: "other", start, end: stream.lastEnd };
  }
  stream.next();
  const nameToken = stream.token;
  const name = stream.at("name") ? stream.next().text : (stream.fail(), "");
  skipTypeParameters(stream);
  const hasParentheses = stream.take("(");
  const parameters = !isClass && hasParentheses ? readParameters(stream, ")", true) : [];
  if (isClass && hasParentheses) skipTo(stream, ")");
  if (hasParentheses) stream.expect(")");
  if (stream.take("->")) readExpression(stream);
  const body = readBlock(stream);
  const end = stream.lastEnd;
  if (isClass) return { kind: "class", name, body, start, end };
  const nameSpan: TextSpan = { start: nameToken.start, end: nameToken.end };
  return { kind: "function", name, nameSpan, parameters, decorators, body, start, end };
}

/** `def f[T: int](…)`. */
function skipTypeParameters(stream: TokenStream): void {
  if (!stream.take("[")) return;
  skipTo(stream, "]");
  stream.expect("]");
}

/** Bases and keywords of a class say nothing here. */
function skipTo(stream: TokenStream, closing: string): void {
  let depth = 0;
  while (!stream.at("end") && !stream.at("newline")) {
    if (depth === 0 && stream.isAt(closing)) return;
    const { text, kind } = stream.next();
    if (kind !== "operator") continue;
    if ("([{".includes(text)) depth += 1;
    else if (")]}".includes(text)) depth -= 1;
  }
}

function readIf(stream: TokenStream, kind: "if" | "while"): PyStatement {
  const { start } = stream.next();
  const test = readExpression(stream);
  const body = readBlock(stream);
  let otherwise: readonly PyStatement[] = [];
  if (stream.isAt("elif")) {
    const rest = stream.nested(() => readIf(stream, "if"));
    otherwise = rest === undefined ? [] : [rest];
  } else if (stream.take("else")) otherwise = readBlock(stream);
  return { kind, test, body, otherwise, start, end: stream.lastEnd };
}

function readFor(stream: TokenStream): PyStatement {
  const { start } = stream.next();
  const target = readTargets(stream);
  stream.expect("in");
  const iterable = readExpressionList(stream);
  const body = readBlock(stream);
  const otherwise = stream.take("else") ? readBlock(stream) : [];
  return { kind: "for", target, iterable, body, otherwise, start, end: stream.lastEnd };
}

function readTry(stream: TokenStream): PyStatement {
  const { start } = stream.next();
  const bodies = [readBlock(stream)];
  while (stream.isAt("except") || stream.isAt("else") || stream.isAt("finally")) {
    stream.next();
    stream.take("*");
    if (!stream.isAt(":")) {
      readExpressionList(stream);
      if (stream.take("as")) stream.takeKind("name");
    }
    bodies.push(readBlock(stream));
  }
  return { kind: "block", bodies, start, end: stream.lastEnd };
}

/** `match` is a name like any other where no subject and colon follow. */
function readMatch(stream: TokenStream): PyStatement | undefined {
  const mark = stream.mark();
  const errorCount = stream.errors.length;
  const { start } = stream.next();
  if (stream.at("operator") && !["(", "[", "{", "-", "~"].includes(stream.token.text)) {
    stream.reset(mark);
    return undefined;
  }
  const subject = readExpressionList(stream);
  if (stream.hasFailed || !stream.isAt(":") || subject.kind === "unknown") {
    stream.errors.length = errorCount;
    stream.recover();
    stream.reset(mark);
    return undefined;
  }
  stream.next();
  const bodies: (readonly PyStatement[])[] = [];
  stream.takeKind("newline");
  if (stream.takeKind("indent")) {
    while (stream.isAt("case")) {
      stream.next();
      skipTo(stream, ":");
      bodies.push(readBlock(stream));
    }
    stream.takeKind("dedent");
  }
  return { kind: "block", bodies, start, end: stream.lastEnd };
}

function readSimple(stream: TokenStream): PyStatement {
  const { start, text, kind } = stream.token;
  if (kind === "name")
    switch (text) {
      case "return": {
        stream.next();
        const isBare = stream.at("newline") || stream.at("end") || stream.isAt(";");
        const value = isBare ? undefined : readExpressionList(stream);
        return { kind: "return", value, start, end: stream.lastEnd };
      }
      case "import":
        return readImport(stream);
      case "from":
        return readFromImport(stream);
      case "assert": {
        stream.next();
        const test = readExpression(stream);
        if (stream.take(",")) readExpression(stream);
        return { kind: "assert", test, start, end: stream.lastEnd };
      }
      case "break":
      case "continue":
        stream.next();
        return { kind: text, start, end: stream.lastEnd };
      case "pass":
      case "raise":
      case "del":
      case "global":
      case "nonlocal":
        skipLine(stream);
        return { kind: "other", start, end: stream.lastEnd };
      default:
    }
  return readAssignment(stream);
}

function skipLine(stream: TokenStream): void {
  while (!stream.at("newline") && !stream.at("end") && !stream.isAt(";")) stream.next();
}

function readAssignment(stream: TokenStream): PyStatement {
  const { start } = stream.token;
  const first = readExpressionList(stream);
  if (stream.take(":")) {
    const annotation = readExpression(stream);
    const value = stream.take("=") ? readExpressionList(stream) : undefined;
    return { kind: "assign", targets: [first], annotation, value, start, end: stream.lastEnd };
  }
  if (stream.at("operator") && augmented.test(stream.token.text)) {
    const operator = stream.next().text.slice(0, -1);
    const value = readExpressionList(stream);
    return { kind: "augmented", target: first, operator, value, start, end: stream.lastEnd };
  }
  const chain = [first];
  while (stream.take("=")) chain.push(readExpressionList(stream));
  const value = chain.pop() ?? first;
  const end = stream.lastEnd;
  return chain.length === 0
    ? { kind: "expression", value, start, end }
    : { kind: "assign", targets: chain, annotation: undefined, value, start, end };
}

function readImport(stream: TokenStream): PyStatement {
  const { start } = stream.next();
  const names: { path: string; name: string }[] = [];
  do {
    const path = readPath(stream);
    const [head = path] = path.split(".");
    const name = stream.take("as") ? stream.next().text : undefined;
    names.push(name === undefined ? { path: head, name: head } : { path, name });
  } while (stream.take(",") && !stream.hasFailed);
  return { kind: "import", names, start, end: stream.lastEnd };
}

function readFromImport(stream: TokenStream): PyStatement {
  const { start } = stream.next();
  const module = readPath(stream);
  const names: { path: string; name: string }[] = [];
  stream.expect("import");
  const isWrapped = stream.take("(");
  while (stream.at("name") || stream.isAt("*")) {
    const path = stream.next().text;
    const name = stream.take("as") ? stream.next().text : path;
    names.push({ path: `${module}.${path}`, name });
    if (!stream.take(",")) break;
  }
  if (isWrapped) stream.expect(")");
  return { kind: "import", names, start, end: stream.lastEnd };
}

function readPath(stream: TokenStream): string {
  let path = "";
  while (stream.isAt(".") || stream.isAt("...")) path += stream.next().text;
  while (stream.at("name") && !stream.isAt("import")) {
    path += stream.next().text;
    if (!stream.isAt(".")) break;
    path += stream.next().text;
  }
  return path;
}
