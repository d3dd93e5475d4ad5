import {
  obliviousLevels,
  type PackedOblivious,
} from "../../../server/core/cost/calibrated/oblivious.js";
import {
  packNode,
  widthOf,
  type TreeNode,
} from "../../../server/core/cost/calibrated/packed-nodes.js";
import { binRows, type Bins } from "./bins.js";
import { randomSource, rounded, type Rows } from "./matrix.js";

/** Oblivious trees as calibration files hold them. */
export interface ObliviousFile extends PackedOblivious {
  readonly kind: "oblivious";
}

export interface ObliviousOptions {
  readonly count: number;
  readonly rate: number;
  /** Share of the rows that each tree sees, and of the features that a level may ask for. */
  readonly rowShare: number;
  readonly featureShare: number;
  /** Added to the rows of a leaf in the denominator: shrinks small leaves. */
  readonly shrinkage: number;
  readonly binCount: number;
  readonly seed: number;
  /** Residuals beyond this count as this much (Huber's loss). */
  readonly outlier: number;
  readonly weights?: Float64Array;
}

export const obliviousDefaults: ObliviousOptions = {
  count: 200,
  rate: 0.1,
  rowShare: 0.8,
  featureShare: 0.5,
  shrinkage: 1,
  binCount: 64,
  seed: 1,
  outlier: 0.3,
};

/**
 * Gradient boosting on logarithms of times, one split for all nodes of a level (CatBoost's trees, Prokhorenkova et al.
 * 2018). The loss is the relative error |e^(answer − target) − 1|, rounded off near 0 as Huber's is: what answers twice
 * the time errs by 100 %, half of it by 50 %, and published errors count so.
 */
export function fitOblivious(
  rows: Rows,
  targets: Float64Array,
  given: Partial<ObliviousOptions>,
): ObliviousFile {
  const options = { ...obliviousDefaults, ...given };
  const bins = binRows(rows, options.binCount);
  const base = Float64Array.from(targets).sort()[targets.length >> 1] ?? 0;
  const current = new Float64Array(rows.length).fill(base);
  const gradient = new Float64Array(rows.length);
  const random = randomSource(options.seed);
  const trees: Tree[] = [];
  for (let index = 0; index < options.count; index++) {
    for (let row = 0; row < rows.length; row++)
      gradient[row] = slopeOf((targets[row] ?? 0) - (current[row] ?? 0), options.outlier);
    const chosen: number[] = [];
    for (let row = 0; row < rows.length; row++) if (random() < options.rowShare) chosen.push(row);
    const { tree, leafOf } = grow({ bins, gradient, options }, chosen, random);
    trees.push(tree);
    for (let row = 0; row < rows.length; row++)
      current[row] = (current[row] ?? 0) + step * (tree.leaves[leafOf[row] ?? 0] ?? 0);
  }
  return { kind: "oblivious", base: rounded(base, 6), step, ...packed(bins.cuts, trees) };
}

/** What a leaf's multiple stands for. */
const step = 1e-4;

function slopeOf(residual: number, outlier: number): number {
  const bounded = Math.min(Math.max(residual, -outlier), outlier);
  return bounded * Math.exp(-Math.min(Math.max(residual, -0.7), 0.7));
}

interface Tree {
  readonly splits: readonly Split[];
  readonly leaves: readonly number[];
}

interface Split {
  readonly feature: number;
  readonly cut: number;
}

interface Grower {
  readonly bins: Bins;
  readonly gradient: Float64Array;
  readonly options: ObliviousOptions;
}

/** Level by level, the split that explains most over all nodes of the level; `leafOf` goes by row. */
function grow(
  grower: Grower,
  chosen: readonly number[],
  random: () => number,
): { readonly tree: Tree; readonly leafOf: Uint8Array } {
  const { bins, gradient, options } = grower;
  const leafOf = new Uint8Array(gradient.length);
  const splits: Split[] = [];
  for (let level = 0; level < obliviousLevels; level++) {
    const isAsked = bins.cuts.map((cuts) => cuts.length > 0 && random() < options.featureShare);
    const split = bestSplit(grower, chosen, { leafOf, leafCount: 1 << level }, isAsked);
    splits.push(split);
    const codes = bins.codes[split.feature] ?? leafOf;
    for (let row = 0; row < leafOf.length; row++)
      leafOf[row] = 2 * (leafOf[row] ?? 0) + ((codes[row] ?? 0) > split.cut ? 1 : 0);
  }
  const sums = new Float64Array(1 << obliviousLevels);
  const weights = new Float64Array(1 << obliviousLevels);
  for (const row of chosen) {
    const leaf = leafOf[row] ?? 0;
    const weight = options.weights?.[row] ?? 1;
    sums[leaf] = (sums[leaf] ?? 0) + weight * (gradient[row] ?? 0);
    weights[leaf] = (weights[leaf] ?? 0) + weight;
  }
  const leaves = Array.from(sums, (sum, leaf) =>
    Math.round((options.rate * sum) / ((weights[leaf] ?? 0) + options.shrinkage) / step),
  );
  return { tree: { splits, leaves }, leafOf };
}

function bestSplit(
  { bins, gradient, options }: Grower,
  chosen: readonly number[],
  { leafOf, leafCount }: { readonly leafOf: Uint8Array; readonly leafCount: number },
  isAsked: readonly boolean[],
): Split {
  const { shrinkage, binCount, weights: given } = options;
  let best: Split = { feature: 0, cut: 0 };
  let bestGain = -Infinity;
  const sums = new Float64Array(leafCount * binCount);
  const weights = new Float64Array(leafCount * binCount);
  const gains = new Float64Array(binCount);
  for (const [feature, cuts] of bins.cuts.entries()) {
    const codes = bins.codes[feature];
    if (isAsked[feature] !== true || codes === undefined) continue;
    sums.fill(0);
    weights.fill(0);
    gains.fill(0);
    for (const row of chosen) {
      const at = (leafOf[row] as number) * binCount + (codes[row] as number);
      const weight = given === undefined ? 1 : (given[row] as number);
      sums[at] = (sums[at] as number) + weight * (gradient[row] as number);
      weights[at] = (weights[at] as number) + weight;
    }
    for (let leaf = 0; leaf < leafCount; leaf++) {
      const from = leaf * binCount;
      let sum = 0;
      let weight = 0;
      for (let bin = 0; bin <= cuts.length; bin++) {
        sum += sums[from + bin] as number;
        weight += weights[from + bin] as number;
      }
      if (weight === 0) continue;
      let left = 0;
      let leftWeight = 0;
      for (let cut = 0; cut < cuts.length; cut++) {
        left += sums[from + cut] as number;
        leftWeight += weights[from + cut] as number;
        const right = sum - left;
        gains[cut] =
          (gains[cut] as number) +
          (left * left) / (leftWeight + shrinkage) +
          (right * right) / (weight - leftWeight + shrinkage);
      }
    }
    for (let cut = 0; cut < cuts.length; cut++)
      if ((gains[cut] as number) > bestGain) {
        bestGain = gains[cut] as number;
        best = { feature, cut };
      }
  }
  return best;
}

/** Leaves out cuts that no tree asks for. */
function packed(
  cuts: Bins["cuts"],
  trees: readonly Tree[],
): Pick<ObliviousFile, "cuts" | "trees" | "width"> {
  const used = cuts.map(() => new Set<number>());
  for (const { splits } of trees) for (const { feature, cut } of splits) used[feature]?.add(cut);
  const kept = used.map((indices) => [...indices].sort((a, b) => a - b));
  const nodes = trees.map(({ splits, leaves }): readonly TreeNode[] => [
    ...splits.map(({ feature, cut }) => ({
      kind: "split" as const,
      feature,
      cut: kept[feature]?.indexOf(cut) ?? 0,
    })),
    ...leaves.map((multiple) => ({ kind: "leaf" as const, multiple })),
  ]);
  const width = widthOf(nodes.flat());
  return {
    cuts: kept.map((indices, feature) => indices.map((cut) => cuts[feature]?.[cut] ?? 0)),
    width,
    trees: nodes.map((tree) => tree.map((node) => packNode(node, width)).join("")),
  };
}
