import type { Analysis, TargetAnalysis } from "../analysis.js";
import type { Bound } from "../cost/cost.js";
import { extentRead } from "./extent-read.js";
import { nodeLabel, quantity, targetById, type LayerState, type Quantity } from "./layer-cost.js";
import { factsOf, movedBytes, orderedLayers, outputText, type LayerOrder } from "./layer-order.js";

/** A range of the layer table: sorted and filtered here, so that a page holds only what is on screen. */
export function view(analysis: Analysis, params: LayersParams): LayersView {
  const target = targetById(analysis, params.target);
  const ids = orderedLayers(analysis, target, params);
  const start = Math.max(0, Math.min(params.start, ids.length));
  const end = Math.max(start, Math.min(params.end, ids.length));
  const found = params.locate === null ? -1 : ids.indexOf(params.locate);
  const isRead = extentRead(analysis) !== "none";
  return {
    total: analysis.layers.length,
    matched: ids.length,
    start,
    rows: Array.from(ids.subarray(start, end), (id) => rowOf(analysis, target, id, isRead)),
    targetId: target?.target.id ?? null,
    maxSeconds: target === undefined ? null : factsOf(analysis, target).maxSeconds,
    located: found < 0 ? null : found,
  };
}

export interface LayersParams extends LayerOrder {
  /** Half-open range of rows after sorting and filtering. */
  readonly start: number;
  readonly end: number;
  /** Target id; the first chosen one when it is not among them. */
  readonly target: string | null;
  /** Node whose row number is wanted too. */
  readonly locate: number | null;
}

export interface LayersView {
  /** Layers of the model. */
  readonly total: number;
  /** Layers that pass the filter. */
  readonly matched: number;
  readonly start: number;
  readonly rows: readonly LayerRow[];
  readonly targetId: string | null;
  /** The longest upper end of any kernel's time, filtered out or not: bars are drawn against it. */
  readonly maxSeconds: number | null;
  readonly located: number | null;
}

/** `null` wherever a quantity is not known; `reason` then says why. */
export interface LayerRow {
  readonly nodeId: number;
  readonly name: string;
  /** False when the file gives the node no name and `name` was made up. */
  readonly isNamed: boolean;
  readonly scope: string;
  readonly op: string;
  readonly domain: string;
  readonly shape: string;
  readonly parameterCount: number | null;
  readonly macs: number | null;
  readonly state: LayerState;
  readonly seconds: Quantity | null;
  /** Fraction of the model's latency on this target. */
  readonly share: number | null;
  readonly bound: Bound | null;
  /** Memory level that the traffic is served from. */
  readonly level: string | null;
  readonly bytes: number | null;
  readonly engine: string | null;
  readonly isFallback: boolean;
  /** Other nodes whose work this row's kernel does too. */
  readonly fusedCount: number;
  readonly fusedInto: { readonly nodeId: number; readonly name: string } | null;
  readonly reason: string | null;
}

function rowOf(
  analysis: Analysis,
  target: TargetAnalysis | undefined,
  nodeId: number,
  isRead: boolean,
): LayerRow {
  const node = analysis.model.graph.nodes[nodeId];
  const layer = analysis.layers[nodeId];
  const cost = factsOf(analysis, target).costs[nodeId] ?? { state: "untargeted" as const };
  const isKernel = cost.state === "kernel";
  const engine = isKernel || cost.state === "fused" ? cost.kernel.engine : null;
  const runtime = target?.target.runtime;
  return {
    nodeId,
    name: nodeLabel(analysis, nodeId),
    isNamed: node !== undefined && node.name !== "",
    scope: node?.scope ?? "",
    op: node?.op ?? "?",
    domain: node?.domain ?? "",
    shape: outputText(analysis, nodeId),
    parameterCount: isRead ? (layer?.parameterCount ?? null) : null,
    macs: layer?.macs ?? null,
    state: cost.state,
    seconds: isKernel ? quantity(cost.cost.seconds) : null,
    share: isKernel ? (cost.share ?? null) : null,
    bound: isKernel ? cost.cost.bound : null,
    level: isKernel ? cost.cost.level : null,
    bytes: movedBytes(analysis, nodeId, cost) ?? null,
    engine,
    isFallback:
      engine !== null && runtime?.fallback === engine && runtime.engine !== runtime.fallback,
    fusedCount: isKernel ? cost.kernel.nodeIds.length - 1 : 0,
    fusedInto:
      cost.state === "fused" ? { nodeId: cost.into, name: nodeLabel(analysis, cost.into) } : null,
    reason: cost.state === "uncosted" ? cost.reason : (layer?.reason ?? null),
  };
}
