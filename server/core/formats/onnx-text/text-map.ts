import type { TextSpan } from "../../base/text-span.js";
import type { Assembly } from "../../graph/assemble.js";
import { absent, type Graph, type NodeId, type ValueId } from "../../graph/graph.js";
import type { TextModel } from "./model-syntax.js";
import type { TextGraph, TextNode } from "./syntax-context.js";

/**
 * Where everything of a model stands in its text: what editor features ask for. Made together with the model by one
 * parse, so spans and ids belong together.
 */
export interface TextMap {
  /** The `<ir_version: …>` of the model. */
  readonly header: TextSpan | undefined;
  /** The main graph, then its bodies and functions, each before its own bodies: in the order of their beginnings. */
  readonly graphs: readonly GraphMap[];
}

export interface GraphMap {
  readonly graph: Graph;
  readonly kind: "main" | "body" | "function";
  /** For a body: the graph around it, as an index into `TextMap.graphs`, the node that holds it and its attribute. */
  readonly host:
    | { readonly graphIndex: number; readonly nodeId: NodeId; readonly attribute: string }
    | undefined;
  /** For a function: its place in `Model.functions`. */
  readonly functionIndex: number | undefined;
  /** All of it; of a function with its header. */
  readonly whole: TextSpan;
  /** From the name to the end of the outputs. */
  readonly header: TextSpan;
  readonly name: TextSpan;
  /** The nodes with their braces. */
  readonly body: TextSpan | undefined;
  /** Weights and types between `<` and `>`. */
  readonly valueInfos: TextSpan | undefined;
  /** Names of inputs, weights, outputs and typed values before the nodes, in the order of the text. */
  readonly declarations: readonly Identifier[];
  /** In the order of the text. */
  readonly nodes: readonly NodeMap[];
  /** Index into `nodes` by node id. */
  readonly indexOfNode: readonly number[];
}

export interface NodeMap {
  readonly nodeId: NodeId;
  /** Nodes that the same statement makes beside `nodeId`. */
  readonly besides?: readonly NodeId[];
  readonly statement: TextSpan;
  readonly label: TextSpan | undefined;
  /** Domain, operator and overload. */
  readonly operator: TextSpan;
  /** Parallel to the node's `outputs` and `inputs`; empty where nothing is written. */
  readonly outputs: readonly TextSpan[];
  readonly inputs: readonly TextSpan[];
}

/** A name in the text and the value of its graph that it denotes. */
export interface Identifier {
  readonly span: TextSpan;
  readonly valueId: ValueId;
  readonly role: IdentifierRole;
}

/** `type`: an entry that says a type of a value that a node makes. `result`: among the outputs of the graph. */
export type IdentifierRole = "input" | "weight" | "result" | "type" | "definition" | "use";

export function makeTextMap(
  text: TextModel,
  assembly: Assembly,
  functionIndexOf: (body: TextGraph) => number | undefined,
): TextMap {
  const graphs: GraphMap[] = [];
  if (text.graph !== undefined)
    addGraph(graphs, assembly, text.graph, { kind: "main", whole: text.graph.spans.whole });
  for (const { body, span } of text.functions) {
    const functionIndex = functionIndexOf(body);
    if (functionIndex !== undefined)
      addGraph(graphs, assembly, body, { kind: "function", whole: span, functionIndex });
  }
  return { header: text.headerSpan, graphs };
}

function addGraph(
  graphs: GraphMap[],
  assembly: Assembly,
  raw: TextGraph,
  role: {
    readonly kind: GraphMap["kind"];
    readonly whole: TextSpan;
    readonly host?: GraphMap["host"];
    readonly functionIndex?: number;
  },
): void {
  const assembled = assembly.get(raw);
  if (assembled === undefined) return;
  const { graph, order } = assembled;
  const graphIndex = graphs.length;
  const nodeIds: number[] = [];
  order.forEach((rawIndex, nodeId) => (nodeIds[rawIndex] = nodeId));
  const { spans } = raw;
  graphs.push({
    graph,
    kind: role.kind,
    host: role.host,
    functionIndex: role.functionIndex,
    whole: role.whole,
    header: spans.header,
    name: spans.name,
    body: spans.body,
    valueInfos: spans.valueInfos,
    declarations: [
      ...identifiers(raw.inputs, assembled.inputs, "input"),
      ...identifiers(raw.outputs, assembled.outputs, "result"),
      ...identifiers(raw.initializers, assembled.initializers, "weight"),
      ...identifiers(raw.valueInfos, assembled.valueInfos, "type"),
      ...identifiers(raw.unreadable ?? [], assembled.unreadable, "definition"),
    ].sort((a, b) => a.span.start - b.span.start),
    ...nodeMaps(raw, order, nodeIds),
  });
  raw.nodes.forEach((node, rawIndex) => {
    for (const { attribute, graph: body } of node.bodies)
      addGraph(graphs, assembly, body, {
        kind: "body",
        whole: body.spans.whole,
        host: { graphIndex, nodeId: nodeIds[rawIndex] ?? 0, attribute },
      });
  });
}

/** One entry for each statement, whichever of its nodes it is about. */
function nodeMaps(
  raw: TextGraph,
  order: readonly number[],
  nodeIds: readonly number[],
): Pick<GraphMap, "nodes" | "indexOfNode"> {
  if (!raw.nodes.some(({ isHelper }) => isHelper === true))
    return {
      nodes: raw.nodes.map((node, rawIndex) => nodeMap(node, nodeIds[rawIndex] ?? 0)),
      indexOfNode: order,
    };
  const nodes: NodeMap[] = [];
  const indexOfNode: number[] = [];
  for (let start = 0; start < raw.nodes.length;) {
    const statement = raw.nodes[start]?.spans.statement;
    let end = start + 1;
    while (raw.nodes[end]?.spans.statement === statement && end < raw.nodes.length) end += 1;
    const indices = Array.from({ length: end - start }, (_, index) => start + index);
    const chosen = indices.find((index) => raw.nodes[index]?.isHelper !== true) ?? end - 1;
    const node = raw.nodes[chosen];
    const besides = indices.flatMap((index) => (index === chosen ? [] : (nodeIds[index] ?? 0)));
    for (const index of indices) indexOfNode[nodeIds[index] ?? 0] = nodes.length;
    if (node !== undefined)
      nodes.push({
        ...nodeMap(node, nodeIds[chosen] ?? 0),
        ...(besides.length > 0 && { besides }),
      });
    start = end;
  }
  return { nodes, indexOfNode };
}

function nodeMap({ spans, inputSpans, outputSpans }: TextNode, nodeId: NodeId): NodeMap {
  const { statement, label, operator } = spans;
  return { nodeId, statement, label, operator, outputs: outputSpans, inputs: inputSpans };
}

function identifiers(
  entries: readonly { readonly place?: TextGraph["place"] }[],
  ids: readonly ValueId[],
  role: IdentifierRole,
): readonly Identifier[] {
  const found: Identifier[] = [];
  entries.forEach(({ place }, index) => {
    const valueId = ids[index] ?? absent;
    if (place?.kind === "text" && valueId !== absent)
      found.push({ span: place.span, valueId, role });
  });
  return found;
}
