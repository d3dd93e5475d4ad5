import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { createRegistry } from "vscode-tmgrammar-test/dist/common/index.js";

const scopeName = "source.onnx-text";
const registry = createRegistry([
  { path: "syntaxes/onnx-text.tmLanguage.json", scopeName, language: "onnx-text" },
] as never);
const grammar = await registry.loadGrammar(scopeName);

/** Line by line, each word of the text with its innermost scope; punctuation aside. */
function check(text: string): string {
  let state: never = null as never;
  const shown: string[] = [];
  for (const line of text.split("\n")) {
    const words: string[] = [];
    const { tokens, ruleStack } = grammar!.tokenizeLine(line, state);
    state = ruleStack as never;
    for (const { startIndex, endIndex, scopes } of tokens) {
      const word = line.slice(startIndex, endIndex).trim();
      const scope = scopes.at(-1)!.replace(/\.onnx-text$/, "");
      if (word !== "" && !/^(?:punctuation|meta)/.test(scope)) words.push(`${word} ${scope}`);
    }
    if (words.length > 0) shown.push(words.join(", "));
  }
  return shown.join("\n");
}

describe("the grammar of ONNX text", () => {
  test("model header", () => {
    expect(check('# Hi\n<ir_version: 10, opset_import: ["" : 21]>')).toMatchInlineSnapshot(`
      "Hi comment.line.number-sign
      ir_version keyword.other.header, 10 constant.numeric.integer, opset_import keyword.other.header, 21 constant.numeric.integer"
    `);
  });

  test("graph header with types and weights", () => {
    const text =
      "net (float[N,?,3] x, seq(int64) s) => (bool ok)\n<\n  float[2] w = {1, -2.5e3, nan}\n>\n{\n}";
    expect(check(text)).toMatchInlineSnapshot(`
      "net entity.name.function, float storage.type, N variable.parameter.dimension, ? constant.language.unknown, 3 constant.numeric.integer, x variable.other.readwrite, seq storage.type, int64 storage.type, s variable.other.readwrite, => keyword.operator.arrow, bool storage.type, ok variable.other.readwrite
      float storage.type, 2 constant.numeric.integer, w variable.other.readwrite, = keyword.operator.assignment, 1 constant.numeric.integer, -2.5e3 constant.numeric.float, nan constant.language.float"
    `);
  });

  test("a node with label, domain, overload and attributes", () => {
    const text =
      'g () => () {\n  [conv] y, "a b" = my.ns.Conv:o <k = [1, 2], alpha: float = 1e-3, r = @q> (x, w)\n}';
    expect(check(text)).toMatchInlineSnapshot(`
      "g entity.name.function, => keyword.operator.arrow
      conv entity.name.label, y variable.other.readwrite, "a b" variable.other.readwrite, = keyword.operator.assignment, my.ns. entity.name.namespace, Conv support.function.operator, o entity.name.tag.overload, k entity.other.attribute-name, = keyword.operator.assignment, 1 constant.numeric.integer, 2 constant.numeric.integer, alpha entity.other.attribute-name, float storage.type.attribute, = keyword.operator.assignment, 1e-3 constant.numeric.float, r entity.other.attribute-name, = keyword.operator.assignment, @ keyword.operator.reference, q variable.parameter, x variable.other.readwrite, w variable.other.readwrite"
    `);
  });

  test("the body of a node", () => {
    const text =
      "g () => () {\n  y = If (b) <\n    then_branch = t () => (float a) {\n      a = Add (x, z)\n    }\n  >\n  z = Neg (y)\n}";
    expect(check(text)).toMatchInlineSnapshot(`
      "g entity.name.function, => keyword.operator.arrow
      y variable.other.readwrite, = keyword.operator.assignment, If support.function.operator, b variable.other.readwrite
      then_branch entity.other.attribute-name, = keyword.operator.assignment, t entity.name.function, => keyword.operator.arrow, float storage.type, a variable.other.readwrite
      a variable.other.readwrite, = keyword.operator.assignment, Add support.function.operator, x variable.other.readwrite, z variable.other.readwrite
      z variable.other.readwrite, = keyword.operator.assignment, Neg support.function.operator, y variable.other.readwrite"
    `);
  });

  test("a function", () => {
    const text =
      '<domain: "l", opset_import: ["" : 21]>\nf <limit: float = 1.0, other> (x) => (y) {\n  y = Neg (x)\n}';
    expect(check(text)).toMatchInlineSnapshot(`
      "domain keyword.other.header, l string.quoted.double, opset_import keyword.other.header, 21 constant.numeric.integer
      f entity.name.function, limit entity.other.attribute-name, float storage.type.attribute, = keyword.operator.assignment, 1.0 constant.numeric.float, other entity.other.attribute-name, x variable.other.readwrite, => keyword.operator.arrow, y variable.other.readwrite
      y variable.other.readwrite, = keyword.operator.assignment, Neg support.function.operator, x variable.other.readwrite"
    `);
  });

  test("a string keeps its escapes to itself", () => {
    expect(check('g () => () {\n  y = A <s = "a \\" # b"> (x)\n}')).toMatchInlineSnapshot(`
      "g entity.name.function, => keyword.operator.arrow
      y variable.other.readwrite, = keyword.operator.assignment, A support.function.operator, s entity.other.attribute-name, = keyword.operator.assignment, a string.quoted.double, \\" constant.character.escape, # b string.quoted.double, x variable.other.readwrite"
    `);
  });
});

describe("the examples", () => {
  const files = readdirSync("examples").filter((name) => name.endsWith(".onnxtxt"));

  test.each(files)(
    "%s: every statement's operator is coloured as one, and every bracket is closed",
    (name) => {
      const text = readFileSync(`examples/${name}`, "utf8");
      const operators = text.match(/= (?:[a-z]+\.)?\w+(?= [<(](?![^\n]*=> ))/g) ?? [];
      const coloured = check(text).match(/support\.function\.operator/g) ?? [];
      expect(coloured).toHaveLength(operators.length);
      let state: never = null as never;
      for (const line of text.split("\n"))
        state = grammar!.tokenizeLine(line, state).ruleStack as never;
      expect(grammar!.tokenizeLine("", state).tokens[0]!.scopes).toEqual([scopeName]);
    },
  );
});
