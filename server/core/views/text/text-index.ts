import type { TextSpan } from "../../base/text-span.js";
import type { NodeId } from "../../graph/graph.js";

/** What stands where in a model's text: the one shape that every text feature reads, whatever made the text. */
export interface TextIndex {
  /** All statements at every depth, by where they start. */
  readonly statements: readonly Statement[];
  /** The graph, functions and bodies, in text order; a body stands after what contains it. */
  readonly scopes: readonly TextScope[];
}

export interface Statement {
  readonly span: TextSpan;
  /** Domain and operator as written. */
  readonly op: string;
  readonly operator: TextSpan;
  /** The node's name; "" when it has none. */
  readonly label: string;
  /** Index into `scopes` of what it stands in. */
  readonly scope: number;
  /** Nodes of the analysed graph whose cost stands here: several for a statement of a function that is called often. */
  readonly nodeIds: readonly NodeId[];
  readonly inputs: readonly NameUse[];
  readonly outputs: readonly NameUse[];
}

/** A tensor's name, written somewhere. */
export interface NameUse {
  readonly name: string;
  readonly span: TextSpan;
}

export interface TextScope {
  readonly kind: "graph" | "function" | "body";
  readonly name: string;
  readonly nameSpan: TextSpan;
  readonly span: TextSpan;
  /** The braces and what is between them. */
  readonly body: TextSpan | undefined;
  /** The list of weights between `<` and `>`. */
  readonly weightList: TextSpan | undefined;
  /** Index of the scope around it; undefined for the graph and for functions. */
  readonly parent: number | undefined;
  readonly inputs: readonly NameUse[];
  readonly outputs: readonly NameUse[];
  readonly weights: readonly NameUse[];
}

/** The innermost statement at an offset. */
export function statementAt(index: TextIndex, offset: number): Statement | undefined {
  const { statements } = index;
  for (let at = firstStartingAfter(statements, offset) - 1; at >= 0; at -= 1) {
    const statement = statements[at];
    if (statement === undefined) return undefined;
    if (offset <= statement.span.end) return statement;
    // Statements do not overlap but for bodies inside one: past a statement of the outermost depth none can follow.
    const scope = index.scopes[statement.scope];
    if (scope !== undefined && scope.parent === undefined) return undefined;
  }
  return undefined;
}

/** Statements that start in [span.start, span.end]. */
export function statementsIn(index: TextIndex, span: TextSpan): readonly Statement[] {
  const { statements } = index;
  // A statement's hint stands at the end of its first line, so what starts before the span cannot show in it but on
  // the span's first line; editors ask for whole lines.
  return statements.slice(
    firstStartingAfter(statements, span.start - 1),
    firstStartingAfter(statements, span.end),
  );
}

function firstStartingAfter(statements: readonly Statement[], offset: number): number {
  let low = 0;
  let high = statements.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const statement = statements[middle];
    if (statement !== undefined && statement.span.start <= offset) low = middle + 1;
    else high = middle;
  }
  return low;
}

const statementByNode = new WeakMap<TextIndex, ReadonlyMap<NodeId, Statement>>();

export function statementOfNode(index: TextIndex, nodeId: NodeId): Statement | undefined {
  let known = statementByNode.get(index);
  if (known === undefined) {
    known = new Map(
      index.statements.flatMap((statement) =>
        statement.nodeIds.map((id): [NodeId, Statement] => [id, statement]),
      ),
    );
    statementByNode.set(index, known);
  }
  return known.get(nodeId);
}
