import { chainsOf, type Chains } from "./chains.js";
import { columnsOf } from "./columns.js";
import { orderLayers } from "./order.js";
import { ranksOf } from "./ranks.js";

/**
 * Layered drawing of a graph that flows downwards (Sugiyama, Tagawa & Toda 1981, "Methods for Visual Understanding of
 * Hierarchical System Structures"), every step linear or n log n: ranks by longest path, long edges of one source as one
 * shared chain, crossings by barycentres, columns by Brandes & Köpf 2002. A model's nodes come in execution order, which
 * makes breaking cycles free: an edge against the order is drawn backwards. Edges that would run past very many layers are
 * cut into two stubs, so that one mask that a thousand layers read does not become a thousand parallel lines.
 */
export function layeredLayout(graph: LayoutGraph): Layout {
  const ranks = ranksOf(graph);
  const chains = chainsOf(graph, ranks, graph.gaps.lane);
  const layers = orderLayers(chains);
  const centers = columnsOf(chains, layers, graph.gaps.column);
  return placed(graph, chains, layers, centers);
}

export interface LayoutGraph {
  /** Of each node, in the drawing's units. */
  readonly widths: readonly number[];
  readonly heights: readonly number[];
  /** Ends of each edge, as indices of nodes. No edge leads from a node to itself. */
  readonly sources: readonly number[];
  readonly targets: readonly number[];
  /** Nodes that stand in the first or the last layer whatever their edges say. */
  readonly pinnedTop?: ReadonlySet<number>;
  readonly pinnedBottom?: ReadonlySet<number>;
  /** Space between neighbours in a layer, between layers, and for a line that passes. */
  readonly gaps: { readonly column: number; readonly layer: number; readonly lane: number };
}

export interface Layout {
  readonly width: number;
  readonly height: number;
  /** Middle of each node. */
  readonly xs: Float64Array;
  readonly ys: Float64Array;
  /** Of each edge: x, y, x, y, … from its source's border to its target's; undefined for one that is cut into stubs. */
  readonly routes: readonly (readonly number[] | undefined)[];
}

function placed(
  graph: LayoutGraph,
  chains: Chains,
  layers: readonly Int32Array[],
  centers: Float64Array,
): Layout {
  const { widths, heights, gaps } = graph;
  const nodeCount = widths.length;
  const tops: number[] = [];
  const bottoms: number[] = [];
  let y = 0;
  let left = Infinity;
  let right = -Infinity;
  const ys = new Float64Array(nodeCount);
  for (const layer of layers) {
    let height = 0;
    for (const item of layer) {
      const half = (chains.widths[item] ?? 0) / 2;
      left = Math.min(left, (centers[item] ?? 0) - half);
      right = Math.max(right, (centers[item] ?? 0) + half);
      if (item < nodeCount) height = Math.max(height, heights[item] ?? 0);
    }
    tops.push(y);
    bottoms.push(y + height);
    for (const item of layer) if (item < nodeCount) ys[item] = y + height / 2;
    y += height + gaps.layer;
  }
  if (left > right) left = right = 0;
  const xs = new Float64Array(nodeCount);
  for (let node = 0; node < nodeCount; node++) xs[node] = (centers[node] ?? 0) - left;
  const routes = chains.paths.map((path, edge): readonly number[] | undefined => {
    if (path === undefined) return undefined;
    const source = graph.sources[edge] ?? 0;
    const target = graph.targets[edge] ?? 0;
    const isForward = (chains.ranks[source] ?? 0) < (chains.ranks[target] ?? 0);
    const [upper, lower] = isForward ? [source, target] : [target, source];
    const points = [xs[upper] ?? 0, (ys[upper] ?? 0) + (heights[upper] ?? 0) / 2];
    for (const item of path) {
      const rank = chains.ranks[item] ?? 0;
      const x = (centers[item] ?? 0) - left;
      const top = tops[rank] ?? 0;
      const bottom = bottoms[rank] ?? 0;
      points.push(x, top);
      if (bottom > top) points.push(x, bottom);
    }
    points.push(xs[lower] ?? 0, (ys[lower] ?? 0) - (heights[lower] ?? 0) / 2);
    return isForward ? points : reversed(points);
  });
  return { width: right - left, height: Math.max(0, y - gaps.layer), xs, ys, routes };
}

function reversed(points: readonly number[]): readonly number[] {
  const back: number[] = [];
  for (let index = points.length - 2; index >= 0; index -= 2)
    back.push(points[index] ?? 0, points[index + 1] ?? 0);
  return back;
}
