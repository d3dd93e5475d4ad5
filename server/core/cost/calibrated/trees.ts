import { digitOf, layouts } from "./packed-nodes.js";

/**
 * Gradient-boosted regression trees. Nodes of all trees lie in one list, a tree in preorder: the left child follows
 * its parent. A split's `link` is 64 × its right child + its feature, and `value` the cut: the left child takes what is
 * less or equal. A leaf's `link` is -1, and `value` its share of the sum.
 */
export interface Trees {
  readonly kind: "trees";
  readonly base: number;
  readonly roots: Int32Array;
  readonly link: Int32Array;
  readonly value: Float64Array;
}

/** The inner loop of every estimate: two loads for each node, and no more than five microseconds for a forest. */
export function evaluateTrees(trees: Trees, features: Float64Array): number {
  const { roots, link, value } = trees;
  let sum = trees.base;
  for (let tree = 0; tree < roots.length; tree++) {
    let at = roots[tree] ?? 0;
    let next = link[at] ?? -1;
    while (next >= 0) {
      at = (features[next & 63] ?? 0) <= (value[at] ?? 0) ? at + 1 : next >> 6;
      next = link[at] ?? -1;
    }
    sum += value[at] ?? 0;
  }
  return sum;
}

/**
 * As files hold them: cuts are indices into a list per feature, leaves are multiples of `step`. A tree is a text in
 * preorder of `packed-nodes.ts`.
 */
export interface PackedTrees {
  readonly base: number;
  readonly step: number;
  /** Characters for each node. */
  readonly width: 2 | 3;
  readonly cuts: readonly (readonly number[])[];
  readonly trees: readonly string[];
}

/** Undefined when a tree is broken. Iterative and with few steps for a node, since it runs before anything is compiled. */
export function unpackTrees(packed: PackedTrees): Trees | undefined {
  const { width, step, base } = packed;
  const { leafBit, cutBits } = layouts[width];
  const cutMask = (1 << cutBits) - 1;
  const zero = leafBit / 2;
  let nodeCount = 0;
  for (const tree of packed.trees) nodeCount += tree.length / width;
  if (!Number.isInteger(nodeCount)) return undefined;
  const roots = new Int32Array(packed.trees.length);
  const link = new Int32Array(nodeCount);
  const value = new Float64Array(nodeCount);
  // All cuts in one list, and where each feature's begin: one bound to check for each node.
  const cutStart = new Int32Array(65);
  packed.cuts.forEach((cuts, feature) => (cutStart[feature + 1] = cuts.length));
  for (let feature = 0; feature < 64; feature++)
    cutStart[feature + 1] = (cutStart[feature] as number) + (cutStart[feature + 1] as number);
  const allCuts = Float64Array.from(packed.cuts.flat());
  /** Splits whose right child is still to come. */
  const open = new Int32Array(64);
  let at = 0;
  for (let index = 0; index < packed.trees.length; index++) {
    const tree = packed.trees[index] as string;
    roots[index] = at;
    let depth = 0;
    let isWhole = false;
    for (let place = 0; place < tree.length; place += width) {
      let code = (digitOf(tree, place) << 6) | digitOf(tree, place + 1);
      if (width === 3) code = (code << 6) | digitOf(tree, place + 2);
      if (isWhole || code < 0) return undefined;
      if ((code & leafBit) !== 0) {
        link[at] = -1;
        value[at] = ((code & (leafBit - 1)) - zero) * step;
        at += 1;
        if (depth === 0) isWhole = true;
        else {
          depth -= 1;
          const parent = open[depth] as number;
          link[parent] = 64 * at + (link[parent] as number);
        }
        continue;
      }
      const feature = code >> cutBits;
      const cut = (cutStart[feature] as number) + (code & cutMask);
      if (cut >= (cutStart[feature + 1] as number) || depth === open.length) return undefined;
      value[at] = allCuts[cut] as number;
      link[at] = feature;
      open[depth] = at;
      depth += 1;
      at += 1;
    }
    if (!isWhole) return undefined;
  }
  return { kind: "trees", base, roots, link, value };
}
