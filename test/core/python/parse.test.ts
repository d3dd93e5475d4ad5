import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { parsePython } from "../../../server/core/python/parse.js";
import type { PyExpression, PyStatement } from "../../../server/core/python/syntax.js";

/** A tree in one line, enough to see what was read. */
function shown(text: string): string {
  const { body, errors } = parsePython(text);
  const wrong = errors.map(({ start, end }) => ` !${text.slice(start, end)}`);
  return body.map(statement).join("; ") + wrong.join("");
}

function statement(one: PyStatement): string {
  switch (one.kind) {
    case "function":
      return `def ${one.name}(${one.parameters.map(({ name }) => name).join(",")}){${block(one.body)}}`;
    case "class":
      return `class ${one.name}{${block(one.body)}}`;
    case "if":
    case "while":
      return `${one.kind} ${expression(one.test)}{${block(one.body)}}{${block(one.otherwise)}}`;
    case "for":
      return `for ${expression(one.target)} in ${expression(one.iterable)}{${block(one.body)}}`;
    case "block":
      return `block${one.bodies.map((body) => `{${block(body)}}`).join("")}`;
    case "assign":
      return `${one.targets.map(expression).join("=")}=${one.value === undefined ? "?" : expression(one.value)}`;
    case "augmented":
      return `${expression(one.target)}${one.operator}=${expression(one.value)}`;
    case "return":
      return `return ${one.value === undefined ? "" : expression(one.value)}`;
    case "expression":
      return expression(one.value);
    case "import":
      return `import ${one.names.map(({ path: from, name }) => `${from} as ${name}`).join(",")}`;
    case "assert":
      return `assert ${expression(one.test)}`;
    case "break":
    case "continue":
    case "other":
      return one.kind;
  }
}

function block(body: readonly PyStatement[]): string {
  return body.map(statement).join("; ");
}

function expression(one: PyExpression): string {
  switch (one.kind) {
    case "name":
      return one.name;
    case "number":
      return String(one.value);
    case "string":
      return JSON.stringify(one.value);
    case "constant":
      return String(one.value);
    case "attribute":
      return `${expression(one.object)}.${one.name}`;
    case "subscript":
      return `${expression(one.object)}[${expression(one.index)}]`;
    case "slice":
      return `${one.from === undefined ? "" : expression(one.from)}:${one.to === undefined ? "" : expression(one.to)}`;
    case "call":
      return `${expression(one.callee)}(${one.arguments
        .map(
          ({ name, stars, value }) =>
            "*".repeat(stars) + (name === undefined ? "" : `${name}=`) + expression(value),
        )
        .join(",")})`;
    case "unary":
      return `(${one.operator} ${expression(one.operand)})`;
    case "binary":
    case "boolean":
      return `(${expression(one.left)} ${one.operator} ${expression(one.right)})`;
    case "compare":
      return `(${expression(one.left)}${one.rest.map(({ operator, right }) => ` ${operator} ${expression(right)}`).join("")})`;
    case "conditional":
      return `(${expression(one.then)} if ${expression(one.test)} else ${expression(one.otherwise)})`;
    case "lambda":
      return `lambda ${one.parameters.map(({ name }) => name).join(",")}:${expression(one.body)}`;
    case "sequence":
      return `${one.form}(${one.items.map(expression).join(",")})`;
    case "dict":
      return `{${one.entries.map(({ key, value }) => `${key === undefined ? "**" : expression(key)}:${expression(value)}`).join(",")}}`;
    case "comprehension":
      return `[${expression(one.element)} for ${one.clauses.map(({ target, iterable }) => `${expression(target)} in ${expression(iterable)}`).join(" for ")}]`;
    case "star":
      return `*${expression(one.value)}`;
    case "unknown":
      return "?";
  }
}

test.each([
  ["a = b = 1 + 2 * 3 ** -x", "a=b=(1 + (2 * (3 ** (- x))))"],
  ["x = y if a and not b else z", "x=(y if (a and (not b)) else z)"],
  ["p[:, None] += q[1:2, ...]", "p[tuple(:,null)]+=q[tuple(1:2,?)]"],
  ["f(*a, b=1, **c)(d)[e].g", "f(*a,b=1,**c)(d)[e].g"],
  ["g = lambda m: (cdiv(M, m['B']),)", 'g=lambda m:tuple(cdiv(M,m["B"]))'],
  ["[C(i) for i in r for j in s if i < j]", "[C(i) for i in r for j in s]"],
  ["a < b <= c is not d not in e", "(a < b <= c is not d not in e)"],
  ["from a.b import (c as d, e,)", "import a.b.c as d,a.b.e as e"],
  ["import a.b, c.d as e", "import a as a,c.d as e"],
  ["if a:\n  b\nelif c: d\nelse:\n  e\n", "if a{b}{if c{d}{e}}"],
  ["@t.jit\nasync def f(a: int = 1, *, b):\n\treturn a", "def f(a,b){return a}"],
  ["with (open(a) as b, c as d):\n  e\n", "block{e}"],
  ["try:\n  a\nexcept (B, C) as d:\n  e\nfinally:\n  f\n", "block{a}{e}{f}"],
  ["match x:\n  case 1:\n    a\n  case _:\n    b\n", "block{a}{b}"],
  ["match = match(x)\n", "match=match(x)"],
  ["s = r'a' f\"{b}\" '''c\nd'''", 's="a{b}c\\nd"'],
  ["if not await f(x) or y:\n  pass", "if ((not f(x)) or y){other}{}"],
])("%j is read", (text, tree) => {
  expect(shown(text)).toBe(tree);
});

test("a statement that is being typed costs that statement alone", () => {
  expect(shown("a = 1\nb = tl.load(p + \nc = 3\ndef f(x):\n  return x\n")).toBe(
    "a=1; b=tl.load((p + c))=3; def f(x){return x} !=",
  );
  expect(shown("x = (1,\ndef f(y):\n  z = )\n  return y\n")).toBe(
    "x=tuple(1,?); def f(y){z=?; return y} ! !)",
  );
});

test("every truncation of a text is read without a throw", () => {
  const file = path.resolve(import.meta.dirname, "../../../examples/triton/attention.py");
  const text = readFileSync(file, "utf8");
  for (let length = 0; length < text.length; length += 5) parsePython(text.slice(0, length));
});

test("deep nesting ends in an error, not in a full stack", () => {
  for (const text of [
    "(".repeat(1e5),
    "-".repeat(1e5),
    "lambda:".repeat(1e5),
    "if a:\n".repeat(1e4),
  ])
    expect(parsePython(text).body.length).toBeGreaterThan(0);
  expect(parsePython("[".repeat(5000) + "]".repeat(5000)).errors.length).toBeGreaterThan(0);
});
