import type { Analysis, TargetAnalysis } from "../analysis.js";
import { shapeText, typeText } from "../graph/value-type.js";
import { layerCost, type LayerCost } from "./layer-cost.js";
import {
  matchesFilter,
  parseLayerFilter,
  type FilterKey,
  type FilterMeasure,
  type FilterSubject,
} from "./layer-filter.js";

export const layerColumns = [
  "index",
  "name",
  "op",
  "shape",
  "parameters",
  "macs",
  "seconds",
  "share",
  "bound",
  "bytes",
  "engine",
] as const;
export type LayerColumn = (typeof layerColumns)[number];

export interface LayerOrder {
  readonly sortBy: LayerColumn;
  readonly descending: boolean;
  readonly filter: string;
}

/**
 * Node ids in the order that the table shows them. Orders are memoised per analysis and target, a few at a time: a page
 * that scrolls asks for the same one again and again, and an analysis that is dropped takes its orders along.
 */
export function orderedLayers(
  analysis: Analysis,
  target: TargetAnalysis | undefined,
  order: LayerOrder,
): Uint32Array {
  const facts = factsOf(analysis, target);
  const key = `${order.sortBy} ${order.descending ? "down" : "up"} ${order.filter.trim()}`;
  const known = facts.orders.get(key);
  if (known !== undefined) return known;
  const sorted = sortedIds(facts, order);
  const filter = parseLayerFilter(order.filter);
  const result =
    filter.length === 0 ? sorted : sorted.filter((id) => matchesFilter(filter, facts.subject, id));
  if (facts.orders.size >= rememberedOrders) {
    const oldest = facts.orders.keys().next().value;
    if (oldest !== undefined) facts.orders.delete(oldest);
  }
  facts.orders.set(key, result);
  return result;
}

const rememberedOrders = 16;

/** `[1,64,56,56]` of each output that there is: what the table's shape column says. */
export function outputText(analysis: Analysis, nodeId: number): string {
  let texts = outputTexts.get(analysis);
  if (texts === undefined) {
    texts = [];
    outputTexts.set(analysis, texts);
  }
  return (texts[nodeId] ??= textOfOutputs(analysis, nodeId));
}

const outputTexts = new WeakMap<Analysis, string[]>();

function textOfOutputs(analysis: Analysis, nodeId: number): string {
  let text = "";
  let outputCount = 0;
  for (const id of analysis.model.graph.nodes[nodeId]?.outputs ?? []) {
    if (id < 0) continue;
    outputCount += 1;
    if (outputCount > shownOutputs) continue;
    const type = analysis.inferred.types[id];
    const part = type?.kind === "tensor" ? shapeText(type.shape) : typeText(type);
    text = text === "" ? part : `${text} ${part}`;
  }
  return outputCount > shownOutputs ? `${text} +${outputCount - shownOutputs}` : text;
}

const shownOutputs = 3;

/** Bytes that the layer moves: as the target stores them, else as the file does. */
export function movedBytes(
  analysis: Analysis,
  nodeId: number,
  cost: LayerCost,
): number | undefined {
  if (cost.state === "kernel") return cost.kernel.readBytes + cost.kernel.writeBytes;
  if (cost.state !== "untargeted") return undefined;
  const layer = analysis.layers[nodeId];
  if (layer?.readBytes === undefined || layer.writeBytes === undefined) return undefined;
  return layer.readBytes + layer.writeBytes;
}

/** Per analysis and target: every node's cost, and what was derived from it. */
interface Facts {
  readonly analysis: Analysis;
  readonly costs: readonly LayerCost[];
  readonly subject: FilterSubject;
  readonly orders: Map<string, Uint32Array>;
  /** Largest upper end of a kernel's time: what cost bars are drawn against. */
  readonly maxSeconds: number;
}

const factsByAnalysis = new WeakMap<Analysis, Map<TargetAnalysis | undefined, Facts>>();

export function factsOf(analysis: Analysis, target: TargetAnalysis | undefined): Facts {
  let byTarget = factsByAnalysis.get(analysis);
  if (byTarget === undefined) {
    byTarget = new Map();
    factsByAnalysis.set(analysis, byTarget);
  }
  let facts = byTarget.get(target);
  if (facts === undefined) {
    const costs = analysis.model.graph.nodes.map((_, id) => layerCost(analysis, target, id));
    facts = {
      analysis,
      costs,
      subject: subjectOf(analysis, costs),
      orders: new Map(),
      maxSeconds: costs.reduce(
        (most, cost) => (cost.state === "kernel" ? Math.max(most, cost.cost.seconds.high) : most),
        0,
      ),
    };
    byTarget.set(target, facts);
  }
  return facts;
}

/**
 * Unknown stands last whichever way the column is sorted; equals stay in execution order. Among the unknown,
 * nodes that may yet cost something come before those that are known to run as no kernel of their own.
 */
function sortedIds(facts: Facts, { sortBy, descending }: LayerOrder): Uint32Array {
  const count = facts.costs.length;
  const ids = Uint32Array.from({ length: count }, (_, id) => id);
  if (sortBy === "index") return descending ? ids.reverse() : ids;
  const sign = descending ? -1 : 1;
  const keys = isTextColumn(sortBy) ? textRanks(facts, sortBy) : numbers(facts, sortBy);
  const ranks = Uint8Array.from(facts.costs, (cost) => rankWithoutTime[cost.state]);
  const byRank = (a: number, b: number): number => (ranks[a] ?? 0) - (ranks[b] ?? 0) || a - b;
  return ids.sort((a, b) => {
    const left = keys[a] ?? NaN;
    const right = keys[b] ?? NaN;
    if (left === right) return a - b;
    if (Number.isNaN(left)) return Number.isNaN(right) ? byRank(a, b) : 1;
    if (Number.isNaN(right)) return -1;
    return left < right ? -sign : sign;
  });
}

const rankWithoutTime: Readonly<Record<LayerCost["state"], number>> = {
  kernel: 0,
  untargeted: 0,
  uncosted: 1,
  fused: 2,
  vanished: 3,
  folded: 4,
};

function numbers({ costs, subject }: Facts, measure: FilterMeasure): Float64Array {
  return Float64Array.from(costs, (_, id) => subject.measure(id, measure) ?? NaN);
}

/** Each text's place among the different ones: few are different, and numbers compare faster. */
function textRanks({ costs, subject }: Facts, key: FilterKey): Float64Array {
  const texts = costs.map((_, id) => subject.key(id, key).toLowerCase());
  const ranks = new Map([...new Set(texts)].sort().map((text, rank) => [text, rank]));
  return Float64Array.from(texts, (text) => (text === "" ? NaN : (ranks.get(text) ?? NaN)));
}

type TextColumn = LayerColumn & FilterKey;

function isTextColumn(column: LayerColumn): column is TextColumn {
  return ["name", "op", "shape", "bound", "engine"].includes(column);
}

function subjectOf(analysis: Analysis, costs: readonly LayerCost[]): FilterSubject {
  const nodes = analysis.model.graph.nodes;
  const texts: string[] = [];
  return {
    text(id) {
      const node = nodes[id];
      return (texts[id] ??=
        `${node?.name ?? ""} ${node?.op ?? ""} ${node?.scope ?? ""} ${outputText(analysis, id)}`.toLowerCase());
    },
    key(id, key: FilterKey) {
      const node = nodes[id];
      const cost = costs[id];
      switch (key) {
        case "name":
          return node?.name ?? "";
        case "op":
          return node?.op ?? "";
        case "scope":
          return node?.scope ?? "";
        case "shape":
          return outputText(analysis, id);
        case "bound":
          return cost?.state === "kernel" ? cost.cost.bound : "";
        case "engine":
          return cost?.state === "kernel" || cost?.state === "fused" ? cost.kernel.engine : "";
        case "is":
          return cost?.state ?? "";
      }
    },
    measure(id, measure: FilterMeasure) {
      const cost = costs[id];
      switch (measure) {
        case "share":
          return cost?.state === "kernel" ? cost.share : undefined;
        case "seconds":
          return cost?.state === "kernel" ? cost.cost.seconds.value : undefined;
        case "bytes":
          return cost === undefined ? undefined : movedBytes(analysis, id, cost);
        case "macs":
          return analysis.layers[id]?.macs;
        case "parameters":
          return analysis.layers[id]?.parameterCount;
      }
    },
  };
}
