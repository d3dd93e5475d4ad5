import type { TargetAnalysis } from "../analysis.js";
import { formatSeconds } from "../base/units.js";
import type { NodeId } from "../graph/graph.js";

/** What becomes of the linear blocks that nodes stand in when the model is deployed; empty where they stand in none. */
export function deploymentNote(
  target: TargetAnalysis | undefined,
  nodeIds: readonly NodeId[],
): readonly string[] {
  const asked = new Set(nodeIds);
  const blocks = (target?.deployment?.blocks ?? []).filter((block) =>
    block.nodeIds.some((nodeId) => asked.has(nodeId)),
  );
  const [first] = blocks;
  if (first === undefined) return [];
  const sum = (key: "before" | "after"): string =>
    formatSeconds(
      blocks.reduce((seconds, block) => seconds + block[key], 0),
      2,
    );
  const what =
    blocks.length === 1
      ? `Part of a linear block of ${first.nodeIds.length} nodes that merges into one convolution with weights ${first.weightShape.join("×")}`
      : `Part of ${blocks.length} linear blocks that merge into one convolution each`;
  return [`${what} when deployed: ${sum("after")} instead of ${sum("before")}.`];
}
