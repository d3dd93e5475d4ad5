import type { Problem } from "../base/problem.js";
import { formatNumber } from "../base/units.js";
import { absent, type Graph, type NodeId, type ValueId } from "../graph/graph.js";
import { choicesOfNode, type QuantizationFacts } from "./facts.js";
import { formatAnswer } from "./format-answer.js";
import { shiftFormDb } from "./shift-functions.js";
import { producersOf } from "./stored-weight.js";

/** What has no integer form in the usual kernels (I-ViT, arXiv 2207.01405, section 3); a runtime's own are in its data. */
const floatOperators: ReadonlySet<string> = new Set([
  ...["Softmax", "LogSoftmax", "LayerNormalization", "InstanceNormalization", "Gelu", "Erf"],
  ...["Exp", "Sqrt", "Pow"],
]);

/**
 * RP2304: operators that an integer-only runtime computes in floating point. The answer makes the island larger: layers that
 * feed it or read it stay in floating point too, so that nothing is rounded on its shores.
 */
export function floatIslands(graph: Graph, facts: QuantizationFacts): readonly Problem[] {
  const { support, choices } = facts;
  if (support?.isIntegerOnly !== true) return [];
  const shores = shoresOf(graph, facts);
  const { length: last } = graph.nodes;
  return graph.nodes.flatMap((node, nodeId): Problem[] => {
    // A softmax at the very end is left to the host as a rule.
    if (!floatOperators.has(node.op) || nodeId >= last - 1) return [];
    if (support.integerOperators.includes(node.op)) return [];
    const answer = formatAnswer(facts, shores(nodeId), "int8", "");
    return [
      {
        code: "RP2304",
        severity: "information",
        nodeId,
        ...(answer !== undefined && { answer }),
        message: `This ${node.op} forces a float island in an integer-only pipeline (${choices?.target.runtime.name ?? ""}): values are widened before it and rounded again after it.${shiftText(node.op)}`,
      },
    ];
  });
}

/** What the operator would err by in integers alone. */
function shiftText(op: string): string {
  const db = shiftFormDb(op);
  return db === undefined
    ? ""
    : ` In integers by shifts (I-ViT) it would keep ${formatNumber(db, 2)} dB on normally distributed values.`;
}

/** Operators between a layer and an island that are looked through: an activation, a reshape, a residual sum. */
const reach = 4;

/** The layers with a choice of format that a node's values come from or go to. */
function shoresOf(graph: Graph, facts: QuantizationFacts): (nodeId: NodeId) => readonly NodeId[] {
  const producers = producersOf(graph);
  const idOf = new Map(graph.nodes.map((node, nodeId) => [node, nodeId]));
  const readers = new Map<ValueId, NodeId[]>();
  for (const [nodeId, node] of graph.nodes.entries())
    for (const id of node.inputs)
      if (id !== absent) readers.set(id, [...(readers.get(id) ?? []), nodeId]);
  const before = (nodeId: NodeId): readonly NodeId[] =>
    (graph.nodes[nodeId]?.inputs ?? []).flatMap((id) => {
      const producer = producers.get(id);
      return (producer && idOf.get(producer)) ?? [];
    });
  const after = (nodeId: NodeId): readonly NodeId[] =>
    (graph.nodes[nodeId]?.outputs ?? []).flatMap((id) => readers.get(id) ?? []);
  const walk = (
    nodeId: NodeId,
    next: (nodeId: NodeId) => readonly NodeId[],
    steps: number,
    found: Set<NodeId>,
  ): void => {
    for (const other of next(nodeId))
      if (choicesOfNode(facts, other) !== undefined) found.add(other);
      else if (steps > 1) walk(other, next, steps - 1, found);
  };
  return (nodeId) => {
    const found = new Set<NodeId>();
    walk(nodeId, before, reach, found);
    walk(nodeId, after, reach, found);
    return [...found].sort((left, right) => left - right);
  };
}
