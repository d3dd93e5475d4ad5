/** A part of a drawing: a node, or a scope that holds parts. */
export type Part<Scope extends Holder<Scope>> = number | Scope;

export interface Holder<Scope extends Holder<Scope>> {
  readonly parts: readonly Part<Scope>[];
}

/**
 * The same parts, with scopes dissolved that data leaves and comes back to: names such as those of converted models, or one
 * activation that is called everywhere, make such scopes, and drawn as one box they would stand in cycles. Repeated until
 * what is left can be drawn from top to bottom.
 */
export function convexParts<Scope extends Holder<Scope>>(
  parts: readonly Part<Scope>[],
  { partOf, producersOf }: PartGraph,
): readonly Part<Scope>[] {
  let now = parts;
  while (now.length > 1 && now.some((part) => typeof part === "object")) {
    const nodes = now.map(nodesOf);
    for (const [at, own] of nodes.entries()) for (const nodeId of own) partOf[nodeId] = at;
    const sources = nodes.map((own, at) => {
      const found = new Set<number>();
      for (const nodeId of own)
        for (const producer of producersOf(nodeId)) {
          const from = partOf[producer] ?? -1;
          if (from >= 0 && from !== at) found.add(from);
        }
      return [...found];
    });
    for (const own of nodes) for (const nodeId of own) partOf[nodeId] = -1;
    const isInCycle = partsInCycles(sources);
    const first = (part: Part<Scope>): number =>
      nodesOf(part).reduce((least, nodeId) => Math.min(least, nodeId), Infinity);
    if (!isInCycle.some(Boolean)) break;
    now = now
      .flatMap((part, at) => (typeof part === "object" && isInCycle[at] ? part.parts : [part]))
      .map((part) => ({ part, order: first(part) }))
      .sort((a, b) => a.order - b.order)
      .map(({ part }) => part);
  }
  return now;
}

export interface PartGraph {
  /** By node, all -1: working memory, shared by the scopes of a graph. */
  readonly partOf: Int32Array;
  readonly producersOf: (nodeId: number) => readonly number[];
}

function nodesOf<Scope extends Holder<Scope>>(part: Part<Scope>): readonly number[] {
  const found: number[] = [];
  const open: Part<Scope>[] = [part];
  for (let next = open.pop(); next !== undefined; next = open.pop())
    if (typeof next === "number") found.push(next);
    else for (const inner of next.parts) open.push(inner);
  return found;
}

/** Strongly connected components of more than one part (Tarjan 1972), without recursion. */
function partsInCycles(sources: readonly (readonly number[])[]): readonly boolean[] {
  const count = sources.length;
  const index = new Int32Array(count).fill(-1);
  const low = new Int32Array(count);
  const isOpen = new Uint8Array(count);
  const inCycle = new Array<boolean>(count).fill(false);
  const stack: number[] = [];
  const path: { readonly at: number; next: number }[] = [];
  let counter = 0;
  const enter = (at: number): void => {
    index[at] = low[at] = counter++;
    isOpen[at] = 1;
    stack.push(at);
    path.push({ at, next: 0 });
  };
  for (let root = 0; root < count; root++) {
    if (index[root] !== -1) continue;
    enter(root);
    for (let frame = path.at(-1); frame !== undefined; frame = path.at(-1)) {
      const { at } = frame;
      const next = sources[at]?.[frame.next++];
      if (next !== undefined) {
        if (index[next] === -1) enter(next);
        else if (isOpen[next] === 1) low[at] = Math.min(low[at] ?? 0, index[next] ?? 0);
        continue;
      }
      path.pop();
      const parent = path.at(-1)?.at;
      if (parent !== undefined) low[parent] = Math.min(low[parent] ?? 0, low[at] ?? 0);
      if (low[at] !== index[at]) continue;
      const members: number[] = [];
      for (let member = stack.pop(); member !== undefined; member = stack.pop()) {
        isOpen[member] = 0;
        members.push(member);
        if (member === at) break;
      }
      if (members.length > 1) for (const member of members) inCycle[member] = true;
    }
  }
  return inCycle;
}
