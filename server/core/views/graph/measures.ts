import type { Analysis, TargetAnalysis } from "../../analysis.js";
import { factsOf, movedBytes } from "../layer-order.js";

/**
 * What nodes can be coloured and sized by. To add one is to add an entry; panels list what is here. A node whose value is
 * not known answers undefined, and its group says how many such nodes it holds.
 */
export const graphMeasures = {
  latency: {
    label: "Latency",
    unit: "s",
    whole: (target) => target?.latency?.value,
    of: (analysis, target) => {
      const { costs } = factsOf(analysis, target);
      return (nodeId) => {
        const cost = costs[nodeId];
        if (cost?.state === "kernel") return cost.cost.seconds.value;
        return cost?.state === "uncosted" || cost?.state === "untargeted" ? undefined : 0;
      };
    },
  },
  energy: {
    label: "Energy",
    unit: "J",
    whole: (target) => target?.energy?.value,
    of: (analysis, target) => {
      const { costs } = factsOf(analysis, target);
      return (nodeId) => {
        const cost = costs[nodeId];
        if (cost?.state === "kernel") return cost.cost.joules?.value;
        return cost?.state === "uncosted" || cost?.state === "untargeted" ? undefined : 0;
      };
    },
  },
  traffic: {
    label: "Memory traffic",
    unit: "B",
    of: (analysis, target) => {
      const { costs } = factsOf(analysis, target);
      return (nodeId) => {
        const cost = costs[nodeId];
        if (cost === undefined || cost.state === "uncosted") return undefined;
        return cost.state === "fused" || cost.state === "vanished" || cost.state === "folded"
          ? 0
          : movedBytes(analysis, nodeId, cost);
      };
    },
  },
  weights: {
    label: "Weights",
    unit: "B",
    of: (analysis) => (nodeId) => analysis.layers[nodeId]?.weightBytes,
  },
  activations: {
    label: "Activations written",
    unit: "B",
    of: (analysis) => (nodeId) => analysis.layers[nodeId]?.writeBytes,
  },
  parameters: {
    label: "Parameters",
    unit: "count",
    of: (analysis) => (nodeId) => analysis.layers[nodeId]?.parameterCount,
  },
  macs: {
    label: "MACs",
    unit: "MAC",
    of: (analysis) => (nodeId) => analysis.layers[nodeId]?.macs,
  },
  risk: {
    label: "Quantization risk (int8)",
    unit: "",
    of: ({ quantization }) => {
      if (quantization === undefined) return () => undefined;
      const known = new Map(
        quantization.result.layers.map((layer) => [layer.nodeId, layer.schemes[0]?.sensitivity]),
      );
      // What has no weights that are quantized risks nothing.
      return (nodeId) => (known.has(nodeId) ? known.get(nodeId) : 0);
    },
  },
} as const satisfies Readonly<Record<string, GraphMeasure>>;

/** Measures that need the weights read: the server adds what it finds to the analysis before. */
export const measuresOfWeights: ReadonlySet<string> = new Set(["risk"]);

export type GraphMeasureId = keyof typeof graphMeasures;

export interface GraphMeasure {
  readonly label: string;
  readonly unit: "s" | "J" | "B" | "count" | "MAC" | "dB" | "";
  /** What shares are of; the sum over the nodes unless there is more to it. */
  readonly whole?: (target: TargetAnalysis | undefined) => number | undefined;
  readonly of: (
    analysis: Analysis,
    target: TargetAnalysis | undefined,
  ) => (nodeId: number) => number | undefined;
}

/** Values of all nodes; NaN where not known. */
export interface MeasuredNodes {
  readonly values: Float64Array;
  readonly largest: number;
  readonly total: number;
}

const measured = new WeakMap<Analysis, Map<string, MeasuredNodes>>();

export function measureNodes(
  analysis: Analysis,
  target: TargetAnalysis | undefined,
  id: GraphMeasureId,
): MeasuredNodes {
  let known = measured.get(analysis);
  if (known === undefined) measured.set(analysis, (known = new Map<string, MeasuredNodes>()));
  const key = `${id} ${target?.target.id ?? ""}`;
  let nodes = known.get(key);
  if (nodes === undefined) {
    const of = graphMeasures[id].of(analysis, target);
    const values = Float64Array.from(analysis.layers, (_, nodeId) => of(nodeId) ?? NaN);
    let largest = 0;
    let total = 0;
    for (const value of values) {
      if (Number.isNaN(value)) continue;
      largest = Math.max(largest, value);
      total += value;
    }
    const { whole }: GraphMeasure = graphMeasures[id];
    nodes = { values, largest, total: whole?.(target) ?? total };
    known.set(key, nodes);
  }
  return nodes;
}

export function measureIdOf(word: string): GraphMeasureId {
  return Object.hasOwn(graphMeasures, word) ? (word as GraphMeasureId) : "latency";
}
