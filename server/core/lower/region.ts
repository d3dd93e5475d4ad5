import type { NodeId, ValueId } from "../graph/graph.js";
import { activationsOf, canJoin, sourceOf, usesOf, type Draft } from "./draft.js";

export interface RegionRule {
  readonly isAllowed: (nodeId: NodeId) => boolean;
  /** Asked of each group that leaves at one node: is it all there, or does it go on? */
  readonly isComplete: (nodeIds: readonly NodeId[]) => boolean;
}

/** Longer decompositions than this are not written by exporters; a bound keeps the search linear in the graph. */
const regionLimit = 24;

/**
 * The smallest complete group of nodes that starts with `seeds`, reads nothing but `available` values and constants,
 * and leaves at one node: what an exporter writes for GELU, SiLU or a normalization. Undefined when there is none.
 */
export function closedRegion(
  draft: Draft,
  seeds: readonly NodeId[],
  available: Iterable<ValueId>,
  rule: RegionRule,
): readonly NodeId[] | undefined {
  // Most searches end at their first node; nothing is made for those.
  const [seed] = seeds;
  if (seed === undefined || !rule.isAllowed(seeds.length === 1 ? seed : Math.min(...seeds)))
    return undefined;
  // Nor for what can never close: a reader of more values than a region has nodes.
  if (seeds.some((id) => (draft.flow.inputs[id]?.length ?? 0) > regionLimit)) return undefined;
  const readable = new Set<ValueId>();
  for (const id of available) readable.add(sourceOf(draft, id));
  const region: NodeId[] = [];
  const pending = new Set(seeds);
  while (pending.size > 0 && region.length < regionLimit) {
    // In execution order, so that whatever a node reads of the region is in it already.
    const next = Math.min(...pending);
    pending.delete(next);
    if (!rule.isAllowed(next) || !canJoin(draft, region[0] ?? next, next)) return undefined;
    for (const id of activationsOf(draft, next))
      if (!readable.has(sourceOf(draft, id))) return undefined;
    region.push(next);
    if (pending.size === 0 && rule.isComplete(region)) return region;
    const uses = usesOf(draft, next);
    if (uses.isExposed) return undefined;
    for (const reader of uses.readers) pending.add(reader);
    for (const id of draft.flow.outputs[next] ?? []) readable.add(sourceOf(draft, id));
  }
  return undefined;
}

/** The smallest group behind a node that takes in everything that reads it, so that its result need not be stored. */
export function regionBehind(
  draft: Draft,
  nodeId: NodeId,
  isAllowed: (nodeId: NodeId) => boolean,
): readonly NodeId[] | undefined {
  const { readers, isExposed } = usesOf(draft, nodeId);
  if (isExposed || readers.length === 0) return undefined;
  return closedRegion(draft, readers, draft.flow.outputs[nodeId] ?? [], {
    isAllowed,
    isComplete: () => true,
  });
}
