import type { Analysis } from "../../analysis.js";
import { typeText } from "../../graph/value-type.js";
import { dataflowOf, type Dataflow } from "../../work/dataflow.js";
import { convexParts, type PartGraph } from "./convex-parts.js";

/** A module of the model: what it holds, in execution order. Nodes that are folded away are left out. */
export interface Scope {
  /** Path from the root, "" for the root itself; stable between edits, so that what is open stays open. */
  readonly id: string;
  readonly name: string;
  readonly parent: Scope | undefined;
  /** Nodes and scopes directly inside, by their first node. */
  readonly items: readonly ScopeItem[];
  /** All nodes inside, in execution order. */
  readonly nodeIds: readonly number[];
  /** Equal for scopes that do the same work: operators, attributes and shapes, names left out. */
  readonly signature: number;
}

export type ScopeItem =
  | { readonly kind: "node"; readonly nodeId: number }
  | { readonly kind: "scope"; readonly scope: Scope }
  /** Blocks that do the same, one after the other. */
  | { readonly kind: "repeat"; readonly id: string; readonly scopes: readonly Scope[] };

export interface ScopeTree {
  readonly root: Scope;
  readonly flow: Dataflow;
  /** The innermost scope of each node. */
  readonly scopeOf: readonly (Scope | undefined)[];
  /** Scopes and repeats by their id. */
  readonly byId: ReadonlyMap<string, Scope | readonly Scope[]>;
  readonly hiddenCount: number;
}

const trees = new WeakMap<Analysis, ScopeTree>();

export function scopeTree(analysis: Analysis): ScopeTree {
  let tree = trees.get(analysis);
  if (tree === undefined) {
    tree = buildTree(analysis);
    trees.set(analysis, tree);
  }
  return tree;
}

interface Draft {
  readonly name: string;
  readonly children: Map<string, Draft>;
  readonly parts: (number | Draft)[];
}

function buildTree(analysis: Analysis): ScopeTree {
  const { graph } = analysis.inferred;
  const flow = dataflowOf(analysis.inferred);
  const root = draft("");
  let hiddenCount = 0;
  for (const [nodeId, node] of analysis.model.graph.nodes.entries()) {
    if (analysis.layers[nodeId]?.isFolded === true) {
      hiddenCount += 1;
      continue;
    }
    let at = root;
    for (const part of node.scope === "" ? [] : node.scope.split("/")) {
      let child = at.children.get(part);
      if (child === undefined) {
        child = draft(part);
        at.children.set(part, child);
        at.parts.push(child);
      }
      at = child;
    }
    at.parts.push(nodeId);
  }
  const scopeOf: (Scope | undefined)[] = graph.nodes.map(() => undefined);
  const byId = new Map<string, Scope | readonly Scope[]>();
  const settle = settler(analysis, flow, scopeOf, byId);
  return { root: settle(root, undefined, ""), flow, scopeOf, byId, hiddenCount };
}

function draft(name: string): Draft {
  return { name, children: new Map(), parts: [] };
}

/** Turns drafts into scopes: single nodes and single children take their scope's place, equal neighbours are joined. */
function settler(
  analysis: Analysis,
  flow: Dataflow,
  scopeOf: (Scope | undefined)[],
  byId: Map<string, Scope | readonly Scope[]>,
): (made: Draft, parent: Scope | undefined, id: string) => Scope {
  const signatures = new Map<string, number>();
  const intern = (text: string): number => {
    const known = signatures.get(text) ?? signatures.size;
    signatures.set(text, known);
    return known;
  };
  const nodeSignature = (nodeId: number): string => {
    const node = analysis.model.graph.nodes[nodeId];
    const attributes = [...(node?.attributes ?? [])].map(([name, { kind, value }]) =>
      kind === "graph" || kind === "graphs" || kind === "tensor" || kind === "tensors"
        ? name
        : `${name}=${JSON.stringify(value)}`,
    );
    const made = node?.outputs.map((value) => typeText(analysis.inferred.types[value])) ?? [];
    return `${node?.domain ?? ""}:${node?.op ?? ""}(${attributes.sort().join()})${made.join()}#${analysis.layers[nodeId]?.parameterCount ?? 0}`;
  };
  const partGraph: PartGraph = {
    partOf: new Int32Array(flow.graph.nodes.length).fill(-1),
    producersOf: (nodeId) =>
      (flow.inputs[nodeId] ?? [])
        .map((value) => flow.producer[value] ?? -1)
        .filter((id) => id >= 0),
  };
  const settle = (made: Draft, parent: Scope | undefined, id: string): Scope => {
    let source = made;
    let name = made.name;
    for (
      let only = source.parts[0];
      source.parts.length === 1 && typeof only === "object";
      only = source.parts[0]
    ) {
      source = only;
      name = name === "" ? only.name : `${name}/${only.name}`;
    }
    const items: ScopeItem[] = [];
    const nodeIds: number[] = [];
    const scope: Scope = {
      id: parent === undefined ? "" : id,
      name,
      parent,
      items,
      nodeIds,
      signature: -1,
    };
    const parts: string[] = [];
    const plain: ScopeItem[] = [];
    for (const part of convexParts(source.parts, partGraph)) {
      if (typeof part === "object") {
        const inner = settle(part, scope, `${id}/${part.name}`);
        for (const nodeId of inner.nodeIds) nodeIds.push(nodeId);
        parts.push(`[${inner.signature}]`);
        const [only] = inner.nodeIds;
        if (inner.nodeIds.length > 1) {
          plain.push({ kind: "scope", scope: inner });
          byId.set(inner.id, inner);
        } else if (only !== undefined) {
          plain.push({ kind: "node", nodeId: only });
          scopeOf[only] = scope;
        }
      } else {
        nodeIds.push(part);
        parts.push(nodeSignature(part));
        plain.push({ kind: "node", nodeId: part });
        scopeOf[part] = scope;
      }
    }
    nodeIds.sort((a, b) => a - b);
    items.push(...joined(flow, plain, byId));
    return Object.assign(scope, { signature: intern(parts.join(" ")) });
  };
  return settle;
}

function joined(
  flow: Dataflow,
  items: readonly ScopeItem[],
  byId: Map<string, Scope | readonly Scope[]>,
): readonly ScopeItem[] {
  const found: ScopeItem[] = [];
  for (let at = 0; at < items.length;) {
    const item = items[at];
    if (item === undefined) break;
    let end = at + 1;
    const run: Scope[] = item.kind === "scope" ? [item.scope] : [];
    for (; run.length > 0; end++) {
      const next = items[end];
      const last = run.at(-1);
      if (next?.kind !== "scope" || last === undefined) break;
      if (next.scope.signature !== last.signature || !feeds(flow, last, next.scope)) break;
      run.push(next.scope);
    }
    const [first] = run;
    if (run.length > 1 && first !== undefined) {
      const id = `${first.id} ×${run.length}`;
      byId.set(id, run);
      found.push({ kind: "repeat", id, scopes: run });
    } else found.push(item);
    at = run.length > 1 ? end : at + 1;
  }
  return found;
}

/** Something that the first makes, the second reads. */
function feeds(flow: Dataflow, first: Scope, second: Scope): boolean {
  const made = new Set(first.nodeIds);
  return second.nodeIds.some((nodeId) =>
    (flow.inputs[nodeId] ?? []).some((value) => made.has(flow.producer[value] ?? -1)),
  );
}
