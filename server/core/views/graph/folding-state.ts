import type { Scope, ScopeItem, ScopeTree } from "./scope-tree.js";

/** Which scopes are open: a rule for all, and those that the user has turned the other way. */
export interface GraphFolding {
  /** `auto` opens from the outside in while the drawing stays readable at once. */
  readonly fold: "auto" | "open" | "closed";
  readonly toggled: readonly string[];
  /** Repeats whose blocks are all shown. */
  readonly unrolled: readonly string[];
}

export interface FoldingState {
  readonly isOpen: (id: string) => boolean;
  readonly isUnrolled: (id: string) => boolean;
  /** Equal keys, equal drawings. */
  readonly key: string;
}

/** Boxes that are taken in at one look. */
const readableCount = 48;

export function foldingState(tree: ScopeTree, folding: GraphFolding): FoldingState {
  const toggled = new Set(folding.toggled);
  const unrolled = new Set(folding.unrolled);
  const auto = folding.fold === "auto" ? openedAtFirst(tree) : new Set<string>();
  return {
    isOpen: (id) => (folding.fold === "open" || auto.has(id)) !== toggled.has(id),
    isUnrolled: (id) => unrolled.has(id),
    key: JSON.stringify([folding.fold, [...toggled].sort(), [...unrolled].sort()]),
  };
}

/** Items of a scope as they are drawn: repeats that are unrolled fall into their blocks. */
export function shownItems(scope: Scope, folding: FoldingState): readonly ScopeItem[] {
  if (!scope.items.some((item) => item.kind === "repeat" && folding.isUnrolled(item.id)))
    return scope.items;
  return scope.items.flatMap((item): readonly ScopeItem[] =>
    item.kind === "repeat" && folding.isUnrolled(item.id)
      ? item.scopes.map((inner) => ({ kind: "scope", scope: inner }))
      : [item],
  );
}

function openedAtFirst({ root }: ScopeTree): ReadonlySet<string> {
  const opened = new Set<string>();
  let count = root.items.length;
  const queue: ScopeItem[] = [...root.items];
  for (const item of queue) {
    const inner =
      item.kind === "scope" ? item.scope : item.kind === "repeat" ? item.scopes[0] : undefined;
    if (inner === undefined || count + inner.items.length - 1 > readableCount) continue;
    opened.add(item.kind === "repeat" ? item.id : inner.id);
    count += inner.items.length - 1;
    queue.push(...inner.items);
  }
  return opened;
}

/** What has to be open, and unrolled, so that a node is drawn by itself. */
export function pathTo(
  tree: ScopeTree,
  nodeId: number,
): { readonly open: readonly string[]; readonly unrolled: readonly string[] } {
  const open: string[] = [];
  const unrolled: string[] = [];
  for (let scope = tree.scopeOf[nodeId]; scope?.parent !== undefined; scope = scope.parent) {
    const inner = scope;
    const repeat = scope.parent.items.find(
      (item) => item.kind === "repeat" && item.scopes.includes(inner),
    );
    if (repeat?.kind === "repeat" && repeat.scopes[0] === inner) open.push(repeat.id);
    else {
      if (repeat?.kind === "repeat") unrolled.push(repeat.id);
      open.push(scope.id);
    }
  }
  return { open, unrolled };
}
