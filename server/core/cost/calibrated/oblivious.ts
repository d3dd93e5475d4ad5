import { chooseRows, cutRowsOf, placesOf, type CutRows, type Question } from "./cut-rows.js";
import { digitOf, layouts, type NodeWidth } from "./packed-nodes.js";

/**
 * Gradient-boosted trees of six levels that ask the same question at every node of a level (Prokhorenkova et al. 2018,
 * "CatBoost", section 4): a leaf's number is the six answers. They also overfit less where few shapes were measured.
 * Every question has a bit of its own, so that the rows of all features, added up, are the leaves' numbers: eight trees
 * of six bits in a number of 53.
 */
export interface ObliviousTrees {
  readonly kind: "oblivious";
  readonly base: number;
  readonly step: number;
  readonly cutRows: CutRows;
  readonly rows: Float64Array;
  /** Place of the rows' sum. */
  readonly sum: Float64Array;
  /** 64 for each tree, as multiples of `step`. */
  readonly leaves: Int32Array;
}

export const obliviousLevels = 6;
const treesInWord = 8;

export function evaluateOblivious(trees: ObliviousTrees, features: Float64Array): number {
  const { base, step, leaves } = trees;
  const words = addRows(trees, chooseRows(trees.cutRows, features));
  let multiple = 0;
  for (let word = 0, first = 0; word < words.length; word++, first += 512) {
    const bits = words[word] as number;
    const high = Math.floor(bits * 2 ** -24);
    const low = bits - high * 2 ** 24;
    multiple += fourLeaves(leaves, first, low | 0) + fourLeaves(leaves, first + 256, high | 0);
  }
  return base + multiple * step;
}

/** Eight at a time: one by one takes twice as long. */
function addRows({ rows, sum }: ObliviousTrees, chosen: Int32Array): Float64Array {
  sum.fill(0);
  for (let index = 0; index < chosen.length; index += 8) {
    const a = chosen[index] as number;
    const b = chosen[index + 1] as number;
    const c = chosen[index + 2] as number;
    const d = chosen[index + 3] as number;
    const e = chosen[index + 4] as number;
    const f = chosen[index + 5] as number;
    const g = chosen[index + 6] as number;
    const h = chosen[index + 7] as number;
    for (let word = 0; word < sum.length; word++)
      sum[word] =
        (sum[word] as number) +
        (rows[a + word] as number) +
        (rows[b + word] as number) +
        (rows[c + word] as number) +
        (rows[d + word] as number) +
        (rows[e + word] as number) +
        (rows[f + word] as number) +
        (rows[g + word] as number) +
        (rows[h + word] as number);
  }
  return sum;
}

function fourLeaves(leaves: Int32Array, first: number, bits: number): number {
  return (
    (leaves[first + (bits & 63)] as number) +
    (leaves[first + 64 + ((bits >> 6) & 63)] as number) +
    (leaves[first + 128 + ((bits >> 12) & 63)] as number) +
    (leaves[first + 192 + ((bits >> 18) & 63)] as number)
  );
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
  const wordCount = Math.ceil(packed.trees.length / treesInWord);
  const questions: Question[] = [];
  const leaves = new Int32Array(64 * treesInWord * wordCount);
  for (let index = 0; index < packed.trees.length; index++) {
    const text = packed.trees[index] as string;
    if (text.length !== (obliviousLevels + 64) * width) return undefined;
    for (let node = 0; node < obliviousLevels + 64; node++) {
      let code = 0;
      for (let place = node * width; place < (node + 1) * width; place++)
        code = (code << 6) | digitOf(text, place);
      const isLeaf = node >= obliviousLevels;
      if (code < 0 || ((code & leafBit) !== 0) !== isLeaf) return undefined;
      if (isLeaf) {
        leaves[64 * index + node - obliviousLevels] = (code & (leafBit - 1)) - leafBit / 2;
        continue;
      }
      const feature = code >> cutBits;
      const cut = packed.cuts[feature]?.[code & ((1 << cutBits) - 1)];
      if (cut === undefined) return undefined;
      const bit = obliviousLevels * (index % treesInWord) + obliviousLevels - 1 - node;
      questions.push({ feature, cut, word: Math.floor(index / treesInWord), bits: 2 ** bit });
    }
  }
  const cutRows = cutRowsOf(questions, packed.cuts, { wordCount, group: 8 });
  const rows = fillRows(cutRows, questions);
  const sum = new Float64Array(wordCount);
  return { kind: "oblivious", base, step, cutRows, rows, sum, leaves };
}

function fillRows(cutRows: CutRows, questions: readonly Question[]): Float64Array {
  const { slots, wordCount, size } = cutRows;
  const rows = new Float64Array(size);
  const places = placesOf(cutRows, questions);
  for (let index = 0; index < places.length; index++) {
    const place = places[index] as number;
    rows[place] = (rows[place] as number) + (questions[index] as Question).bits;
  }
  for (const { row, cuts } of slots)
    for (let place = row + wordCount; place < row + cuts.length * wordCount; place++)
      rows[place] = (rows[place] as number) + (rows[place - wordCount] as number);
  return rows;
}
