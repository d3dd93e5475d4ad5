import type { Analysis, TargetAnalysis } from "../../analysis.js";
import { factsOf } from "../layer-order.js";
import { scopeTree } from "./scope-tree.js";

/** The chain of dependent nodes that takes longest: no number of engines makes the model faster than it. */
export interface CriticalPath {
  readonly seconds: number;
  /** The node that follows on the path; -1 for its last and for nodes beside it. */
  readonly next: Int32Array;
  readonly isOn: Uint8Array;
}

const paths = new WeakMap<Analysis, Map<TargetAnalysis | undefined, CriticalPath>>();

export function criticalPath(analysis: Analysis, target: TargetAnalysis | undefined): CriticalPath {
  let known = paths.get(analysis);
  if (known === undefined)
    paths.set(analysis, (known = new Map<TargetAnalysis | undefined, CriticalPath>()));
  let path = known.get(target);
  if (path === undefined) known.set(target, (path = longestChain(analysis, target)));
  return path;
}

function longestChain(analysis: Analysis, target: TargetAnalysis | undefined): CriticalPath {
  const { flow } = scopeTree(analysis);
  const { costs } = factsOf(analysis, target);
  const count = costs.length;
  const finish = new Float64Array(count);
  const before = new Int32Array(count).fill(-1);
  let last = -1;
  for (let nodeId = 0; nodeId < count; nodeId++) {
    let start = 0;
    for (const value of flow.inputs[nodeId] ?? []) {
      const producer = flow.producer[value] ?? -1;
      if (producer < 0 || flow.isFolded[producer] === 1 || (finish[producer] ?? 0) <= start)
        continue;
      start = finish[producer] ?? 0;
      before[nodeId] = producer;
    }
    const cost = costs[nodeId];
    finish[nodeId] = start + (cost?.state === "kernel" ? cost.cost.seconds.value : 0);
    if (last < 0 || (finish[nodeId] ?? 0) > (finish[last] ?? 0)) last = nodeId;
  }
  const next = new Int32Array(count).fill(-1);
  const isOn = new Uint8Array(count);
  const seconds = last < 0 ? 0 : (finish[last] ?? 0);
  if (seconds > 0)
    for (let nodeId = last, after = -1; nodeId >= 0; nodeId = before[nodeId] ?? -1) {
      isOn[nodeId] = 1;
      next[nodeId] = after;
      after = nodeId;
    }
  return { seconds, next, isOn };
}
