import type { Chains } from "./chains.js";

/**
 * Items of each layer from left to right. Sweeps down and up put every item at the mean of its neighbours in the layer
 * before; the order with the fewest crossings is kept.
 */
export function orderLayers(chains: Chains): readonly Int32Array[] {
  const { ranks, above, below } = chains;
  const layers = initialLayers(chains);
  const position = new Int32Array(ranks.length);
  const place = (layer: Int32Array): void => {
    for (let at = 0; at < layer.length; at++) position[layer[at] ?? 0] = at;
  };
  for (const layer of layers) place(layer);
  let best = layers.map((layer) => layer.slice());
  let fewest = crossings(layers, below, position);
  const sweeps = ranks.length > 40_000 ? 4 : 8;
  for (let sweep = 0; sweep < sweeps && fewest > 0; sweep++) {
    const isDown = sweep % 2 === 0;
    const neighbours = isDown ? above : below;
    const keys = new Float64Array(ranks.length);
    for (let step = 1; step < layers.length; step++) {
      const layer = layers[isDown ? step : layers.length - 1 - step];
      if (layer === undefined || layer.length < 2) continue;
      for (let at = 0; at < layer.length; at++) {
        const item = layer[at] ?? 0;
        const beside = neighbours[item] ?? [];
        let sum = 0;
        for (const other of beside) sum += position[other] ?? 0;
        keys[item] = beside.length === 0 ? at : sum / beside.length;
      }
      layer.sort(
        (a, b) => (keys[a] ?? 0) - (keys[b] ?? 0) || (position[a] ?? 0) - (position[b] ?? 0),
      );
      place(layer);
    }
    const found = crossings(layers, below, position);
    if (found < fewest) {
      fewest = found;
      best = layers.map((layer) => layer.slice());
    }
  }
  return best;
}

/** In the order of the nodes, places beside what they come from. */
function initialLayers({ ranks, above }: Chains): Int32Array[] {
  let count = 0;
  for (const rank of ranks) count = Math.max(count, rank + 1);
  const lists: number[][] = Array.from({ length: count }, () => []);
  for (let item = 0; item < ranks.length; item++) lists[ranks[item] ?? 0]?.push(item);
  const key = new Float64Array(ranks.length);
  return lists.map((list) => {
    for (const [at, item] of list.entries()) {
      const first = above[item]?.[0];
      key[item] = first === undefined ? at : (key[first] ?? 0);
    }
    const layer = Int32Array.from(list).sort((a, b) => (key[a] ?? 0) - (key[b] ?? 0) || a - b);
    for (let at = 0; at < layer.length; at++) key[layer[at] ?? 0] = at;
    return layer;
  });
}

/** Pairs of edges that cross, counted with a binary indexed tree (Barth, Jünger & Mutzel 2002). */
function crossings(
  layers: readonly Int32Array[],
  below: readonly (readonly number[])[],
  position: Int32Array,
): number {
  let total = 0;
  for (let at = 0; at + 1 < layers.length; at++) {
    const upper = layers[at] ?? new Int32Array();
    const size = layers[at + 1]?.length ?? 0;
    if (upper.length < 2 || size < 2) continue;
    const tree = new Int32Array(size + 1);
    let seen = 0;
    for (const item of upper) {
      const ends = (below[item] ?? []).map((lower) => position[lower] ?? 0);
      for (const end of ends) {
        let notRight = 0;
        for (let index = end + 1; index > 0; index -= index & -index) notRight += tree[index] ?? 0;
        total += seen - notRight;
      }
      for (const end of ends) {
        for (let index = end + 1; index <= size; index += index & -index)
          tree[index] = (tree[index] ?? 0) + 1;
        seen += 1;
      }
    }
  }
  return total;
}
