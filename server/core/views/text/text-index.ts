import type { TextSpan } from "../../base/text-span.js";
import type { GraphMap, NodeMap, TextMap } from "../../formats/onnx-text/text-map.js";
import { nodeAt } from "../../formats/onnx-text/text-queries.js";
import type { Model, Node, NodeId } from "../../graph/graph.js";
import { traceExpansion } from "./expansion.js";

/** A text's map joined with the analysis of what it says: which statement has which costs. */
export interface TextIndex {
  readonly map: TextMap;
  /** All statements at every depth, by where they start. */
  readonly statements: readonly Statement[];
}

export interface Statement {
  readonly graph: GraphMap;
  readonly map: NodeMap;
  /** The node as written. */
  readonly node: Node;
  /**
   * Nodes of the analysed graph whose cost stands here: one; the nodes of the function it calls; one per call for a
   * statement of a function; none in the body of an If, Loop or Scan, whose cost stands at the node that holds it.
   */
  readonly nodeIds: readonly NodeId[];
}

/**
 * `written` is the model that the map belongs to; `expanded` is that of the analysis. They have the same nodes in the
 * same order, but for functions; ids of values need not agree, since the text may have been printed from a file.
 */
export function indexText(map: TextMap, written: Model, expanded: Model): TextIndex {
  const expansion = traceExpansion(written, expanded);
  const statements = map.graphs.flatMap((graph) =>
    graph.nodes.flatMap((nodeMap): Statement[] => {
      const node = graph.graph.nodes[nodeMap.nodeId];
      if (node === undefined) return [];
      const expandedOf = (nodeId: NodeId): readonly NodeId[] =>
        (graph.kind === "main"
          ? expansion.main[nodeId]
          : graph.kind === "function"
            ? expansion.functions[graph.functionIndex ?? -1]?.[nodeId]
            : undefined) ?? [];
      const nodeIds = [nodeMap.nodeId, ...(nodeMap.besides ?? [])].flatMap(expandedOf);
      return [{ graph, map: nodeMap, node, nodeIds }];
    }),
  );
  statements.sort((a, b) => a.map.statement.start - b.map.statement.start);
  return { map, statements };
}

/** The innermost statement at an offset. */
export function statementAt(index: TextIndex, offset: number): Statement | undefined {
  const found = nodeAt(index.map, offset);
  if (found === undefined) return undefined;
  const { statements } = index;
  const start = found.found.statement.start;
  for (let at = firstAtOrAfter(statements, start); at < statements.length; at += 1) {
    const statement = statements[at];
    if (statement === undefined || statement.map.statement.start !== start) return undefined;
    if (statement.map === found.found) return statement;
  }
  return undefined;
}

/** Statements that start in [span.start, span.end]: their hints stand at the end of their first lines. */
export function statementsIn({ statements }: TextIndex, span: TextSpan): readonly Statement[] {
  return statements.slice(
    firstAtOrAfter(statements, span.start),
    firstAtOrAfter(statements, span.end + 1),
  );
}

const statementsByNode = new WeakMap<TextIndex, ReadonlyMap<NodeId, Statement>>();

/** The statement that a node of the analysed graph comes from: of a function, that in its body. */
export function statementOfNode(index: TextIndex, nodeId: NodeId): Statement | undefined {
  let known = statementsByNode.get(index);
  if (known === undefined) {
    const found = new Map<NodeId, Statement>();
    const isOfFunction = ({ graph }: Statement): number => Number(graph.kind === "function");
    const inOrder = [...index.statements].sort((a, b) => isOfFunction(a) - isOfFunction(b));
    for (const statement of inOrder) for (const id of statement.nodeIds) found.set(id, statement);
    known = found;
    statementsByNode.set(index, known);
  }
  return known.get(nodeId);
}

function firstAtOrAfter(statements: readonly Statement[], offset: number): number {
  let low = 0;
  let high = statements.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((statements[middle]?.map.statement.start ?? Infinity) < offset) low = middle + 1;
    else high = middle;
  }
  return low;
}
