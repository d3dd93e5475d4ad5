import { describe, expect, test } from "vitest";
import { emptyNeighbourhood } from "../../../server/core/base/byte-source.js";
import { neverCancelled } from "../../../server/core/base/cancel.js";
import type { TextSpan } from "../../../server/core/base/text-span.js";
import { readText } from "../../../server/core/formats/onnx-text/read-text.js";
import {
  definition,
  identifierAt,
  nodeAt,
  occurrences,
} from "../../../server/core/formats/onnx-text/text-queries.js";

const sample = `<ir_version: 10, opset_import: ["" : 21]>
main (float[4] x, bool b) => (float[4] z)
<float w = {1}, float[4] y>
{
    z = If (b) <
        then_branch = t () => (a) { a = Add (y, w) },
        else_branch = u () => (a) { a = Abs (x) }
    >
    [label] y = my.Scale (x, , w)
}

<domain: "my", opset_import: ["" : 21]>
Scale (x, none, s) => (r) { r = Mul (x, s) }
`;

const { map, model, problems } = readText(sample, {
  fileName: "m.onnxtxt",
  neighbourhood: emptyNeighbourhood,
  cancel: neverCancelled,
});

function textOf(span: TextSpan | undefined): string {
  return span === undefined ? "" : sample.slice(span.start, span.end);
}

/** Offset of the `count`th whole word. */
function offsetOf(word: string, count = 1): number {
  const all = [...sample.matchAll(new RegExp(`\\b${word}\\b`, "g"))];
  return all[count - 1]!.index;
}

/** Lines of all places of the value under the `count`th `word`, the defining one marked. */
function check(word: string, count = 1): string {
  const found = identifierAt(map, offsetOf(word, count))!;
  const made = definition(map, found.graphIndex, found.found.valueId);
  return occurrences(map, found.graphIndex, found.found.valueId)
    .map(({ span, role }) => {
      const line = sample.slice(0, span.start).split("\n").length;
      return `${line} ${role}${span.start === made?.span.start ? "!" : ""}`;
    })
    .join(", ");
}

test("the sample has no problems", () => expect(problems).toEqual([]));

test("graphs stand in the order of the text, bodies behind the graph around them", () => {
  expect(map.graphs.map(({ kind, name }) => `${kind} ${textOf(name)}`)).toEqual([
    "main main",
    "body t",
    "body u",
    "function Scale",
  ]);
  expect(map.graphs[1]!.host).toEqual({ graphIndex: 0, nodeId: 1, attribute: "then_branch" });
  expect(map.graphs[3]!.functionIndex).toBe(0);
  expect(map.graphs[3]!.graph).toBe(model!.functions[0]!.body);
});

test("spans of a graph", () => {
  const main = map.graphs[0]!;
  expect(textOf(map.header)).toBe('<ir_version: 10, opset_import: ["" : 21]>');
  expect(textOf(main.header)).toBe("main (float[4] x, bool b) => (float[4] z)");
  expect(textOf(main.valueInfos)).toBe("<float w = {1}, float[4] y>");
  expect(textOf(main.body)).toMatch(/^\{\n {4}z = If[^]*w\)\n\}$/);
  expect(textOf(map.graphs[3]!.whole)).toMatch(/^<domain[^]*\}$/);
});

test("spans of a node, found by its id although nodes were sorted", () => {
  const main = map.graphs[0]!;
  const node = main.nodes[main.indexOfNode[0]!]!;
  expect(model!.graph.nodes[0]!.op).toBe("Scale");
  expect(textOf(node.statement)).toBe("[label] y = my.Scale (x, , w)");
  expect(textOf(node.operator)).toBe("my.Scale");
  expect(textOf(node.label)).toBe("label");
  expect(node.outputs.map(textOf)).toEqual(["y"]);
  expect(node.inputs.map(textOf)).toEqual(["x", "", "w"]);
});

describe("a name leads to all places of its value", () => {
  test.each([
    ["x", 1, "2 input!, 7 use, 9 use"],
    ["x", 2, "2 input!, 7 use, 9 use"],
    ["w", 2, "3 weight!, 6 use, 9 use"],
    ["y", 1, "3 type, 6 use, 9 definition!"],
    ["y", 2, "3 type, 6 use, 9 definition!"],
    ["z", 1, "2 result, 5 definition!"],
    ["a", 2, "6 result, 6 definition!"],
    ["r", 1, "13 result, 13 definition!"],
    ["none", 1, "13 input!"],
  ])("%s, %i", (word, count, expected) => {
    expect(check(word, count)).toBe(expected);
  });
});

test("the innermost node at a place", () => {
  const opAt = (offset: number) => {
    const found = nodeAt(map, offset);
    return found?.graph.graph.nodes[found.found.nodeId]?.op;
  };
  expect(opAt(offsetOf("Add"))).toBe("Add");
  expect(opAt(offsetOf("then_branch"))).toBe("If");
  expect(opAt(offsetOf("else_branch") + 15)).toBe("If");
  expect(opAt(offsetOf("label"))).toBe("Scale");
  expect(opAt(offsetOf("Mul"))).toBe("Mul");
  expect(opAt(offsetOf("main"))).toBeUndefined();
});
