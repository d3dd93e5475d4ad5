/**
 * Gradient-boosted regression trees. Nodes of all trees lie in one list, a tree in preorder: the left child follows
 * its parent. `feature` is -1 in a leaf, and `value` its share of the sum; else `value` is the cut, and the left child
 * takes what is less or equal.
 */
export interface Trees {
  readonly kind: "trees";
  readonly base: number;
  readonly roots: Int32Array;
  readonly feature: Int16Array;
  readonly value: Float64Array;
  readonly right: Int32Array;
}

export function evaluateTrees(trees: Trees, features: Float64Array): number {
  const { roots, feature, value, right } = trees;
  let sum = trees.base;
  for (let tree = 0; tree < roots.length; tree++) {
    let at = roots[tree] ?? 0;
    for (let split = feature[at] ?? -1; split >= 0; split = feature[at] ?? -1)
      at = (features[split] ?? 0) <= (value[at] ?? 0) ? at + 1 : (right[at] ?? 0);
    sum += value[at] ?? 0;
  }
  return sum;
}

/** As files hold them: cuts are indices into a list per feature, leaves are multiples of `step`. */
export interface PackedTrees {
  readonly base: number;
  readonly step: number;
  readonly cuts: readonly (readonly number[])[];
  /** A tree in preorder: a split is its feature and the cut's index, a leaf -1 and its multiple. */
  readonly trees: readonly (readonly number[])[];
}

/** Undefined when a tree is broken. */
export function unpackTrees(packed: PackedTrees): Trees | undefined {
  const nodeCount = packed.trees.reduce((sum, tree) => sum + tree.length / 2, 0);
  if (!Number.isInteger(nodeCount)) return undefined;
  const trees: Trees = {
    kind: "trees",
    base: packed.base,
    roots: new Int32Array(packed.trees.length),
    feature: new Int16Array(nodeCount),
    value: new Float64Array(nodeCount),
    right: new Int32Array(nodeCount),
  };
  let at = 0;
  for (const [index, tree] of packed.trees.entries()) {
    trees.roots[index] = at;
    const end = unpackNode(packed, trees, tree, 0, at);
    if (end === undefined || end !== at + tree.length / 2) return undefined;
    at = end;
  }
  return trees;
}

/** Writes the node at `from` of a tree to `at`, and those below it; answers where the next one goes. */
function unpackNode(
  packed: PackedTrees,
  trees: Trees,
  tree: readonly number[],
  start: number,
  at: number,
): number | undefined {
  const feature = tree[2 * start];
  const argument = tree[2 * start + 1];
  if (feature === undefined || argument === undefined) return undefined;
  trees.feature[at] = feature;
  if (feature < 0) {
    trees.value[at] = argument * packed.step;
    return at + 1;
  }
  const cut = packed.cuts[feature]?.[argument];
  if (cut === undefined) return undefined;
  trees.value[at] = cut;
  const right = unpackNode(packed, trees, tree, start + 1, at + 1);
  if (right === undefined) return undefined;
  trees.right[at] = right;
  return unpackNode(packed, trees, tree, start + right - at, right);
}
