import type { Chains } from "./chains.js";

/**
 * Middles of all items (Brandes & Köpf 2002, "Fast and Simple Horizontal Coordinate Assignment"): four alignments of each
 * item with a median neighbour, packed, and the mean of the two middle results. Blocks are packed along a topological
 * order in place of the paper's recursion, which a chain of ten thousand layers would overflow.
 */
export function columnsOf(
  chains: Chains,
  layers: readonly Int32Array[],
  gap: number,
): Float64Array {
  const { above, below, ranks } = chains;
  const count = ranks.length;
  const conflicts = conflictsOf(chains, layers);
  const results: Float64Array[] = [];
  for (const isUp of [false, true])
    for (const isRight of [false, true]) {
      const turned = layers.map((layer) => (isRight ? layer.slice().reverse() : layer));
      if (isUp) turned.reverse();
      const position = new Int32Array(count);
      for (const layer of turned)
        for (let at = 0; at < layer.length; at++) position[layer[at] ?? 0] = at;
      const root = align(turned, isUp ? below : above, position, conflicts, chains);
      const xs = pack(chains, turned, root, gap);
      if (isRight) for (let item = 0; item < count; item++) xs[item] = -(xs[item] ?? 0);
      results.push(xs);
    }
  return combined(chains, results);
}

/** Segments that cross a line between two passing places: such lines shall stay straight. */
function conflictsOf(chains: Chains, layers: readonly Int32Array[]): ReadonlySet<number> {
  const { nodeCount, above, ranks } = chains;
  const count = ranks.length;
  const found = new Set<number>();
  const position = new Int32Array(count);
  for (const layer of layers)
    for (let at = 0; at < layer.length; at++) position[layer[at] ?? 0] = at;
  const innerAbove = (item: number): number | undefined =>
    item < nodeCount ? undefined : above[item]?.find((other) => other >= nodeCount);
  for (let rank = 1; rank < layers.length; rank++) {
    const layer = layers[rank] ?? new Int32Array();
    const upperSize = layers[rank - 1]?.length ?? 0;
    let from = 0;
    let scanned = 0;
    for (let at = 0; at < layer.length; at++) {
      const inner = innerAbove(layer[at] ?? 0);
      if (inner === undefined && at < layer.length - 1) continue;
      const to = inner === undefined ? upperSize - 1 : (position[inner] ?? 0);
      for (; scanned <= at; scanned++) {
        const item = layer[scanned] ?? 0;
        for (const other of above[item] ?? []) {
          const place = position[other] ?? 0;
          const isInner = item >= nodeCount && other >= nodeCount;
          if (!isInner && (place < from || to < place)) found.add(other * count + item);
        }
      }
      from = to;
    }
  }
  return found;
}

/** The topmost item of the block that each is aligned with. */
function align(
  layers: readonly Int32Array[],
  neighbours: readonly (readonly number[])[],
  position: Int32Array,
  conflicts: ReadonlySet<number>,
  { nodeCount, ranks }: Chains,
): Int32Array {
  const count = ranks.length;
  const leadsToNode = new Uint8Array(count);
  for (let item = 0; item < nodeCount; item++)
    for (const other of neighbours[item] ?? []) leadsToNode[other] = 1;
  const root = Int32Array.from({ length: count }, (_, item) => item);
  const isJoined = new Uint8Array(count);
  const hasFollower = new Uint8Array(count);
  let last = -1;
  const tryJoin = (item: number, other: number): void => {
    if (isJoined[item] === 1 || hasFollower[other] === 1) return;
    if (last >= (position[other] ?? 0)) return;
    if (conflicts.size > 0) {
      if (conflicts.has(other * count + item) || conflicts.has(item * count + other)) return;
    }
    isJoined[item] = 1;
    hasFollower[other] = 1;
    root[item] = root[other] ?? other;
    last = position[other] ?? 0;
  };
  for (const layer of layers) {
    last = -1;
    for (const item of layer) {
      const all = neighbours[item] ?? [];
      const [only] = all;
      if (all.length === 1 && only !== undefined && (item < nodeCount || only >= nodeCount)) {
        tryJoin(item, only);
        continue;
      }
      // The line of work stays straight, and what passes it by makes the bend.
      const isNode = item < nodeCount;
      const nodes = all.filter((other) =>
        isNode ? other < nodeCount : other >= nodeCount || leadsToNode[other] === 0,
      );
      const beside = (isNode && nodes.length === 0 ? [...all] : nodes).sort(
        (a, b) => (position[a] ?? 0) - (position[b] ?? 0),
      );
      if (beside.length === 0) continue;
      const middle = (beside.length - 1) / 2;
      for (let at = Math.floor(middle); at <= Math.ceil(middle); at++)
        tryJoin(item, beside[at] ?? 0);
    }
  }
  return root;
}

/** Blocks as far left as their left neighbours allow, then as far right as their right neighbours do. */
function pack(
  { widths, ranks }: Chains,
  layers: readonly Int32Array[],
  root: Int32Array,
  gap: number,
): Float64Array {
  const count = ranks.length;
  let pairCount = 0;
  for (const layer of layers) pairCount += Math.max(0, layer.length - 1);
  const from = new Int32Array(pairCount);
  const to = new Int32Array(pairCount);
  const apart = new Float64Array(pairCount);
  const degree = new Int32Array(count);
  const start = new Int32Array(count + 1);
  let pair = 0;
  for (const layer of layers)
    for (let at = 1; at < layer.length; at++) {
      const left = layer[at - 1] ?? 0;
      const right = layer[at] ?? 0;
      from[pair] = root[left] ?? 0;
      to[pair] = root[right] ?? 0;
      apart[pair] = ((widths[left] ?? 0) + (widths[right] ?? 0)) / 2 + gap;
      const block = from[pair] ?? 0;
      start[block + 1] = (start[block + 1] ?? 0) + 1;
      degree[to[pair] ?? 0] = (degree[to[pair] ?? 0] ?? 0) + 1;
      pair += 1;
    }
  for (let item = 0; item < count; item++)
    start[item + 1] = (start[item + 1] ?? 0) + (start[item] ?? 0);
  const next = start.slice(0, count);
  const pairsOf = new Int32Array(pairCount);
  for (let index = 0; index < pairCount; index++) {
    const block = from[index] ?? 0;
    const place = next[block] ?? 0;
    pairsOf[place] = index;
    next[block] = place + 1;
  }
  const xs = new Float64Array(count);
  const order: number[] = [];
  for (let item = 0; item < count; item++)
    if (root[item] === item && degree[item] === 0) order.push(item);
  for (const block of order)
    for (let at = start[block] ?? 0; at < (start[block + 1] ?? 0); at++) {
      const index = pairsOf[at] ?? 0;
      const other = to[index] ?? 0;
      xs[other] = Math.max(xs[other] ?? 0, (xs[block] ?? 0) + (apart[index] ?? 0));
      degree[other] = (degree[other] ?? 0) - 1;
      if (degree[other] === 0) order.push(other);
    }
  for (let at = order.length - 1; at >= 0; at--) {
    const block = order[at] ?? 0;
    let room = Infinity;
    for (let edge = start[block] ?? 0; edge < (start[block + 1] ?? 0); edge++) {
      const index = pairsOf[edge] ?? 0;
      room = Math.min(room, (xs[to[index] ?? 0] ?? 0) - (apart[index] ?? 0));
    }
    if (Number.isFinite(room)) xs[block] = Math.max(xs[block] ?? 0, room);
  }
  return Float64Array.from(root, (block) => xs[block] ?? 0);
}

/** All four against the narrowest; then the mean of the middle two at each item. */
function combined({ widths }: Chains, results: readonly Float64Array[]): Float64Array {
  const spans = results.map((xs) => {
    let low = Infinity;
    let high = -Infinity;
    for (let item = 0; item < xs.length; item++) {
      const half = (widths[item] ?? 0) / 2;
      low = Math.min(low, (xs[item] ?? 0) - half);
      high = Math.max(high, (xs[item] ?? 0) + half);
    }
    return { low, high };
  });
  let narrowest = spans[0] ?? { low: 0, high: 0 };
  for (const span of spans)
    if (span.high - span.low < narrowest.high - narrowest.low) narrowest = span;
  const shifts = spans.map((span, index) =>
    index % 2 === 0 ? narrowest.low - span.low : narrowest.high - span.high,
  );
  const count = results[0]?.length ?? 0;
  const xs = new Float64Array(count);
  const four = new Float64Array(4);
  for (let item = 0; item < count; item++) {
    for (let index = 0; index < 4; index++)
      four[index] = (results[index]?.[item] ?? 0) + (shifts[index] ?? 0);
    four.sort();
    xs[item] = ((four[1] ?? 0) + (four[2] ?? 0)) / 2;
  }
  return xs;
}
