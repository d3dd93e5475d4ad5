import type { Analysis } from "../../analysis.js";
import type { NodeId } from "../../graph/graph.js";
import { type Statement, statementAt, statementOfNode, type TextIndex } from "./text-index.js";
import { type TextState, moveBack, moveSpan } from "./text-state.js";

export interface Located {
  readonly nodeId: NodeId;
  /** Where the node's statement starts. */
  readonly offset: number;
}

/** Where a node of the analysed graph stands in the text; the id counts before the name. */
export function locateNode(
  { numbers }: TextState,
  what: { readonly nodeId: NodeId | undefined; readonly nodeName: string | undefined },
): Located | null {
  if (numbers === undefined) return null;
  const { analysis, index, edit } = numbers;
  const nodeId =
    what.nodeId ?? analysis.model.graph.nodes.findIndex((node) => node.name === what.nodeName);
  const statement = statementOfNode(index, nodeId);
  const span = statement && moveSpan(edit, statement.map.statement);
  return span === undefined ? null : { nodeId, offset: span.start };
}

/** The node whose statement holds the offset; in a body, the node that holds the body. */
export function nodeIdAt({ numbers }: TextState, offset: number): Located | null {
  if (numbers === undefined) return null;
  const { index, edit } = numbers;
  const before = moveBack(edit, offset);
  const statement = before === undefined ? undefined : statementAt(index, before);
  const outer = statement && outermost(index, statement);
  const nodeId = outer?.nodeIds[0];
  const span = outer && moveSpan(edit, outer.map.statement);
  return nodeId === undefined || span === undefined ? null : { nodeId, offset: span.start };
}

/** All nodes of the statement that holds the offset, and the analysis that they are of. */
export function nodesAt({ numbers }: TextState, offset: number): NodesOfLine | undefined {
  if (numbers === undefined) return undefined;
  const { analysis, index, edit } = numbers;
  const before = moveBack(edit, offset);
  const statement = before === undefined ? undefined : statementAt(index, before);
  return { analysis, nodeIds: (statement && outermost(index, statement))?.nodeIds ?? [] };
}

export interface NodesOfLine {
  readonly analysis: Analysis;
  readonly nodeIds: readonly NodeId[];
}

function outermost(index: TextIndex, inner: Statement): Statement | undefined {
  const { kind, host } = inner.graph;
  if (kind !== "body") return inner;
  const graph = index.map.graphs[host?.graphIndex ?? -1];
  const outer = index.statements.find(
    (candidate) => candidate.graph === graph && candidate.map.nodeId === host?.nodeId,
  );
  return outer && outermost(index, outer);
}
