import type { LayoutGraph } from "./layered.js";

/**
 * The layer of each node: one below the lowest of its sources. A node without sources, a constant or a shape, stands
 * right above the first that reads it and not at the top of everything.
 */
export function ranksOf(graph: LayoutGraph): Int32Array {
  const { sources, targets, pinnedTop, pinnedBottom } = graph;
  const count = graph.widths.length;
  const { start, list } = outgoing(count, sources, targets);
  const ranks = new Int32Array(count);
  const hasSource = new Uint8Array(count);
  for (let node = 0; node < count; node++)
    for (let at = start[node] ?? 0; at < (start[node + 1] ?? 0); at++) {
      const target = list[at] ?? 0;
      hasSource[target] = 1;
      ranks[target] = Math.max(ranks[target] ?? 0, (ranks[node] ?? 0) + 1);
    }
  for (let node = count - 1; node >= 0; node--) {
    if (hasSource[node] === 1 || pinnedTop?.has(node) === true) continue;
    let least = Infinity;
    for (let at = start[node] ?? 0; at < (start[node + 1] ?? 0); at++)
      least = Math.min(least, ranks[list[at] ?? 0] ?? 0);
    if (Number.isFinite(least)) ranks[node] = Math.max(0, least - 1);
  }
  if (pinnedBottom !== undefined && pinnedBottom.size > 0) {
    let last = 0;
    for (let node = 0; node < count; node++)
      last = Math.max(last, (ranks[node] ?? 0) + (pinnedBottom.has(node) ? 0 : 1));
    for (const node of pinnedBottom) ranks[node] = last;
  }
  return ranks;
}

/** Readers of each node, every edge turned so that it follows the order of the nodes. */
function outgoing(
  count: number,
  sources: readonly number[],
  targets: readonly number[],
): { readonly start: Int32Array; readonly list: Int32Array } {
  const start = new Int32Array(count + 1);
  const upper = (edge: number): number => Math.min(sources[edge] ?? 0, targets[edge] ?? 0);
  for (let edge = 0; edge < sources.length; edge++)
    start[upper(edge) + 1] = (start[upper(edge) + 1] ?? 0) + 1;
  for (let node = 0; node < count; node++)
    start[node + 1] = (start[node + 1] ?? 0) + (start[node] ?? 0);
  const next = start.slice(0, count);
  const list = new Int32Array(sources.length);
  for (let edge = 0; edge < sources.length; edge++) {
    const from = upper(edge);
    const position = next[from] ?? 0;
    list[position] = Math.max(sources[edge] ?? 0, targets[edge] ?? 0);
    next[from] = position + 1;
  }
  return { start, list };
}
