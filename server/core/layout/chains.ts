import type { LayoutGraph } from "./layered.js";

/**
 * Nodes and, in every layer that an edge passes, a place for it. The edges of one source that pass share their places: a
 * value is one line that branches where it is read. Items are numbered nodes first, then places.
 */
export interface Chains {
  readonly nodeCount: number;
  readonly ranks: Int32Array;
  readonly widths: Float64Array;
  /** Places that each edge passes, from the upper end to the lower; undefined for a cut one. */
  readonly paths: readonly (readonly number[] | undefined)[];
  /** Neighbours in the layer above and below, as lists by item. */
  readonly above: readonly (readonly number[])[];
  readonly below: readonly (readonly number[])[];
}

export function chainsOf(graph: LayoutGraph, ranks: Int32Array, laneWidth: number): Chains {
  const { sources, targets } = graph;
  const nodeCount = graph.widths.length;
  const limit = spanLimit(graph, ranks);
  const fanOut = new Int32Array(nodeCount);
  for (const source of sources) fanOut[source] = (fanOut[source] ?? 0) + 1;
  const itemRanks: number[] = Array.from(ranks);
  const above: number[][] = itemRanks.map(() => []);
  const below: number[][] = itemRanks.map(() => []);
  const laneOf = new Map<number, number[]>();
  const link = (upper: number, lower: number): void => {
    if (below[upper]?.includes(lower) === true) return;
    below[upper]?.push(lower);
    above[lower]?.push(upper);
  };
  const paths = sources.map((source, edge): readonly number[] | undefined => {
    const target = targets[edge] ?? 0;
    const isForward = (ranks[source] ?? 0) < (ranks[target] ?? 0);
    const [upper, lower] = isForward ? [source, target] : [target, source];
    const span = (ranks[lower] ?? 0) - (ranks[upper] ?? 0);
    const isShared = (fanOut[source] ?? 0) > manyReaders && span > 2;
    if (span > limit || isShared || span <= 0) return undefined;
    const lanes = laneOf.get(upper) ?? [];
    laneOf.set(upper, lanes);
    while (lanes.length < span - 1) {
      const item = itemRanks.length;
      itemRanks.push((ranks[upper] ?? 0) + lanes.length + 1);
      above.push([]);
      below.push([]);
      link(lanes.at(-1) ?? upper, item);
      lanes.push(item);
    }
    const path = lanes.slice(0, span - 1);
    link(path.at(-1) ?? upper, lower);
    return path;
  });
  const widths = new Float64Array(itemRanks.length).fill(laneWidth);
  widths.set(graph.widths);
  return { nodeCount, ranks: Int32Array.from(itemRanks), widths, paths, above, below };
}

/** A value that more nodes read than this is a mask or a table: lines to far readers would cover the drawing. */
const manyReaders = 16;

/** The longest span for which the places stay within a few times the nodes. */
function spanLimit({ sources, targets }: LayoutGraph, ranks: Int32Array): number {
  const longest = new Int32Array(ranks.length);
  const spanOf = (edge: number): number =>
    Math.abs((ranks[targets[edge] ?? 0] ?? 0) - (ranks[sources[edge] ?? 0] ?? 0));
  const budget = 4 * ranks.length + 2000;
  for (const limit of [Infinity, 1024, 256, 64, 16, 4]) {
    longest.fill(0);
    for (let edge = 0; edge < sources.length; edge++) {
      const span = spanOf(edge);
      const source = sources[edge] ?? 0;
      if (span <= limit) longest[source] = Math.max(longest[source] ?? 0, span - 1);
    }
    let places = 0;
    for (const length of longest) places += length;
    if (places <= budget) return limit;
  }
  return 1;
}
