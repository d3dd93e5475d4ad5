import type { TextSpan } from "../../base/text-span.js";
import type { NameUse, Statement, TextIndex, TextScope } from "./text-index.js";

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
export function outlineOf(index: TextIndex): readonly OutlineItem[] {
  const statementsOf = groupBy(index.statements, (statement) => statement.scope);
  const bodiesOf = groupBy(
    index.scopes.map((scope, scopeId) => ({ scope, scopeId })),
    ({ scope }) => scope.parent ?? -1,
  );

  const itemOfScope = (scope: TextScope, scopeId: number): OutlineItem => {
    const bodies = bodiesOf.get(scopeId) ?? [];
    const statements = statementsOf.get(scopeId) ?? [];
    const children = [
      ...scope.inputs.map((use) => itemOfName(use, "input")),
      ...scope.weights.map((use) => itemOfName(use, "weight")),
      ...statements.map((statement) => ({
        ...itemOfStatement(statement),
        children: bodies
          .filter(({ scope: body }) => isInside(body.span, statement.span))
          .map(({ scope: body, scopeId: bodyId }) => itemOfScope(body, bodyId)),
      })),
    ];
    return {
      name: scope.name === "" ? scope.kind : scope.name,
      detail: `${scope.kind} · ${statements.length} ${statements.length === 1 ? "node" : "nodes"}`,
      kind: scope.kind === "function" ? "function" : "graph",
      span: scope.span,
      nameSpan: isInside(scope.nameSpan, scope.span) ? scope.nameSpan : scope.span,
      children,
    };
  };
  return (bodiesOf.get(-1) ?? []).map(({ scope, scopeId }) => itemOfScope(scope, scopeId));
}

function itemOfStatement(statement: Statement): OutlineItem {
  const outputs = statement.outputs.map((use) => use.name).filter((name) => name !== "");
  const name = statement.label === "" ? outputs.join(", ") : statement.label;
  return {
    name: name === "" ? statement.op : name,
    detail: statement.op,
    kind: "node",
    span: statement.span,
    nameSpan: isInside(statement.operator, statement.span) ? statement.operator : statement.span,
    children: [],
  };
}

function itemOfName({ name, span }: NameUse, kind: "input" | "weight"): OutlineItem {
  return {
    name: name === "" ? kind : name,
    detail: kind,
    kind,
    span,
    nameSpan: span,
    children: [],
  };
}

function isInside(inner: TextSpan, outer: TextSpan): boolean {
  return outer.start <= inner.start && inner.end <= outer.end;
}

function groupBy<T>(items: readonly T[], keyOf: (item: T) => number): Map<number, T[]> {
  const groups = new Map<number, T[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group === undefined) groups.set(keyOf(item), [item]);
    else group.push(item);
  }
  return groups;
}
