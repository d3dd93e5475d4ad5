/** Which nodes must run before which: node `n` needs the nodes `needed[starts[n]]` up to `needed[starts[n + 1]]`. */
export interface Dependencies {
  readonly starts: Int32Array;
  readonly needed: Int32Array;
}

export interface ExecutionOrder {
  /** Nodes in an order in which each stands after those it needs; those on and after a cycle come last. */
  readonly order: Int32Array;
  readonly isFileOrder: boolean;
  /** The nodes that lie on cycles, or between two of them. */
  readonly cyclic: readonly number[];
}

/** Keeps the file's order where it is right, and otherwise moves a node's needs directly before it. */
export function executionOrder({ starts, needed }: Dependencies): ExecutionOrder {
  const count = starts.length - 1;
  if (isSorted({ starts, needed }))
    return {
      order: Int32Array.from({ length: count }, (_, node) => node),
      isFileOrder: true,
      cyclic: [],
    };
  const isBlocked = blockedNodes({ starts, needed });
  const order = new Int32Array(count);
  const isPlaced = new Uint8Array(count);
  let placedCount = 0;
  // Depth first with a stack of our own: node and how many of its needs were visited.
  const stack: number[] = [];
  const progress: number[] = [];
  for (let root = 0; root < count; root += 1) {
    if (isBlocked[root] === 1 || isPlaced[root] !== 0) continue;
    stack.push(root);
    progress.push(starts[root] ?? 0);
    isPlaced[root] = 1;
    while (stack.length > 0) {
      const top = stack.length - 1;
      const node = stack[top] ?? 0;
      const at = progress[top] ?? 0;
      if (at < (starts[node + 1] ?? 0)) {
        progress[top] = at + 1;
        const need = needed[at] ?? 0;
        if (isPlaced[need] === 0) {
          isPlaced[need] = 1;
          stack.push(need);
          progress.push(starts[need] ?? 0);
        }
      } else {
        order[placedCount] = node;
        placedCount += 1;
        stack.pop();
        progress.pop();
      }
    }
  }
  for (let node = 0; node < count; node += 1) {
    if (isBlocked[node] === 0) continue;
    order[placedCount] = node;
    placedCount += 1;
  }
  return { order, isFileOrder: false, cyclic: onCycles({ starts, needed }, isBlocked) };
}

function isSorted({ starts, needed }: Dependencies): boolean {
  for (let node = 0; node + 1 < starts.length; node += 1)
    for (let at = starts[node] ?? 0; at < (starts[node + 1] ?? 0); at += 1)
      if ((needed[at] ?? 0) >= node) return false;
  return true;
}

/** 1 for nodes that can never run: on a cycle, or needing one that is (Kahn, 1962, "Topological sorting"). */
function blockedNodes(dependencies: Dependencies): Uint8Array {
  const { starts } = dependencies;
  const count = starts.length - 1;
  const users = reversed(dependencies);
  const waiting = new Int32Array(count);
  for (let node = 0; node < count; node += 1)
    waiting[node] = (starts[node + 1] ?? 0) - (starts[node] ?? 0);
  return peeled(users, waiting, new Uint8Array(count).fill(1));
}

/** Of the blocked nodes, those that another blocked one needs in turn: what only hangs on a cycle is peeled off. */
function onCycles(dependencies: Dependencies, isBlocked: Uint8Array): number[] {
  const { starts, needed } = dependencies;
  const waiting = new Int32Array(isBlocked.length);
  for (let node = 0; node < isBlocked.length; node += 1) {
    if (isBlocked[node] === 0) continue;
    for (let at = starts[node] ?? 0; at < (starts[node + 1] ?? 0); at += 1) {
      const need = needed[at] ?? 0;
      waiting[need] = (waiting[need] ?? 0) + 1;
    }
  }
  const left = peeled(dependencies, waiting, Uint8Array.from(isBlocked));
  const cyclic: number[] = [];
  for (const [node, isLeft] of left.entries()) if (isLeft === 1) cyclic.push(node);
  return cyclic;
}

/** Takes nodes of `left` that wait for nothing, tells those they point to, and so on; what stays is on a cycle. */
function peeled(edges: Dependencies, waiting: Int32Array, left: Uint8Array): Uint8Array {
  const ready: number[] = [];
  for (let node = 0; node < left.length; node += 1)
    if (left[node] === 1 && waiting[node] === 0) ready.push(node);
  for (let node = ready.pop(); node !== undefined; node = ready.pop()) {
    left[node] = 0;
    for (let at = edges.starts[node] ?? 0; at < (edges.starts[node + 1] ?? 0); at += 1) {
      const next = edges.needed[at] ?? 0;
      const still = (waiting[next] ?? 0) - 1;
      waiting[next] = still;
      if (still === 0 && left[next] === 1) ready.push(next);
    }
  }
  return left;
}

function reversed({ starts, needed }: Dependencies): Dependencies {
  const count = starts.length - 1;
  const reversedStarts = new Int32Array(count + 1);
  for (const need of needed) reversedStarts[need + 1] = (reversedStarts[need + 1] ?? 0) + 1;
  for (let node = 0; node < count; node += 1)
    reversedStarts[node + 1] = (reversedStarts[node + 1] ?? 0) + (reversedStarts[node] ?? 0);
  const filled = reversedStarts.slice();
  const users = new Int32Array(needed.length);
  for (let node = 0; node < count; node += 1)
    for (let at = starts[node] ?? 0; at < (starts[node + 1] ?? 0); at += 1) {
      const need = needed[at] ?? 0;
      const slot = filled[need] ?? 0;
      users[slot] = node;
      filled[need] = slot + 1;
    }
  return { starts: reversedStarts, needed: users };
}
