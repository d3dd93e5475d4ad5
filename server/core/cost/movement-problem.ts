import type { Problem } from "../base/problem.js";
import { formatBytes, formatSeconds } from "../base/units.js";
import type { Graph, NodeId } from "../graph/graph.js";
import type { Lowered } from "../lower/lowered.js";
import type { Target } from "../targets/target.js";
import type { Estimate, KernelCost } from "./cost.js";
import { workKindOf } from "./time-by-kind.js";

/** From this share of the time on, what does no arithmetic is worth a word. */
const leastShare = 0.2;
const leastCount = 2;
const namedLimit = 4;

/** RP2106: operators that only move data take much of the time; at the one that takes most. */
export function movementProblem(
  { label }: Target,
  graph: Graph,
  { kernels }: Lowered,
  costs: readonly KernelCost[],
  latency: Estimate | undefined,
): readonly Problem[] {
  if (latency === undefined) return [];
  const counts = new Map<string, number>();
  let seconds = 0;
  let bytes = 0;
  let count = 0;
  let most: { readonly nodeId: NodeId; readonly seconds: number } | undefined;
  for (const [index, kernel] of kernels.entries()) {
    const own = costs[index]?.seconds.value ?? 0;
    const [nodeId] = kernel.nodeIds;
    if (nodeId === undefined || kernel.macs > 0 || workKindOf(kernel.shape) !== "data movement")
      continue;
    const op = graph.nodes[nodeId]?.op ?? "?";
    counts.set(op, (counts.get(op) ?? 0) + 1);
    count += 1;
    seconds += own;
    bytes += kernel.readBytes + kernel.writeBytes + kernel.castBytes;
    if (most === undefined || own > most.seconds) most = { nodeId, seconds: own };
  }
  const share = seconds / latency.value;
  if (most === undefined || count < leastCount || !(share >= leastShare)) return [];
  const named = [...counts].sort(([, a], [, b]) => b - a);
  const names = named
    .slice(0, namedLimit)
    .map(([op, times]) => (times === 1 ? op : `${times} × ${op}`));
  const rest = named.length > namedLimit ? " …" : "";
  return [
    {
      code: "RP2106",
      severity: "information",
      message: `${label}: ${names.join(", ")}${rest} only move data: ${formatBytes(bytes)} in ${formatSeconds(seconds, 2)}, ${Math.round(100 * share)} % of the time for none of the arithmetic. Keep one layout from layer to layer, or add instead of concatenating.`,
      nodeId: most.nodeId,
    },
  ];
}
