import {
  packNode,
  widthOf,
  type TreeNode,
} from "../../../server/core/cost/calibrated/packed-nodes.js";
import type { PackedTrees } from "../../../server/core/cost/calibrated/trees.js";
import { binRows, type Bins } from "./bins.js";
import { randomSource, rounded, type Rows } from "./matrix.js";

/** Boosted trees as calibration files hold them. */
export interface TreesFile extends PackedTrees {
  readonly kind: "trees";
}

export interface TreeOptions {
  readonly count: number;
  readonly depth: number;
  readonly rate: number;
  /** Rows that a leaf needs at least. */
  readonly leafRows: number;
  /** Share of rows and of features that each tree sees. */
  readonly rowShare: number;
  readonly featureShare: number;
  /** Added to the rows of a leaf in the denominator: shrinks small leaves. */
  readonly shrinkage: number;
  readonly binCount: number;
  readonly seed: number;
  /** By feature: 1 where the answer must not fall as it grows, -1 where it must not rise. */
  readonly monotone?: readonly number[];
  /** Residuals beyond this count as this much (Huber's loss). */
  readonly outlier: number;
  readonly weights?: Float64Array;
}

export const treeDefaults: TreeOptions = {
  count: 300,
  depth: 5,
  rate: 0.08,
  leafRows: 5,
  rowShare: 0.8,
  featureShare: 0.7,
  shrinkage: 1,
  binCount: 64,
  seed: 1,
  outlier: 0.3,
};

/** Histogram gradient boosting (Friedman 2001; bins and gains as in LightGBM, Ke et al. 2017) with Huber's loss. */
export function fitTrees(
  rows: Rows,
  targets: Float64Array,
  given: Partial<TreeOptions>,
): TreesFile {
  const options = { ...treeDefaults, ...given };
  const bins = binRows(rows, options.binCount);
  const base = medianOf(targets);
  const current = new Float64Array(rows.length).fill(base);
  const gradient = new Float64Array(rows.length);
  const random = randomSource(options.seed);
  const trees: number[][] = [];
  const step = 1e-4;
  for (let index = 0; index < options.count; index++) {
    for (let row = 0; row < rows.length; row++) {
      const residual = (targets[row] ?? 0) - (current[row] ?? 0);
      gradient[row] = Math.min(Math.max(residual, -options.outlier), options.outlier);
    }
    const chosen: number[] = [];
    for (let row = 0; row < rows.length; row++) if (random() < options.rowShare) chosen.push(row);
    const features = bins.cuts.map((cuts) => cuts.length > 0 && random() < options.featureShare);
    const grower: Grower = { bins, gradient, options, features, step, tree: [] };
    grow(grower, Int32Array.from(chosen), options.depth, [-Infinity, Infinity]);
    if (grower.tree.length <= 2) continue;
    trees.push(grower.tree);
    for (let row = 0; row < rows.length; row++)
      current[row] = (current[row] ?? 0) + step * answer(grower.tree, bins, row);
  }
  return { kind: "trees", base: rounded(base, 6), step, ...compact(bins.cuts, trees) };
}

interface Grower {
  readonly bins: Bins;
  readonly gradient: Float64Array;
  readonly options: TreeOptions;
  readonly features: readonly boolean[];
  readonly step: number;
  /** Preorder, two numbers for each node: a split is its feature and the cut's bin, a leaf -1 and its multiple. */
  readonly tree: number[];
}

type Bounds = readonly [number, number];

/** `bounds`: what monotone splits above leave for the leaf's value. */
function grow(grower: Grower, rows: Int32Array, depth: number, bounds: Bounds): void {
  const { bins, gradient, options, tree } = grower;
  let sum = 0;
  let weight = 0;
  for (const row of rows) {
    const share = options.weights?.[row] ?? 1;
    sum += share * (gradient[row] ?? 0);
    weight += share;
  }
  const value = clamp(sum / (weight + options.shrinkage), bounds);
  const split = depth === 0 ? undefined : bestSplit(grower, rows, sum, weight, bounds);
  if (split === undefined) {
    tree.push(-1, Math.round((options.rate * value) / grower.step));
    return;
  }
  const codes = bins.codes[split.feature] ?? new Uint8Array(0);
  const left = rows.filter((row) => (codes[row] ?? 0) <= split.cut);
  const right = rows.filter((row) => (codes[row] ?? 0) > split.cut);
  tree.push(split.feature, split.cut);
  const middle = (split.leftValue + split.rightValue) / 2;
  const direction = options.monotone?.[split.feature] ?? 0;
  const below: Bounds = [bounds[0], Math.min(bounds[1], middle)];
  const above: Bounds = [Math.max(bounds[0], middle), bounds[1]];
  grow(grower, left, depth - 1, direction === 0 ? bounds : direction > 0 ? below : above);
  grow(grower, right, depth - 1, direction === 0 ? bounds : direction > 0 ? above : below);
}

interface Split {
  readonly feature: number;
  readonly cut: number;
  readonly leftValue: number;
  readonly rightValue: number;
}

function bestSplit(
  { bins, gradient, options, features }: Grower,
  rows: Int32Array,
  sum: number,
  weight: number,
  bounds: Bounds,
): Split | undefined {
  if (rows.length < 2 * options.leafRows) return undefined;
  let best: Split | undefined;
  let bestGain = (sum * sum) / (weight + options.shrinkage) + 1e-9;
  const sums = new Float64Array(options.binCount);
  const weights = new Float64Array(options.binCount);
  const counts = new Int32Array(options.binCount);
  for (const [feature, cuts] of bins.cuts.entries()) {
    if (features[feature] !== true) continue;
    const codes = bins.codes[feature] ?? new Uint8Array(0);
    sums.fill(0);
    weights.fill(0);
    counts.fill(0);
    for (const row of rows) {
      const code = codes[row] ?? 0;
      const share = options.weights?.[row] ?? 1;
      sums[code] = (sums[code] ?? 0) + share * (gradient[row] ?? 0);
      weights[code] = (weights[code] ?? 0) + share;
      counts[code] = (counts[code] ?? 0) + 1;
    }
    let leftSum = 0;
    let leftWeight = 0;
    let leftCount = 0;
    for (let cut = 0; cut < cuts.length; cut++) {
      leftSum += sums[cut] ?? 0;
      leftWeight += weights[cut] ?? 0;
      leftCount += counts[cut] ?? 0;
      if (leftCount < options.leafRows) continue;
      if (rows.length - leftCount < options.leafRows) break;
      const leftValue = clamp(leftSum / (leftWeight + options.shrinkage), bounds);
      const rightSum = sum - leftSum;
      const rightWeight = weight - leftWeight;
      const rightValue = clamp(rightSum / (rightWeight + options.shrinkage), bounds);
      if ((rightValue - leftValue) * (options.monotone?.[feature] ?? 0) < 0) continue;
      const gain =
        (leftSum * leftSum) / (leftWeight + options.shrinkage) +
        (rightSum * rightSum) / (rightWeight + options.shrinkage);
      if (gain <= bestGain) continue;
      bestGain = gain;
      best = { feature, cut, leftValue, rightValue };
    }
  }
  return best;
}

/** The leaf's multiple for a row that has been binned. */
function answer(tree: readonly number[], bins: Bins, row: number): number {
  let at = 0;
  for (;;) {
    const feature = tree[at] ?? -1;
    const argument = tree[at + 1] ?? 0;
    if (feature < 0) return argument;
    at = (bins.codes[feature]?.[row] ?? 0) <= argument ? at + 2 : skip(tree, at + 2);
  }
}

/** Where the subtree at `at` ends. */
function skip(tree: readonly number[], at: number): number {
  let open = 1;
  while (open > 0) {
    open += (tree[at] ?? -1) < 0 ? -1 : 1;
    at += 2;
  }
  return at;
}

/** Leaves out cuts that no tree uses. */
function compact(
  cuts: Bins["cuts"],
  trees: readonly (readonly number[])[],
): Pick<TreesFile, "cuts" | "trees" | "width"> {
  const used = cuts.map(() => new Set<number>());
  for (const tree of trees)
    for (let at = 0; at < tree.length; at += 2) {
      const feature = tree[at] ?? -1;
      if (feature >= 0) used[feature]?.add(tree[at + 1] ?? 0);
    }
  const kept = used.map((indices) => [...indices].sort((a, b) => a - b));
  const place = kept.map((indices) => new Map(indices.map((cut, index) => [cut, index])));
  const nodes = trees.map((tree) => {
    const own: TreeNode[] = [];
    for (let at = 0; at < tree.length; at += 2) {
      const feature = tree[at] ?? -1;
      const argument = tree[at + 1] ?? 0;
      own.push(
        feature < 0
          ? { kind: "leaf", multiple: argument }
          : { kind: "split", feature, cut: place[feature]?.get(argument) ?? 0 },
      );
    }
    return own;
  });
  const width = widthOf(nodes.flat());
  return {
    cuts: kept.map((indices, feature) => indices.map((cut) => cuts[feature]?.[cut] ?? 0)),
    width,
    trees: nodes.map((tree) => tree.map((node) => packNode(node, width)).join("")),
  };
}

function clamp(value: number, [low, high]: Bounds): number {
  return Math.min(Math.max(value, low), high);
}

function medianOf(values: Float64Array): number {
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
