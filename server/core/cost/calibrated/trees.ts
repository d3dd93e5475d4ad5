import { chooseRows, cutRowsOf, placesOf, type CutRows, type Question } from "./cut-rows.js";
import { digitOf, layouts } from "./packed-nodes.js";

/**
 * Gradient-boosted regression trees of at most 32 leaves. What exceeds a node's cut goes to the right, and comes to none of
 * the leaves on its left: a tree's bits are those of its leaves that are out of reach, and the first that is left
 * answers.
 */
export interface Trees {
  readonly kind: "trees";
  readonly base: number;
  readonly step: number;
  readonly cutRows: CutRows;
  readonly rows: Int32Array;
  /** Place of what the rows come to. */
  readonly joined: Int32Array;
  /** 32 for each word, as multiples of `step`. */
  readonly leaves: Int32Array;
  /** Trees of 16 leaves at most lie two in a word. */
  readonly isPaired: boolean;
}

export function evaluateTrees(trees: Trees, features: Float64Array): number {
  const { base, step, leaves, isPaired } = trees;
  const words = joinRows(trees, chooseRows(trees.cutRows, features));
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
  return base + multiple * step;
}

function lowestBit(bits: number): number {
  return 31 - Math.clz32(bits & -bits);
}

function joinRows({ rows, joined }: Trees, chosen: Int32Array): Int32Array {
  joined.fill(0);
  for (let index = 0; index < chosen.length; index += 4) {
    const a = chosen[index] as number;
    const b = chosen[index + 1] as number;
    const c = chosen[index + 2] as number;
    const d = chosen[index + 3] as number;
    for (let word = 0; word < joined.length; word++)
      joined[word] =
        (joined[word] as number) |
        (rows[a + word] as number) |
        (rows[b + word] as number) |
        (rows[c + word] as number) |
        (rows[d + word] as number);
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
  readonly width: 2 | 3;
  readonly cuts: readonly (readonly number[])[];
  readonly trees: readonly string[];
}

/** Undefined when a tree is broken, or has too many leaves. Iterative, since it runs before anything is compiled. */
export function unpackTrees(packed: PackedTrees): Trees | undefined {
  const { width, step, base } = packed;
  const { leafBit, cutBits } = layouts[width];
  const count = packed.trees.length;
  // A tree of 16 leaves has 31 nodes.
  const isPaired = packed.trees.every((text) => text.length <= 31 * width);
  const bitsOfTree = isPaired ? 16 : 32;
  const wordCount = Math.ceil((count * bitsOfTree) / 32);
  const questions: Question[] = [];
  const leaves = new Int32Array(32 * wordCount);
  for (let tree = 0; tree < count; tree++) {
    const text = packed.trees[tree] as string;
    if (text.length % width !== 0) return undefined;
    const word = (tree * bitsOfTree) >> 5;
    const start = (tree * bitsOfTree) & 31;
    /** Splits whose right child is still to come, each with its first leaf. */
    const open: { readonly feature: number; readonly cut: number; readonly first: number }[] = [];
    let leaf = start;
    let isWhole = false;
    for (let place = 0; place < text.length; place += width) {
      let code = (digitOf(text, place) << 6) | digitOf(text, place + 1);
      if (width === 3) code = (code << 6) | digitOf(text, place + 2);
      if (isWhole || code < 0) return undefined;
      if ((code & leafBit) === 0) {
        const feature = code >> cutBits;
        const cut = packed.cuts[feature]?.[code & ((1 << cutBits) - 1)];
        if (cut === undefined) return undefined;
        open.push({ feature, cut, first: leaf });
        continue;
      }
      if (leaf === start + bitsOfTree) return undefined;
      leaves[32 * word + leaf] = (code & (leafBit - 1)) - leafBit / 2;
      leaf += 1;
      const parent = open.pop();
      if (parent === undefined) isWhole = true;
      else {
        const { feature, cut, first } = parent;
        questions.push({ feature, cut, word, bits: bitsBetween(first, leaf) });
      }
    }
    if (!isWhole) return undefined;
  }
  const cutRows = cutRowsOf(questions, packed.cuts, { wordCount, group: 4 });
  const rows = fillRows(cutRows, questions);
  return {
    kind: "trees",
    base,
    step,
    cutRows,
    rows,
    joined: new Int32Array(wordCount),
    leaves,
    isPaired,
  };
}

/** Of leaves from `first` up to `end`; they are never all of 32, since the right child has one at least. */
function bitsBetween(first: number, end: number): number {
  return ((1 << (end - first)) - 1) << first;
}

function fillRows(cutRows: CutRows, questions: readonly Question[]): Int32Array {
  const { slots, wordCount, size } = cutRows;
  const rows = new Int32Array(size);
  const places = placesOf(cutRows, questions);
  for (let index = 0; index < places.length; index++) {
    const place = places[index] as number;
    rows[place] = (rows[place] as number) | (questions[index] as Question).bits;
  }
  for (const { row, cuts } of slots)
    for (let place = row + wordCount; place < row + cuts.length * wordCount; place++)
      rows[place] = (rows[place] as number) | (rows[place - wordCount] as number);
  return rows;
}
