/** What must run before what, and the cycles that make this impossible. */
export interface ExecutionOrder {
  /** Node indices in an order in which every node stands after those it depends on, cycles aside. */
  readonly order: readonly number[];
  /** Each cycle as the nodes along it, in the direction of the data. At most `cycleLimit` are kept. */
  readonly cycles: readonly (readonly number[])[];
}

const cycleLimit = 20;

/**
 * Sorts nodes so that makers stand before users, moving as few as possible: a list that is in order already comes
 * back unchanged. `dependenciesOf` names the nodes whose outputs a node reads. Where there is a cycle, the edge that
 * closes it is left out. Depth-first without recursion, so a chain of 100,000 nodes is no danger.
 */
export function executionOrder(
  nodeCount: number,
  dependenciesOf: (nodeIndex: number) => readonly number[],
): ExecutionOrder {
  const order: number[] = [];
  const cycles: number[][] = [];
  const state = new Uint8Array(nodeCount);
  const path: number[] = [];
  const pending: (readonly number[])[] = [];
  const nextEdge: number[] = [];
  for (let root = 0; root < nodeCount; root += 1) {
    if (state[root] !== untouched) continue;
    enter(root);
    while (path.length > 0) {
      const depth = path.length - 1;
      const edge = nextEdge[depth] ?? 0;
      const dependency = pending[depth]?.[edge];
      if (dependency === undefined) {
        leave();
        continue;
      }
      nextEdge[depth] = edge + 1;
      if (state[dependency] === untouched) enter(dependency);
      else if (state[dependency] === onPath && cycles.length < cycleLimit)
        cycles.push(path.slice(path.indexOf(dependency)).reverse());
    }
  }
  return { order, cycles };

  function enter(nodeIndex: number): void {
    state[nodeIndex] = onPath;
    path.push(nodeIndex);
    pending.push(dependenciesOf(nodeIndex));
    nextEdge.push(0);
  }

  function leave(): void {
    const nodeIndex = path.pop() ?? 0;
    pending.pop();
    nextEdge.pop();
    state[nodeIndex] = done;
    order.push(nodeIndex);
  }
}

const untouched = 0;
const onPath = 1;
const done = 2;
