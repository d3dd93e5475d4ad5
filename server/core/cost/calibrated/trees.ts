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
 * preorder with two characters of base 64 for each node, most significant first: 12 bits, or three and 18 where a forest
 * needs more. The first bit is set for a leaf, and the rest is its multiple plus half their range; else it is the feature
 * (5 bits, or 6) and the index of its cut.
 */
export interface PackedTrees {
  readonly base: number;
  readonly step: number;
  /** Characters for each node. */
  readonly width: 2 | 3;
  readonly cuts: readonly (readonly number[])[];
  readonly trees: readonly string[];
}

export type TreeNode =
  | { readonly kind: "split"; readonly feature: number; readonly cut: number }
  | { readonly kind: "leaf"; readonly multiple: number };

/** The narrowest width that holds all nodes. */
export function widthOf(nodes: readonly TreeNode[]): PackedTrees["width"] {
  const fits = nodes.every((node) =>
    node.kind === "leaf" ? Math.abs(node.multiple) < 1024 : node.feature < 32 && node.cut < 64,
  );
  return fits ? 2 : 3;
}

export function packNode(node: TreeNode, width: PackedTrees["width"]): string {
  const { leafBit, cutBits } = layouts[width];
  const half = leafBit / 2;
  const code =
    node.kind === "leaf"
      ? leafBit | (Math.min(Math.max(node.multiple, -half), half - 1) + half)
      : (node.feature << cutBits) | node.cut;
  let text = "";
  for (let shift = 6 * (width - 1); shift >= 0; shift -= 6)
    text += digits[(code >> shift) & 63] ?? "";
  return text;
}

/** Undefined when a tree is broken. */
export function unpackTrees(packed: PackedTrees): Trees | undefined {
  const nodeCount = packed.trees.reduce((sum, tree) => sum + tree.length / packed.width, 0);
  if (!Number.isInteger(nodeCount)) return undefined;
  const trees: Trees = {
    kind: "trees",
    base: packed.base,
    roots: new Int32Array(packed.trees.length),
    link: new Int32Array(nodeCount),
    value: new Float64Array(nodeCount),
  };
  let at = 0;
  for (const [index, tree] of packed.trees.entries()) {
    trees.roots[index] = at;
    const end = unpackNode(packed, trees, tree, at, at);
    if (end === undefined || end !== at + tree.length / packed.width) return undefined;
    at = end;
  }
  return trees;
}

/** Unpacks node `at` of the tree that starts at `root`, and those below it; answers where the next one goes. */
function unpackNode(
  packed: PackedTrees,
  trees: Trees,
  tree: string,
  root: number,
  at: number,
): number | undefined {
  const { leafBit, cutBits } = layouts[packed.width];
  const start = packed.width * (at - root);
  let code = 0;
  for (let index = 0; index < packed.width; index++)
    code = (code << 6) | (valueOf[tree.charCodeAt(start + index)] ?? -1);
  if (code < 0) return undefined;
  if ((code & leafBit) !== 0) {
    trees.link[at] = -1;
    trees.value[at] = ((code & (leafBit - 1)) - leafBit / 2) * packed.step;
    return at + 1;
  }
  const feature = code >> cutBits;
  const cut = packed.cuts[feature]?.[code & ((1 << cutBits) - 1)];
  if (cut === undefined) return undefined;
  trees.value[at] = cut;
  const right = unpackNode(packed, trees, tree, root, at + 1);
  if (right === undefined) return undefined;
  trees.link[at] = 64 * right + feature;
  return unpackNode(packed, trees, tree, root, right);
}

const layouts = {
  2: { leafBit: 1 << 11, cutBits: 6 },
  3: { leafBit: 1 << 17, cutBits: 11 },
} as const;
const digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
/** By character code; -1 for a character that is no digit. */
const valueOf: readonly number[] = Array.from({ length: 128 }, (_, code) =>
  digits.indexOf(String.fromCharCode(code)),
);
