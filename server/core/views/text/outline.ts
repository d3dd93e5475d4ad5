import type { TextSpan } from "../../base/text-span.js";
import type { GraphMap, Identifier, NodeMap, TextMap } from "../../formats/onnx-text/text-map.js";
import { operatorKey } from "../../graph/graph.js";

export interface OutlineItem {
  readonly name: string;
  readonly detail: string;
  readonly kind: "graph" | "function" | "node" | "weight" | "input";
  readonly span: TextSpan;
  /** Inside `span`. */
  readonly nameSpan: TextSpan;
  readonly children: readonly OutlineItem[];
}

/** The graph and the functions with their inputs, weights and nodes; bodies stand under the node that has them. */
export function outlineOf({ graphs }: TextMap): readonly OutlineItem[] {
  // A body follows its host in the list, so walking backwards finishes bodies before the nodes that hold them.
  const bodies = new Map<string, OutlineItem[]>();
  const items: OutlineItem[] = [];
  for (let index = graphs.length - 1; index >= 0; index -= 1) {
    const graph = graphs[index];
    if (graph === undefined) continue;
    const item = itemOfGraph(graph, (nodeId) => bodies.get(`${index}/${nodeId}`) ?? []);
    if (graph.host === undefined) {
      items.unshift(item);
      continue;
    }
    const key = `${graph.host.graphIndex}/${graph.host.nodeId}`;
    bodies.set(key, [
      { ...item, name: graph.host.attribute, detail: `body ${item.name} · ${item.detail}` },
      ...(bodies.get(key) ?? []),
    ]);
  }
  return items;
}

function itemOfGraph(
  graph: GraphMap,
  bodiesOf: (nodeId: number) => readonly OutlineItem[],
): OutlineItem {
  const { length } = graph.nodes;
  const kind = graph.kind === "function" ? "function" : "graph";
  return {
    name: graph.graph.name === "" ? kind : graph.graph.name,
    detail: length === 1 ? "1 node" : `${length} nodes`,
    kind,
    span: graph.whole,
    nameSpan: within(graph.name, graph.whole),
    children: [
      ...graph.declarations.flatMap((identifier) => itemOfDeclaration(graph, identifier)),
      ...graph.nodes.map((node) => itemOfNode(graph, node, bodiesOf(node.nodeId))),
    ],
  };
}

function itemOfDeclaration(graph: GraphMap, { span, valueId, role }: Identifier): OutlineItem[] {
  if (role !== "input" && role !== "weight") return [];
  const name = graph.graph.values[valueId]?.name ?? "";
  return [
    {
      name: name === "" ? role : name,
      detail: role,
      kind: role,
      span,
      nameSpan: span,
      children: [],
    },
  ];
}

function itemOfNode(
  { graph }: GraphMap,
  { nodeId, statement, operator }: NodeMap,
  children: readonly OutlineItem[],
): OutlineItem {
  const node = graph.nodes[nodeId];
  const outputs = (node?.outputs ?? [])
    .map((id) => graph.values[id]?.name ?? "")
    .filter((name) => name !== "");
  const op = node === undefined ? "?" : operatorKey(node.domain, node.op);
  const name = node === undefined || node.name === "" ? outputs.join(", ") : node.name;
  return {
    name: name === "" ? op : name,
    detail: op,
    kind: "node",
    span: statement,
    nameSpan: within(operator, statement),
    children,
  };
}

function within(inner: TextSpan, outer: TextSpan): TextSpan {
  return outer.start <= inner.start && inner.end <= outer.end ? inner : outer;
}
