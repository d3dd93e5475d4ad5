import type { Analysis, TargetAnalysis } from "../analysis.js";
import { nodeName, type NodeName } from "./memory.js";
import { roomForActivations } from "./memory-use.js";

/** What would take less memory, each change by itself, on one target. Undefined while a tensor's size is not known. */
export function view(
  analysis: Analysis,
  params: { readonly target: string | null },
): MemoryWhatIfsView | undefined {
  const target = analysis.targets.find((candidate) => candidate.target.id === params.target);
  const plan = params.target === null ? analysis.memoryPlan : target?.memoryPlan;
  if (plan === undefined) return undefined;
  const { whatIfs, reordered } = plan;
  const name = (nodeId: number): NodeName => nodeName(analysis, nodeId);
  const rows: MemoryWhatIf[] = [];
  if (reordered !== undefined)
    rows.push({
      kind: "order",
      bytes: reordered.size,
      moved: name(reordered.movedNodeId),
      before: name(reordered.beforeNodeId),
    });
  if (whatIfs?.inPlace !== undefined)
    rows.push({
      kind: "in-place",
      bytes: whatIfs.inPlace.size,
      kernelCount: whatIfs.inPlace.kernelCount,
    });
  if (whatIfs?.recomputed !== undefined) {
    const { size, repeatedNodeIds, beforeNodeIds } = whatIfs.recomputed;
    rows.push({
      kind: "recomputation",
      bytes: size,
      repeated: repeatedNodeIds.map(name),
      before: beforeNodeIds.map(name),
      extraSeconds: secondsOf(target, repeatedNodeIds),
    });
  }
  if (whatIfs?.patched !== undefined) {
    const { size, patches, lastNodeId, kernelCount, extraMacShare } = whatIfs.patched;
    rows.push({
      kind: "patches",
      bytes: size,
      patches,
      last: name(lastNodeId),
      kernelCount,
      extraMacShare,
    });
  }
  return {
    arenaBytes: plan.best.size,
    roomBytes: target === undefined ? null : roomForActivations(target),
    changes: rows.sort((a, b) => a.bytes - b.bytes),
  };
}

export interface MemoryWhatIfsView {
  readonly arenaBytes: number;
  /** What the target leaves for activations; null without a target. */
  readonly roomBytes: number | null;
  /** What takes least first; what gains nothing is not here. */
  readonly changes: readonly MemoryWhatIf[];
}

export type MemoryWhatIf =
  /** Another execution order: `moved` runs before `before`. */
  | {
      readonly kind: "order";
      readonly bytes: number;
      readonly moved: NodeName;
      readonly before: NodeName;
    }
  /** Element-wise kernels write over what they read. */
  | { readonly kind: "in-place"; readonly bytes: number; readonly kernelCount: number }
  /** Tensors that wait over the peak are made twice; `before` is parallel to `repeated`. */
  | {
      readonly kind: "recomputation";
      readonly bytes: number;
      readonly repeated: readonly NodeName[];
      readonly before: readonly NodeName[];
      readonly extraSeconds: number | null;
    }
  /** The first kernels run on `patches` × `patches` patches of the picture; `bytes` is what is alive at most. */
  | {
      readonly kind: "patches";
      readonly bytes: number;
      readonly patches: number;
      readonly last: NodeName;
      readonly kernelCount: number;
      readonly extraMacShare: number;
    };

function secondsOf(target: TargetAnalysis | undefined, nodeIds: readonly number[]): number | null {
  if (target === undefined) return null;
  let seconds = 0;
  for (const nodeId of nodeIds) {
    const cost = target.kernelCosts[target.lowered.kernelOfNode[nodeId] ?? -1];
    if (cost === undefined) return null;
    seconds += cost.seconds.value;
  }
  return seconds;
}
