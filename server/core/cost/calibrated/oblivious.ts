import { afterWalks, chooseRows, cutRowsOf, placeOf, type CutRows } from "./cut-rows.js";
import { digitOf, layouts, type NodeWidth } from "./packed-nodes.js";

/**
 * Gradient-boosted trees of six levels that ask the same question at every node of a level (Prokhorenkova et al. 2018,
 * "CatBoost", section 4): a leaf's number is the six answers. They also overfit less where few shapes were measured.
 */
export interface ObliviousTrees {
  readonly kind: "oblivious";
  readonly packed: PackedOblivious;
  /** Six for each tree, as `packed-nodes.ts` has them. */
  readonly questions: Int32Array;
  readonly rows: () => ObliviousRows | undefined;
}

/**
 * Every question has a bit of its own, so that the rows of all features, added up, are the leaves' numbers: eight trees
 * of six bits in a number of 53.
 */
interface ObliviousRows {
  readonly cutRows: CutRows;
  readonly bits: Float64Array;
  /** Place of the rows' sum. */
  readonly sum: Float64Array;
  /** 64 for each tree, as multiples of `step`. */
  readonly leaves: Int32Array;
}

export const obliviousLevels = 6;
const treesInWord = 8;

export function evaluateOblivious(trees: ObliviousTrees, features: Float64Array): number {
  const { base, step } = trees.packed;
  const rows = trees.rows();
  return base + (rows === undefined ? walk(trees, features) : lookUp(rows, features)) * step;
}

function walk({ packed, questions }: ObliviousTrees, features: Float64Array): number {
  const { cuts, width, trees } = packed;
  const { cutBits } = layouts[width];
  const cutMask = (1 << cutBits) - 1;
  let multiple = 0;
  for (let tree = 0, at = 0; tree < trees.length; tree++) {
    let leaf = 0;
    for (let level = 0; level < obliviousLevels; level++) {
      const code = questions[at++] as number;
      const feature = code >> cutBits;
      const cut = (cuts[feature] as readonly number[])[code & cutMask] as number;
      leaf = 2 * leaf + ((features[feature] as number) > cut ? 1 : 0);
    }
    multiple += leafOf(trees[tree] as string, leaf, width);
  }
  return multiple;
}

function leafOf(text: string, leaf: number, width: NodeWidth): number {
  const { leafBit } = layouts[width];
  return (codeOf(text, obliviousLevels + leaf, width) & (leafBit - 1)) - leafBit / 2;
}

function codeOf(text: string, node: number, width: NodeWidth): number {
  const place = node * width;
  const code = (digitOf(text, place) << 6) | digitOf(text, place + 1);
  return width === 2 ? code : (code << 6) | digitOf(text, place + 2);
}

function lookUp(rows: ObliviousRows, features: Float64Array): number {
  const { cutRows, leaves } = rows;
  const words = addRows(rows, chooseRows(cutRows, features));
  let multiple = 0;
  for (let word = 0, first = 0; word < words.length; word++, first += 512) {
    const bits = words[word] as number;
    const high = Math.floor(bits * 2 ** -24);
    const low = bits - high * 2 ** 24;
    multiple += fourLeaves(leaves, first, low | 0) + fourLeaves(leaves, first + 256, high | 0);
  }
  return multiple;
}

/** Eight at a time: one by one takes twice as long. */
function addRows({ bits, sum }: ObliviousRows, chosen: Int32Array): Float64Array {
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
        (bits[a + word] as number) +
        (bits[b + word] as number) +
        (bits[c + word] as number) +
        (bits[d + word] as number) +
        (bits[e + word] as number) +
        (bits[f + word] as number) +
        (bits[g + word] as number) +
        (bits[h + word] as number);
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
  /** Ascending. */
  readonly cuts: readonly (readonly number[])[];
  readonly trees: readonly string[];
}

/** Undefined when a tree is broken. Leaves stay text until rows are made. */
export function unpackOblivious(packed: PackedOblivious): ObliviousTrees | undefined {
  const { width, cuts, trees } = packed;
  const { cutBits } = layouts[width];
  const cutMask = (1 << cutBits) - 1;
  const form = forms[width];
  const questions = new Int32Array(obliviousLevels * trees.length);
  for (let tree = 0, at = 0; tree < trees.length; tree++) {
    const text = trees[tree] as string;
    if (!form.test(text)) return undefined;
    for (let level = 0; level < obliviousLevels; level++) {
      const code = codeOf(text, level, width);
      if ((code & cutMask) >= (cuts[code >> cutBits]?.length ?? 0)) return undefined;
      questions[at++] = code;
    }
  }
  const rows = afterWalks(() => rowsOf(packed, questions));
  return { kind: "oblivious", packed, questions, rows };
}

/** Six questions and 64 leaves; the upper half of the digits begins a leaf. */
const forms = {
  2: /^(?:[A-Za-f][\w-]){6}(?:[g-z\d_-][\w-]){64}$/,
  3: /^(?:[A-Za-f][\w-]{2}){6}(?:[g-z\d_-][\w-]{2}){64}$/,
} as const;

function rowsOf({ cuts, width, trees }: PackedOblivious, questions: Int32Array): ObliviousRows {
  const { cutBits } = layouts[width];
  const cutMask = (1 << cutBits) - 1;
  const wordCount = Math.ceil(trees.length / treesInWord);
  const leaves = new Int32Array(64 * treesInWord * wordCount);
  const cutRows = cutRowsOf(cuts, { wordCount, group: 8 });
  const bits = new Float64Array(cutRows.size);
  for (let tree = 0, at = 0; tree < trees.length; tree++) {
    const text = trees[tree] as string;
    for (let leaf = 0; leaf < 64; leaf++) leaves[64 * tree + leaf] = leafOf(text, leaf, width);
    const word = Math.floor(tree / treesInWord);
    for (let level = obliviousLevels - 1; level >= 0; level--) {
      const code = questions[at++] as number;
      const place = placeOf(cutRows, code >> cutBits, code & cutMask) + word;
      bits[place] = (bits[place] as number) + 2 ** (obliviousLevels * (tree % treesInWord) + level);
    }
  }
  const { asked } = cutRows;
  for (const { row, cuts: own } of asked)
    for (let place = row + wordCount; place < row + own.length * wordCount; place++)
      bits[place] = (bits[place] as number) + (bits[place - wordCount] as number);
  return { cutRows, bits, sum: new Float64Array(wordCount), leaves };
}
