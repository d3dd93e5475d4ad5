import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { createRegistry } from "vscode-tmgrammar-test/dist/common/index.js";

const scopeName = "source.mlir";
const registry = createRegistry([
  { path: "syntaxes/mlir.tmLanguage.json", scopeName, language: "mlir" },
] as never);
const grammar = await registry.loadGrammar(scopeName);

/** Line by line, each word of the text that has a scope of its own, with the innermost. */
function check(text: string): string {
  let state: never = null as never;
  const shown: string[] = [];
  for (const line of text.split("\n")) {
    const words: string[] = [];
    const { tokens, ruleStack } = grammar!.tokenizeLine(line, state);
    state = ruleStack as never;
    for (const { startIndex, endIndex, scopes } of tokens) {
      const word = line.slice(startIndex, endIndex).trim();
      const scope = scopes.at(-1)!.replace(/\.mlir$/, "");
      if (word !== "" && scope !== "source" && !scope.startsWith("meta"))
        words.push(`${word} ${scope}`);
    }
    if (words.length > 0) shown.push(words.join(", "));
  }
  return shown.join("\n");
}

test("aliases, functions, operations, values, types, attributes and locations", () => {
  const text = `// Hi
#map = affine_map<(d0) -> (d0)>
func.func private @f(%arg0: tensor<4x?xbf16>) -> memref<2xi8> {
  %0:2 = "stablehlo.add"(%arg0, %1#1) {k = 2.5e-1 : f32, on = true} : (!torch.int) -> i1
^bb1:
  return %0 loc("a")
}`;
  expect(check(text)).toMatchInlineSnapshot(`
    "// Hi comment.line.double-slash
    #map entity.name.type, = keyword.operator.assignment, affine_map support.function, -> keyword.operator.arrow
    func.func keyword.other, private storage.modifier, @f entity.name.function, %arg0 variable.other, tensor support.type, 4 constant.numeric, bf16 support.type, -> keyword.operator.arrow, memref support.type, 2 constant.numeric, i8 support.type
    %0 variable.other, 2 constant.numeric, " string.quoted.double, stablehlo.add string.quoted.double, " string.quoted.double, %arg0 variable.other, %1#1 variable.other, k entity.other.attribute-name, = keyword.operator.assignment, 2.5e-1 constant.numeric, f32 support.type, on entity.other.attribute-name, = keyword.operator.assignment, true constant.language, !torch.int support.type, -> keyword.operator.arrow, i1 support.type
    ^bb1 entity.name.label
    return keyword.other.operation, %0 variable.other, loc support.function, " string.quoted.double, a string.quoted.double, " string.quoted.double"
  `);
});

test("strings end, and what stands behind is none", () => {
  const lines = check('%0 = "a.b"() {k = "x\\"y"} : () -> f32\n%1 = foo.bar %0').split("\n");
  expect(lines).toHaveLength(2);
  expect(lines[1]).toBe("%1 variable.other, foo.bar keyword.other.operation, %0 variable.other");
});

test("no text of the tests leaves a string, a comment or resources open at its end", () => {
  const folder = "test/fixtures/mlir";
  const names = readdirSync(folder).filter((name) => name.endsWith(".mlir"));
  expect(names.length).toBeGreaterThan(4);
  for (const name of names) {
    const text = readFileSync(`${folder}/${name}`, "utf8");
    expect(check(`${text}\n%end`).split("\n").at(-1), name).toBe("%end variable.other");
  }
});
