import type { Analysis, TargetAnalysis } from "../analysis.js";
import { once } from "../base/once.js";
import { shapeText, typeText } from "../graph/value-type.js";
import { alikeNodes } from "./alike-nodes.js";
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
  /** Layers that are alike stand in one row, with what they take together. */
  readonly joinsAlike?: boolean;
}

/** The nodes of one row; more than one where alike layers are joined. */
export type RowNodes = readonly [number, ...number[]];

/**
 * Rows in the order that the table shows them. Orders are memoised per analysis and target, a few at a time: a page
 * that scrolls asks for the same one again and again, and an analysis that is dropped takes its orders along.
 */
export function orderedRows(
  analysis: Analysis,
  target: TargetAnalysis | undefined,
  order: LayerOrder,
): readonly RowNodes[] {
  const facts = factsOf(analysis, target);
  const joins = order.joinsAlike === true;
  const key = `${order.sortBy} ${order.descending ? "down" : "up"} ${joins} ${order.filter.trim()}`;
  const known = facts.orders.get(key);
  if (known !== undefined) return known;
  const result = joins ? joinedRows(facts, order) : singleRows(facts, order);
  if (facts.orders.size >= rememberedOrders) {
    const oldest = facts.orders.keys().next().value;
    if (oldest !== undefined) facts.orders.delete(oldest);
  }
  facts.orders.set(key, result);
  return result;
}

function singleRows(facts: Facts, order: LayerOrder): readonly RowNodes[] {
  const filter = parseLayerFilter(order.filter);
  return Array.from(sortedIds(facts, order))
    .filter((id) => matchesFilter(filter, facts.subject, id))
    .map((id) => [id]);
}

/** Words narrow the layers that are joined; numbers speak of what a row shows, that is of all its layers together. */
function joinedRows(facts: Facts, order: LayerOrder): readonly RowNodes[] {
  const filter = parseLayerFilter(order.filter);
  const words = filter.filter(({ kind }) => kind !== "number");
  const numbers = filter.filter(({ kind }) => kind === "number");
  const rows = facts.alike().nodes.flatMap((nodes) => {
    const [first, ...others] = nodes.filter((id) => matchesFilter(words, facts.subject, id));
    return first === undefined ? [] : [[first, ...others] as RowNodes];
  });
  const subject: FilterSubject = {
    text: (index) => facts.subject.text(rows[index]?.[0] ?? 0),
    key: (index, key) => facts.subject.key(rows[index]?.[0] ?? 0, key),
    measure: (index, measure) =>
      sumOf(rows[index] ?? [], (id) => facts.subject.measure(id, measure)),
  };
  const costs = rows.map(([first]) => facts.costs[first] ?? ({ state: "untargeted" } as const));
  return Array.from(sortedIds({ costs, subject }, order))
    .filter((index) => matchesFilter(numbers, subject, index))
    .flatMap((index) => {
      const row = rows[index];
      return row === undefined ? [] : [row];
    });
}

/** Undefined where any part is. */
export function sumOf(
  nodes: readonly number[],
  of: (id: number) => number | undefined,
): number | undefined {
  let sum = 0;
  for (const id of nodes) {
    const value = of(id);
    if (value === undefined) return undefined;
    sum += value;
  }
  return sum;
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
  readonly costs: readonly LayerCost[];
  readonly subject: FilterSubject;
  readonly orders: Map<string, readonly RowNodes[]>;
  /** Largest upper end of a kernel's time: what cost bars are drawn against. */
  readonly maxSeconds: number;
  /** Alike nodes together, and the same of their kernels together; worked out where a page asks for them. */
  readonly alike: () => Alike;
}

type Sortable = Pick<Facts, "costs" | "subject">;

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
      costs,
      subject: subjectOf(analysis, costs),
      orders: new Map(),
      maxSeconds: costs.reduce((most, cost) => Math.max(most, highOf(cost)), 0),
      alike: once(() => alikeOf(analysis, costs)),
    };
    byTarget.set(target, facts);
  }
  return facts;
}

interface Alike {
  readonly nodes: readonly (readonly number[])[];
  readonly maxSeconds: number;
}

function alikeOf(analysis: Analysis, costs: readonly LayerCost[]): Alike {
  const nodes = alikeNodes(analysis, costs);
  const highs = nodes.map((ids) => ids.reduce((sum, id) => sum + highOf(costs[id]), 0));
  return { nodes, maxSeconds: highs.reduce((most, high) => Math.max(most, high), 0) };
}

function highOf(cost: LayerCost | undefined): number {
  return cost?.state === "kernel" ? cost.cost.seconds.high : 0;
}

/**
 * Unknown stands last whichever way the column is sorted; equals stay in execution order. Among the unknown,
 * nodes that may yet cost something come before those that are known to run as no kernel of their own.
 */
function sortedIds(facts: Sortable, { sortBy, descending }: LayerOrder): Uint32Array {
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

function numbers({ costs, subject }: Sortable, measure: FilterMeasure): Float64Array {
  return Float64Array.from(costs, (_, id) => subject.measure(id, measure) ?? NaN);
}

/** Each text's place among the different ones: few are different, and numbers compare faster. */
function textRanks({ costs, subject }: Sortable, key: FilterKey): Float64Array {
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
