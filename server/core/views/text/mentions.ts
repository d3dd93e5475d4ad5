import type { TextSpan } from "../../base/text-span.js";
import type { NameUse, TextIndex } from "./text-index.js";

/** One place where a tensor's name stands. */
export interface Mention {
  readonly name: string;
  readonly span: TextSpan;
  /** It is made here: a node's output, an input, a weight. */
  readonly isDefinition: boolean;
}

/**
 * All places of the tensor whose name stands at the offset, definitions first. Names follow the format's scopes: a
 * body sees the names of what it stands in, a function sees only its own.
 */
export function mentionsAt(index: TextIndex, offset: number): readonly Mention[] {
  const tables = tablesOf(index);
  const found = tables.all.find(
    ({ use }) => use.name !== "" && use.span.start <= offset && offset <= use.span.end,
  );
  if (found === undefined) return [];
  const home = homeOf(index, tables, found.scope, found.use.name);
  return tables.all
    .filter(
      ({ use, scope }) =>
        use.name === found.use.name && homeOf(index, tables, scope, use.name) === home,
    )
    .map(({ use, isDefinition }) => ({ name: use.name, span: use.span, isDefinition }))
    .sort((a, b) => Number(b.isDefinition) - Number(a.isDefinition) || a.span.start - b.span.start);
}

interface Placed {
  readonly use: NameUse;
  readonly scope: number;
  readonly isDefinition: boolean;
}

interface Tables {
  readonly all: readonly Placed[];
  /** Names that each scope defines itself. */
  readonly defined: readonly ReadonlySet<string>[];
}

const tablesByIndex = new WeakMap<TextIndex, Tables>();

function tablesOf(index: TextIndex): Tables {
  const known = tablesByIndex.get(index);
  if (known !== undefined) return known;
  const all: Placed[] = [];
  const defined = index.scopes.map(() => new Set<string>());
  const put = (uses: readonly NameUse[], scope: number, isDefinition: boolean): void => {
    for (const use of uses) {
      all.push({ use, scope, isDefinition });
      if (isDefinition) defined[scope]?.add(use.name);
    }
  };
  index.scopes.forEach((scope, scopeId) => {
    put(scope.inputs, scopeId, true);
    put(scope.weights, scopeId, true);
  });
  for (const statement of index.statements) {
    put(statement.outputs, statement.scope, true);
    put(statement.inputs, statement.scope, false);
  }
  index.scopes.forEach((scope, scopeId) => put(scope.outputs, scopeId, false));
  const tables = { all, defined };
  tablesByIndex.set(index, tables);
  return tables;
}

/** The innermost scope around `scope` that defines the name; `scope` itself when none does. */
function homeOf(index: TextIndex, { defined }: Tables, scope: number, name: string): number {
  for (let at: number | undefined = scope; at !== undefined; at = index.scopes[at]?.parent)
    if (defined[at]?.has(name) === true) return at;
  return scope;
}
