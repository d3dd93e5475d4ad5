import { digitOf, layouts, type NodeWidth } from "./packed-nodes.js";

/**
 * Gradient-boosted trees of six levels that ask the same question at every node of a level (Prokhorenkova et al. 2018,
 * "CatBoost", section 4): a leaf's number is six comparisons that do not wait for one another, so that a processor
 * answers three times as fast as by going from node to node. They also overfit less where few shapes were measured.
 */
export interface ObliviousTrees {
  readonly kind: "oblivious";
  readonly base: number;
  /** Six for each tree: the feature that a level asks for. */
  readonly asked: Uint8Array;
  /** Beside it: what exceeds the cut takes the upper half of the leaves. */
  readonly cuts: Float64Array;
  /** 64 for each tree. */
  readonly leaves: Float64Array;
}

export const obliviousLevels = 6;

/** Written out level by level: a loop over six takes nearly twice as long. */
export function evaluateOblivious(trees: ObliviousTrees, features: Float64Array): number {
  const { asked, cuts, leaves } = trees;
  let sum = trees.base;
  for (let first = 0, at = 0; first < leaves.length; first += 64, at += obliviousLevels) {
    const leaf =
      (isAbove(features, asked, cuts, at) << 5) |
      (isAbove(features, asked, cuts, at + 1) << 4) |
      (isAbove(features, asked, cuts, at + 2) << 3) |
      (isAbove(features, asked, cuts, at + 3) << 2) |
      (isAbove(features, asked, cuts, at + 4) << 1) |
      isAbove(features, asked, cuts, at + 5);
    sum += leaves[first + leaf] as number;
  }
  return sum;
}

function isAbove(
  features: Float64Array,
  asked: Uint8Array,
  cuts: Float64Array,
  at: number,
): number {
  return Number((features[asked[at] as number] as number) > (cuts[at] as number));
}

/**
 * As files hold them: cuts are indices into a list per feature, leaves are multiples of `step`. A tree is the text of its
 * six questions and then its leaves (`packed-nodes.ts`).
 */
export interface PackedOblivious {
  readonly base: number;
  readonly step: number;
  readonly width: NodeWidth;
  readonly cuts: readonly (readonly number[])[];
  readonly trees: readonly string[];
}

/** Undefined when a tree is broken. */
export function unpackOblivious(packed: PackedOblivious): ObliviousTrees | undefined {
  const { width, step, base } = packed;
  const { leafBit, cutBits } = layouts[width];
  const count = packed.trees.length;
  const asked = new Uint8Array(obliviousLevels * count);
  const cuts = new Float64Array(obliviousLevels * count);
  const leaves = new Float64Array(64 * count);
  for (let index = 0; index < count; index++) {
    const text = packed.trees[index] as string;
    if (text.length !== (obliviousLevels + 64) * width) return undefined;
    for (let node = 0; node < obliviousLevels + 64; node++) {
      let code = 0;
      for (let place = node * width; place < (node + 1) * width; place++)
        code = (code << 6) | digitOf(text, place);
      const isLeaf = node >= obliviousLevels;
      if (code < 0 || ((code & leafBit) !== 0) !== isLeaf) return undefined;
      if (isLeaf) {
        leaves[64 * index + node - obliviousLevels] = ((code & (leafBit - 1)) - leafBit / 2) * step;
        continue;
      }
      const feature = code >> cutBits;
      const cut = packed.cuts[feature]?.[code & ((1 << cutBits) - 1)];
      if (cut === undefined) return undefined;
      asked[obliviousLevels * index + node] = feature;
      cuts[obliviousLevels * index + node] = cut;
    }
  }
  return { kind: "oblivious", base, asked, cuts, leaves };
}
