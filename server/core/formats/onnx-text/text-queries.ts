import type { TextSpan } from "../../base/text-span.js";
import { absent, type ValueId } from "../../graph/graph.js";
import type { GraphMap, Identifier, NodeMap, TextMap } from "./text-map.js";

/** What stands at an offset, and where a value is made and used: the questions of hovers, definitions, references. */
export interface Found<T> {
  readonly graphIndex: number;
  readonly graph: GraphMap;
  readonly found: T;
}

/** The innermost graph whose text holds the offset. */
export function graphAt(map: TextMap, offset: number): Found<GraphMap> | undefined {
  // Graphs stand in the order of their beginnings, so the last one around the offset is the innermost.
  for (let graphIndex = map.graphs.length - 1; graphIndex >= 0; graphIndex -= 1) {
    const graph = map.graphs[graphIndex];
    if (graph !== undefined && holds(graph.whole, offset))
      return { graphIndex, graph, found: graph };
  }
  return undefined;
}

/** The innermost node whose statement holds the offset. */
export function nodeAt(map: TextMap, offset: number): Found<NodeMap> | undefined {
  const inner = graphAt(map, offset);
  if (inner === undefined) return undefined;
  const { graphIndex, graph } = inner;
  const node = lastNotAfter(graph.nodes, offset);
  if (node !== undefined && holds(node.statement, offset))
    return { graphIndex, graph, found: node };
  // In the header of a body: the node that holds the body.
  const host = graph.host === undefined ? undefined : map.graphs[graph.host.graphIndex];
  const hostNode = host?.nodes[host.indexOfNode[graph.host?.nodeId ?? 0] ?? 0];
  if (graph.host === undefined || host === undefined || hostNode === undefined) return undefined;
  return { graphIndex: graph.host.graphIndex, graph: host, found: hostNode };
}

/** The name of a value at the offset; its end counts too, where a cursor stands behind a word. */
export function identifierAt(map: TextMap, offset: number): Found<Identifier> | undefined {
  const inner = graphAt(map, offset);
  if (inner === undefined) return undefined;
  const { graphIndex, graph } = inner;
  const node = lastNotAfter(graph.nodes, offset);
  const inNode = node === undefined ? [] : identifiersOfNode(graph, node);
  const found = [...inNode, ...graph.declarations].find(({ span }) => holds(span, offset));
  return found && { graphIndex, graph, found };
}

export interface Occurrence {
  readonly span: TextSpan;
  readonly graphIndex: number;
  readonly role: Identifier["role"];
}

/**
 * Everywhere a value is written, in the graph that makes it and in the bodies that capture it, in the order of the
 * text. The value may be given as any of these graphs knows it.
 */
export function occurrences(map: TextMap, graphIndex: number, valueId: ValueId): Occurrence[] {
  const origin = originOf(map, graphIndex, valueId);
  const found: Occurrence[] = [];
  const valueIdByGraph = new Map<number, ValueId>([[origin.graphIndex, origin.valueId]]);
  for (let index = origin.graphIndex; index < map.graphs.length; index += 1) {
    const graph = map.graphs[index];
    if (graph === undefined) break;
    if (index > origin.graphIndex) {
      const outer =
        graph.host === undefined ? undefined : valueIdByGraph.get(graph.host.graphIndex);
      const capture = graph.graph.captures.find((candidate) => candidate.outer === outer);
      if (capture === undefined) continue;
      valueIdByGraph.set(index, capture.inner);
    }
    const wanted = valueIdByGraph.get(index);
    const collect = ({ span, valueId: id, role }: Identifier): void => {
      if (id === wanted && span.end > span.start) found.push({ span, graphIndex: index, role });
    };
    graph.declarations.forEach(collect);
    for (const node of graph.nodes) identifiersOfNode(graph, node).forEach(collect);
  }
  return found.sort((a, b) => a.span.start - b.span.start);
}

/** Where a value is made: its input, weight or node output; undefined when nothing makes it. */
export function definition(
  map: TextMap,
  graphIndex: number,
  valueId: ValueId,
): Occurrence | undefined {
  const all = occurrences(map, graphIndex, valueId);
  for (const role of ["definition", "weight", "input"] as const) {
    const found = all.find((occurrence) => occurrence.role === role);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Follows captures outward to the graph that makes the value. */
function originOf(
  map: TextMap,
  graphIndex: number,
  valueId: ValueId,
): { readonly graphIndex: number; readonly valueId: ValueId } {
  const graph = map.graphs[graphIndex];
  const capture = graph?.graph.captures.find(({ inner }) => inner === valueId);
  if (graph?.host === undefined || capture === undefined) return { graphIndex, valueId };
  return originOf(map, graph.host.graphIndex, capture.outer);
}

function identifiersOfNode(graph: GraphMap, node: NodeMap): readonly Identifier[] {
  const known = graph.graph.nodes[node.nodeId];
  const found: Identifier[] = [];
  node.outputs.forEach((span, index) => {
    const valueId = known?.outputs[index] ?? absent;
    if (valueId !== absent) found.push({ span, valueId, role: "definition" });
  });
  node.inputs.forEach((span, index) => {
    const valueId = known?.inputs[index] ?? absent;
    if (valueId !== absent) found.push({ span, valueId, role: "use" });
  });
  return found;
}

/** The last node that does not begin behind the offset. */
function lastNotAfter(nodes: readonly NodeMap[], offset: number): NodeMap | undefined {
  let low = 0;
  let high = nodes.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((nodes[middle]?.statement.start ?? 0) <= offset) low = middle + 1;
    else high = middle;
  }
  return nodes[low - 1];
}

function holds(span: TextSpan, offset: number): boolean {
  return span.start <= offset && offset <= span.end;
}
