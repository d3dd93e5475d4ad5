import { afterWalks, chooseRows, cutRowsOf, placeOf, type CutRows } from "./cut-rows.js";
import { digitOf, layouts, type NodeWidth } from "./packed-nodes.js";

/** Gradient-boosted regression trees of at most 32 leaves. */
export interface Trees {
  readonly kind: "trees";
  readonly base: number;
  readonly step: number;
  readonly nodes: Nodes;
  readonly rows: () => TreeRows | undefined;
}

/** Of all trees in one list, a tree in preorder: the left child, which takes what does not exceed the cut, follows its parent. */
interface Nodes {
  readonly width: NodeWidth;
  readonly cuts: Cuts;
  /** Where each tree begins, and the end. */
  readonly starts: Int32Array;
  /** As `packed-nodes.ts` has them. */
  readonly codes: Int32Array;
  /** The right child of a split. */
  readonly right: Int32Array;
}

type Cuts = readonly (readonly number[])[];

/**
 * What exceeds a node's cut goes to the right, and comes to none of the leaves on its left: a tree's bits are those of its
 * leaves that are out of reach, and the first that is left answers.
 */
interface TreeRows {
  readonly cutRows: CutRows;
  readonly bits: Int32Array;
  /** Place of what the rows come to. */
  readonly joined: Int32Array;
  /** 32 for each word, as multiples of `step`. */
  readonly leaves: Int32Array;
  /** Trees of 16 leaves at most lie two in a word. */
  readonly isPaired: boolean;
}

export function evaluateTrees({ base, step, nodes, rows }: Trees, features: Float64Array): number {
  const made = rows();
  return base + (made === undefined ? walk(nodes, features) : lookUp(made, features)) * step;
}

function walk({ width, cuts, starts, codes, right }: Nodes, features: Float64Array): number {
  const { leafBit, cutBits } = layouts[width];
  const cutMask = (1 << cutBits) - 1;
  let multiple = 0;
  for (let tree = 0; tree + 1 < starts.length; tree++) {
    let at = starts[tree] as number;
    let code = codes[at] as number;
    while ((code & leafBit) === 0) {
      const feature = code >> cutBits;
      const cut = (cuts[feature] as readonly number[])[code & cutMask] as number;
      at = (features[feature] as number) > cut ? (right[at] as number) : at + 1;
      code = codes[at] as number;
    }
    multiple += (code & (leafBit - 1)) - leafBit / 2;
  }
  return multiple;
}

function lookUp(rows: TreeRows, features: Float64Array): number {
  const { cutRows, leaves, isPaired } = rows;
  const words = joinRows(rows, chooseRows(cutRows, features));
  let multiple = 0;
  for (let word = 0, first = 0; word < words.length; word++, first += 32) {
    const left = ~(words[word] as number);
    if (!isPaired) {
      multiple += leaves[first + lowestBit(left)] as number;
      continue;
    }
    multiple += leaves[first + lowestBit(left & 0xffff)] as number;
    multiple += leaves[first + lowestBit(left & 0xffff0000)] as number;
  }
  return multiple;
}

function lowestBit(bits: number): number {
  return 31 - Math.clz32(bits & -bits);
}

function joinRows({ bits, joined }: TreeRows, chosen: Int32Array): Int32Array {
  joined.fill(0);
  for (let index = 0; index < chosen.length; index += 4) {
    const a = chosen[index] as number;
    const b = chosen[index + 1] as number;
    const c = chosen[index + 2] as number;
    const d = chosen[index + 3] as number;
    for (let word = 0; word < joined.length; word++)
      joined[word] =
        (joined[word] as number) |
        (bits[a + word] as number) |
        (bits[b + word] as number) |
        (bits[c + word] as number) |
        (bits[d + word] as number);
  }
  return joined;
}

/**
 * As files hold them: cuts are indices into a list per feature, leaves are multiples of `step`. A tree is a text in
 * preorder of `packed-nodes.ts`.
 */
export interface PackedTrees {
  readonly base: number;
  readonly step: number;
  /** Characters for each node. */
  readonly width: NodeWidth;
  /** Ascending. */
  readonly cuts: Cuts;
  readonly trees: readonly string[];
}

/** Undefined when a tree is broken, or has too many leaves. Iterative, since it runs before anything is compiled. */
export function unpackTrees(packed: PackedTrees): Trees | undefined {
  const { width, step, base, cuts, trees } = packed;
  const { leafBit, cutBits } = layouts[width];
  const cutMask = (1 << cutBits) - 1;
  const starts = new Int32Array(trees.length + 1);
  trees.forEach(
    (text, tree) => (starts[tree + 1] = (starts[tree] as number) + text.length / width),
  );
  const codes = new Int32Array(starts[trees.length] as number);
  const right = new Int32Array(codes.length);
  /** Splits whose right child is still to come. */
  const open = new Int32Array(mostLeaves);
  for (let tree = 0; tree < trees.length; tree++) {
    const text = trees[tree] as string;
    if (text.length % width !== 0 || text.length > (2 * mostLeaves - 1) * width) return undefined;
    let at = starts[tree] as number;
    let depth = 0;
    let isWhole = false;
    for (let place = 0; place < text.length; place += width) {
      let code = (digitOf(text, place) << 6) | digitOf(text, place + 1);
      if (width === 3) code = (code << 6) | digitOf(text, place + 2);
      if (isWhole || code < 0) return undefined;
      codes[at++] = code;
      if ((code & leafBit) === 0) {
        if ((code & cutMask) >= (cuts[code >> cutBits]?.length ?? 0)) return undefined;
        open[depth++] = at - 1;
      } else if (depth === 0) isWhole = true;
      else right[open[--depth] as number] = at;
    }
    if (!isWhole) return undefined;
  }
  const nodes = { width, cuts, starts, codes, right };
  return { kind: "trees", base, step, nodes, rows: afterWalks(() => rowsOf(nodes)) };
}

const mostLeaves = 32;

function rowsOf({ width, cuts, starts, codes, right }: Nodes): TreeRows {
  const { leafBit, cutBits } = layouts[width];
  const count = starts.length - 1;
  let most = 0;
  for (let tree = 0; tree < count; tree++)
    most = Math.max(most, (starts[tree + 1] as number) - (starts[tree] as number));
  // A tree of 16 leaves has 31 nodes.
  const isPaired = most <= 31;
  const bitsOfTree = isPaired ? 16 : 32;
  const wordCount = Math.ceil((count * bitsOfTree) / 32);
  const leaves = new Int32Array(32 * wordCount);
  const cutRows = cutRowsOf(cuts, { wordCount, group: 4 });
  const bits = new Int32Array(cutRows.size);
  for (let tree = 0; tree < count; tree++) {
    const word = (tree * bitsOfTree) >> 5;
    const first = (tree * bitsOfTree) & 31;
    const start = starts[tree] as number;
    const end = starts[tree + 1] as number;
    for (let at = start, leaf = first; at < end; at++) {
      const code = codes[at] as number;
      if ((code & leafBit) !== 0) {
        leaves[32 * word + leaf++] = (code & (leafBit - 1)) - leafBit / 2;
        continue;
      }
      const place = placeOf(cutRows, code >> cutBits, code & ((1 << cutBits) - 1)) + word;
      // A left child of n leaves is 2n − 1 nodes.
      const ofLeft = ((right[at] as number) - at) / 2;
      bits[place] = (bits[place] as number) | (((1 << ofLeft) - 1) << leaf);
    }
  }
  const { asked } = cutRows;
  for (const { row, cuts: own } of asked)
    for (let place = row + wordCount; place < row + own.length * wordCount; place++)
      bits[place] = (bits[place] as number) | (bits[place - wordCount] as number);
  return { cutRows, bits, joined: new Int32Array(wordCount), leaves, isPaired };
}
