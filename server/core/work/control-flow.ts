import type { Problem } from "../base/problem.js";
import { numberOfConstant } from "../graph/constant.js";
import { absent, type Graph, type Node, type NodeId, type Value } from "../graph/graph.js";
import type { ValueId } from "../graph/graph.js";
import type { InferredGraph } from "../graph/inferred.js";
import { unboundedTrips } from "../ops/loop.js";
import { bodiesOf, nodeSubject } from "./dataflow.js";
import type { GraphWork } from "./works.js";

/**
 * What decides how control flow runs, and is not known before it does. A branch is costed all the same, as the costlier
 * one, and that is said; a loop is not, since nothing bounds it.
 */
export function problemsOfControlFlow({ flow, works }: GraphWork): readonly Problem[] {
  const open: NodeId[] = [];
  for (const [nodeId, node] of flow.graph.nodes.entries())
    if (isControl(node, "If") && works[nodeId]?.kind === "known" && !isDecided(flow.inferred, node))
      open.push(nodeId);
  const [first] = open;
  if (first === undefined) return [];
  const others = open.length - 1;
  const more = others === 0 ? "" : ` (and ${others} more ${others === 1 ? "branch" : "branches"})`;
  const decider = flow.graph.nodes[first]?.inputs[0] ?? absent;
  return [
    {
      code: "RP2210",
      severity: "information",
      message: `${nodeSubject(flow.graph, first)}${more} depends on data and is costed as its costlier branch${adviceOf(flow.graph, decider)}.`,
      nodeId: first,
    },
  ];
}

/** Which nodes have a cost only because sizes that depend on data were taken at their most. */
export function problemsOfDataExtents(open: GraphWork, atMost: GraphWork): readonly Problem[] {
  if (open === atMost) return [];
  const { graph } = open.flow;
  const bounded = open.works.flatMap((work, nodeId) =>
    work.kind === "no-shapes" && atMost.works[nodeId]?.kind !== "no-shapes" ? [nodeId] : [],
  );
  const [first] = bounded;
  if (first === undefined) return [];
  const nodes = bounded.length === 1 ? "1 node works" : `${bounded.length} nodes work`;
  return [
    {
      code: "RP2212",
      severity: "information",
      message: `${nodes} on as many elements as the data says, ${nodeSubject(graph, first)} first; sizes are taken at the most that they can be, so times and memory are upper ends.`,
      nodeId: first,
    },
  ];
}

/** Why a loop, or what holds it, has no cost when its trip count is all that is missing. */
export function reasonOfLoop(inferred: InferredGraph, nodeId: NodeId): string | undefined {
  const decider = undecidedLoop(inferred, nodeId);
  if (decider === undefined) return undefined;
  const node = inferred.graph.nodes[nodeId];
  const subject = node?.op === "Loop" ? "it" : "a loop in it";
  return `How often ${subject} repeats depends on the data${adviceOf(inferred.graph, decider)}.`;
}

/** Scalar inputs of the model that decide a branch or how often a loop repeats: a user can give them values. */
export function decidingInputs({ graph }: InferredGraph): readonly Value[] {
  const found = new Set<ValueId>();
  for (const node of graph.nodes) for (const id of decidersOf(node, 0)) found.add(id);
  return graph.inputs.flatMap((id) => {
    const value = graph.values[id];
    return value === undefined || value.weight !== undefined || !found.has(id) ? [] : [value];
  });
}

/** The trip count that an undecided loop waits for, as a value of this graph; -1 for one that is not of it. */
function undecidedLoop(inferred: InferredGraph, nodeId: NodeId): ValueId | undefined {
  const node = inferred.graph.nodes[nodeId];
  if (node === undefined) return undefined;
  if (isControl(node, "Loop") && !isDecided(inferred, node)) return node.inputs[0] ?? absent;
  for (const body of inferred.bodies.get(nodeId) ?? []) {
    for (let inner = 0; inner < body.graph.nodes.length; inner++) {
      const decider = undecidedLoop(body, inner);
      if (decider !== undefined) return outerOf(body.graph, decider);
    }
  }
  return undefined;
}

/** Values around a node that decide how it or a node in its bodies runs. */
function decidersOf(node: Node, depth: number): readonly ValueId[] {
  if (node.attributes.size === 0 || depth > depthLimit) return none;
  const own = isControl(node, "If") || isControl(node, "Loop") ? [node.inputs[0] ?? absent] : none;
  const inner = bodiesOf(node).flatMap((body) =>
    body.nodes
      .flatMap((nested) => decidersOf(nested, depth + 1))
      .map((decider) => outerOf(body, decider)),
  );
  return [...own, ...inner];
}

function isControl({ op, domain }: Node, wanted: "If" | "Loop"): boolean {
  return op === wanted && domain === "";
}

function isDecided({ constants }: InferredGraph, { op, inputs }: Node): boolean {
  const value = numberOfConstant(constants.get(inputs[0] ?? absent));
  return value !== undefined && (op !== "Loop" || value < unboundedTrips);
}

function outerOf(body: Graph, id: ValueId): ValueId {
  return body.captures.find(({ inner }) => inner === id)?.outer ?? absent;
}

function adviceOf(graph: Graph, decider: ValueId): string {
  if (!graph.inputs.includes(decider)) return "";
  return `; give --dim ${graph.values[decider]?.name ?? ""}=N, or set it in the panel`;
}

const depthLimit = 20;
const none: readonly ValueId[] = [];
