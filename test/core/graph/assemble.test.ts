import { describe, expect, test } from "vitest";
import { assembleGraph } from "../../../server/core/graph/assemble.js";
import type { Problem } from "../../../server/core/base/problem.js";
import { absent, type Graph } from "../../../server/core/graph/graph.js";
import type { RawAttribute, RawGraph, RawNode } from "../../../server/core/graph/raw-graph.js";

function node(line: string, attributes: Readonly<Record<string, RawAttribute>> = {}): RawNode {
  const [outputs = "", call = ""] = line.split(" = ");
  const [op = "", inputs = ""] = call.replace(")", "").split("(");
  const names = (text: string) => (text === "" ? [] : text.split(",").map((name) => name.trim()));
  return {
    name: "",
    op,
    domain: "",
    inputs: names(inputs),
    outputs: names(outputs),
    attributes: new Map(Object.entries(attributes)),
    scope: "",
  };
}

function graph(inputs: string, outputs: string, nodes: readonly RawNode[]): RawGraph {
  const values = (text: string) => (text === "" ? [] : text.split(" ").map((name) => ({ name })));
  const constant = { elementType: "float32", shape: [], byteLength: 4 } as const;
  return {
    name: "g",
    inputs: values(inputs),
    outputs: values(outputs),
    initializers: [{ name: "w", weight: constant }],
    valueInfos: [],
    nodes,
  };
}

function check(raw: RawGraph): { lines: readonly string[]; graph: Graph } {
  const problems: Problem[] = [];
  const assembled = assembleGraph(raw, (problem) => problems.push(problem)).get(raw)!;
  const name = (id: number) => (id === absent ? "_" : assembled.graph.values[id]!.name);
  const lines = assembled.graph.nodes.map(
    (made) => `${made.outputs.map(name).join()} = ${made.op}(${made.inputs.map(name).join()})`,
  );
  for (const problem of problems) lines.push(`${problem.code} ${problem.nodeId ?? "-"}`);
  return { lines, graph: assembled.graph };
}

describe("assembleGraph", () => {
  test("nodes that stand before their makers are moved behind them, the others stay", () => {
    const raw = graph("x", "c", [node("c = C(b)"), node("a = A(x,w)"), node("b = B(a)")]);
    expect(check(raw).lines).toEqual(["a = A(x,w)", "b = B(a)", "c = C(b)"]);
  });

  test("a left out input or output stays in its position", () => {
    expect(check(graph("x", "b", [node("a, , b = A(x,,w)")])).lines).toEqual(["a,_,b = A(x,_,w)"]);
  });

  test("a missing input is reported with its node's position in execution order", () => {
    const raw = graph("x", "b", [node("b = B(a,nowhere)"), node("a = A(x)")]);
    expect(check(raw).lines).toEqual(["a = A(x)", "b = B(a,nowhere)", "RP1050 1"]);
  });

  test("a name that is made twice keeps its first maker", () => {
    const raw = graph("x", "b", [node("a = A(x)"), node("a = B(x)"), node("b = C(a)")]);
    const { lines, graph: made } = check(raw);
    expect(lines.at(-1)).toBe("RP1051 -");
    expect(made.nodes[2]!.inputs).toEqual(made.nodes[0]!.outputs);
    expect(made.nodes[1]!.outputs).not.toEqual(made.nodes[0]!.outputs);
  });

  test("a cycle is reported once and every node stays", () => {
    const raw = graph("x", "a", [node("a = A(b,x)"), node("b = B(a)"), node("c = C(c)")]);
    const { lines } = check(raw);
    expect(lines.filter((line) => line.startsWith("RP1052"))).toHaveLength(2);
    expect(lines).toHaveLength(5);
  });

  test("a weight that is listed among the inputs is no input to feed", () => {
    const { graph: made } = check(graph("x w", "a", [node("a = A(x,w)")]));
    expect(made.inputs.map((id) => made.values[id]!.name)).toEqual(["x"]);
    expect(made.values.filter((value) => value.name === "w")).toHaveLength(1);
  });

  test("a body captures values of graphs around it, and its node waits for them", () => {
    const inner = graph("", "d", [node("d = D(a)")]);
    const middle = graph("", "c", [
      node("c = If(x)", { then_branch: { kind: "raw-graph", value: inner } }),
    ]);
    const raw = graph("x", "y", [
      node("y = If(x)", { then_branch: { kind: "raw-graph", value: middle } }),
      node("a = A(x)"),
    ]);
    const { lines, graph: made } = check(raw);
    expect(lines).toEqual(["a = A(x)", "y = If(x)"]);
    const body = made.nodes[1]!.attributes.get("then_branch");
    const captured = body?.kind === "graph" ? body.value.captures : [];
    expect(captured.map(({ outer }) => made.values[outer]!.name).sort()).toEqual(["a", "x"]);
  });

  test("a chain of 20,000 nodes written backwards is sorted", () => {
    const nodes = Array.from({ length: 20_000 }, (_, index) =>
      node(`v${index + 1} = A(v${index})`),
    );
    const raw = graph("v0", "v20000", nodes.reverse());
    const { graph: made } = check(raw);
    expect(made.values[made.nodes[0]!.inputs[0]!]!.name).toBe("v0");
  });

  test("at most 200 problems of one model are reported", () => {
    const nodes = Array.from({ length: 1000 }, (_, index) =>
      node(`a${index} = A(nowhere${index})`),
    );
    expect(
      check(graph("", "a0", nodes)).lines.filter((line) => line.startsWith("RP")),
    ).toHaveLength(200);
  });
});
