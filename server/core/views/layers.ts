import type { Analysis, TargetAnalysis } from "../analysis.js";
import type { Bound } from "../cost/cost.js";
import { extentRead } from "./extent-read.js";
import { commonName } from "./common-name.js";
import {
  nodeLabel,
  quantity,
  targetById,
  type LayerCost,
  type LayerState,
  type Quantity,
} from "./layer-cost.js";
import type { FilterMeasure } from "./layer-filter.js";
import {
  factsOf,
  movedBytes,
  orderedRows,
  outputText,
  sumOf,
  type LayerOrder,
  type RowNodes,
} from "./layer-order.js";

/** A range of the layer table: sorted and filtered here, so that a page holds only what is on screen. */
export function view(analysis: Analysis, params: LayersParams): LayersView {
  const target = targetById(analysis, params.target);
  const rows = orderedRows(analysis, target, params);
  const start = Math.max(0, Math.min(params.start, rows.length));
  const end = Math.max(start, Math.min(params.end, rows.length));
  const { locate } = params;
  const found = locate === null ? -1 : rows.findIndex((nodes) => nodes.includes(locate));
  const isRead = extentRead(analysis) !== "none";
  const facts = factsOf(analysis, target);
  return {
    total: analysis.layers.length,
    matched: rows.length,
    matchedLayers: rows.reduce((sum, nodes) => sum + nodes.length, 0),
    start,
    rows: rows.slice(start, end).map((nodes) => rowOf(analysis, target, nodes, isRead)),
    targetId: target?.target.id ?? null,
    maxSeconds:
      target === undefined
        ? null
        : params.joinsAlike === true
          ? facts.alike().maxSeconds
          : facts.maxSeconds,
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
  /** Rows that pass the filter, and the layers in them. */
  readonly matched: number;
  readonly matchedLayers: number;
  readonly start: number;
  readonly rows: readonly LayerRow[];
  readonly targetId: string | null;
  /** The longest upper end of any row's time, filtered out or not: bars are drawn against it. */
  readonly maxSeconds: number | null;
  readonly located: number | null;
}

/** `null` wherever a quantity is not known; `reason` then says why. Of alike layers that were joined: their sums. */
export interface LayerRow {
  /** The first of the row's nodes. */
  readonly nodeId: number;
  /** How many layers the row stands for. */
  readonly count: number;
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
  nodes: RowNodes,
  isRead: boolean,
): LayerRow {
  const row = rowOfNode(analysis, target, nodes[0], isRead);
  if (nodes.length === 1) return row;
  const { costs, subject } = factsOf(analysis, target);
  const total = (measure: FilterMeasure): number | null =>
    sumOf(nodes, (id) => subject.measure(id, measure)) ?? null;
  const scopes = nodes.map((id) => analysis.model.graph.nodes[id]?.scope ?? "");
  return {
    ...row,
    count: nodes.length,
    name: commonName(nodes.map((id) => nodeLabel(analysis, id))),
    scope: scopes.every((scope) => scope === row.scope) ? row.scope : commonName(scopes),
    parameterCount: isRead ? total("parameters") : null,
    macs: total("macs"),
    // Alike kernels err alike: the ends of their intervals add up like their times.
    seconds: row.seconds && {
      ...row.seconds,
      value: secondsOf(costs, nodes, "value"),
      low: secondsOf(costs, nodes, "low"),
      high: secondsOf(costs, nodes, "high"),
    },
    share: total("share"),
    bytes: total("bytes"),
  };
}

function secondsOf(
  costs: readonly LayerCost[],
  nodes: RowNodes,
  end: "value" | "low" | "high",
): number {
  return nodes.reduce((sum, id) => {
    const cost = costs[id];
    return cost?.state === "kernel" ? sum + cost.cost.seconds[end] : sum;
  }, 0);
}

function rowOfNode(
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
    count: 1,
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
