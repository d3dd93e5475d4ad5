import type { Analysis, TargetAnalysis } from "../../analysis.js";
import { productOf } from "../../base/product.js";
import type { Estimate } from "../../cost/cost.js";
import type { NodeId, ValueId } from "../../graph/graph.js";
import { type NodeCost, nodeCost } from "./node-cost.js";

/**
 * What many calls cost together on one target. Ends of intervals add up: kernels of one runtime err in the same
 * direction. What is not known is counted, not left out in silence.
 */
export type SummedCost =
  | {
      readonly kind: "time";
      readonly seconds: Estimate;
      readonly share: number | undefined;
      /** Of the longest part. */
      readonly bound: string;
      readonly engines: readonly string[];
      readonly reasons: readonly string[];
      readonly unknownCount: number;
      readonly unknownReason: string;
    }
  | { readonly kind: "none"; readonly word: string; readonly reason: string }
  | { readonly kind: "unknown"; readonly reason: string };

export function summedCost(
  analysis: Analysis,
  target: TargetAnalysis | undefined,
  nodeIds: readonly NodeId[],
): SummedCost {
  let longest: Extract<NodeCost, { kind: "time" }> | undefined;
  let none: Extract<NodeCost, { kind: "none" }> | undefined;
  let unknownReason = "";
  let unknownCount = 0;
  const sum = { value: 0, low: 0, high: 0 };
  let share: number | undefined = 0;
  const engines = new Set<string>();
  for (const nodeId of nodeIds) {
    const one = costOf(analysis, target, nodeId);
    if (one.kind === "unknown") {
      unknownCount += 1;
      unknownReason ||= one.reason;
    } else if (one.kind === "none") none ??= one;
    else {
      const { seconds } = one;
      sum.value += seconds.value;
      sum.low += seconds.low;
      sum.high += seconds.high;
      share = share === undefined || one.share === undefined ? undefined : share + one.share;
      engines.add(one.engine);
      if (longest === undefined || seconds.value > longest.seconds.value) longest = one;
    }
  }
  if (longest === undefined)
    return unknownCount > 0 || none === undefined
      ? { kind: "unknown", reason: unknownReason || "Nothing is known of this line." }
      : none;
  return {
    kind: "time",
    seconds: { ...longest.seconds, ...sum },
    share,
    bound: longest.bound,
    engines: [...engines],
    reasons: longest.reasons,
    unknownCount,
    unknownReason,
  };
}

/** What the calls take whatever the target: weights that several of them read count once. */
export interface SummedWork {
  readonly parameterCount: number;
  readonly weightBytes: number;
  /** Undefined when it is not known of one of them. */
  readonly macs: number | undefined;
}

export function summedWork({ model, layers }: Analysis, nodeIds: readonly NodeId[]): SummedWork {
  const weights = new Set<ValueId>();
  let macs: number | undefined = 0;
  for (const nodeId of nodeIds) {
    for (const id of model.graph.nodes[nodeId]?.inputs ?? [])
      if (model.graph.values[id]?.weight !== undefined) weights.add(id);
    const own = layers[nodeId]?.macs;
    macs = macs === undefined || own === undefined ? undefined : macs + own;
  }
  let parameterCount = 0;
  let weightBytes = 0;
  for (const id of weights) {
    const weight = model.graph.values[id]?.weight;
    if (weight === undefined) continue;
    weightBytes += weight.byteLength;
    if (weight.isBuffer !== true) parameterCount += productOf(weight.shape);
  }
  return { parameterCount, weightBytes, macs };
}

const noTarget = {};
const costs = new WeakMap<object, WeakMap<Analysis, Map<NodeId, NodeCost>>>();

function costOf(analysis: Analysis, target: TargetAnalysis | undefined, nodeId: NodeId): NodeCost {
  const key = target ?? noTarget;
  let ofTarget = costs.get(key);
  if (ofTarget === undefined) costs.set(key, (ofTarget = new WeakMap()));
  let ofAnalysis = ofTarget.get(analysis);
  if (ofAnalysis === undefined) {
    ofAnalysis = new Map<NodeId, NodeCost>();
    ofTarget.set(analysis, ofAnalysis);
  }
  let cost = ofAnalysis.get(nodeId);
  if (cost === undefined) ofAnalysis.set(nodeId, (cost = nodeCost(analysis, target, nodeId)));
  return cost;
}
