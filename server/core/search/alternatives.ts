import type { Analysis, TargetAnalysis } from "../analysis.js";
import type { Estimate } from "../cost/cost.js";

/** One way to do it, with what it costs: a point of the Pareto panel. */
export interface Alternative {
  /** Equal for the same model, target and batch: a newer answer takes the older one's place. */
  readonly id: string;
  readonly label: string;
  readonly model: string;
  readonly targetId: string;
  readonly batch: number | null;
  readonly fits: boolean | null;
  /** What it came from, where that is said: a search, a strategy. */
  readonly series?: string;
  readonly metrics: Readonly<Record<string, Metric>>;
}

export interface Metric {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** What is known of a metric by its name; a name that is not here is a number without unit, the less the better. */
export interface MetricKind {
  readonly id: string;
  readonly label: string;
  readonly unit: "s" | "J" | "B" | "1/s" | "MAC" | "count" | "";
  readonly isMoreBetter: boolean;
}

export const metricKinds: readonly MetricKind[] = [
  { id: "latency", label: "Latency", unit: "s", isMoreBetter: false },
  { id: "throughput", label: "Throughput", unit: "1/s", isMoreBetter: true },
  { id: "energy", label: "Energy", unit: "J", isMoreBetter: false },
  { id: "memory", label: "Memory", unit: "B", isMoreBetter: false },
  { id: "activations", label: "Peak activations", unit: "B", isMoreBetter: false },
  { id: "weights", label: "Weights", unit: "B", isMoreBetter: false },
  { id: "parameters", label: "Parameters", unit: "count", isMoreBetter: false },
  { id: "macs", label: "MACs", unit: "MAC", isMoreBetter: false },
  { id: "outputs", label: "Output elements", unit: "count", isMoreBetter: false },
  { id: "moved", label: "Bytes moved", unit: "B", isMoreBetter: false },
  { id: "risk", label: "Quantization risk", unit: "", isMoreBetter: false },
  { id: "area", label: "Area, mm²", unit: "", isMoreBetter: false },
  { id: "traffic", label: "DRAM traffic", unit: "B", isMoreBetter: false },
  { id: "between-tokens", label: "Between tokens", unit: "s", isMoreBetter: false },
  { id: "first-token", label: "First token", unit: "s", isMoreBetter: false },
  { id: "device-rate", label: "Tokens a device", unit: "1/s", isMoreBetter: true },
  { id: "accuracy", label: "Accuracy", unit: "", isMoreBetter: true },
];

export function metricKind(id: string): MetricKind {
  return (
    metricKinds.find((kind) => kind.id === id) ?? {
      id,
      label: id,
      unit: "",
      isMoreBetter: /accuracy|top1|top-1|top5|score|map|bleu|f1|auc|sqnr|psnr/i.test(id),
    }
  );
}

/** A model on each of its targets. */
export function alternativesOf(analysis: Analysis): readonly Alternative[] {
  const { model } = analysis;
  const name = model.name === "" ? model.graph.name : model.name;
  return analysis.targets.map((target) => alternativeOf(analysis, name, target));
}

function alternativeOf(analysis: Analysis, model: string, target: TargetAnalysis): Alternative {
  const batch = target.batch ?? null;
  const { latency, energy } = target;
  const exact = (id: string, value: number | undefined): readonly (readonly [string, Metric])[] =>
    value === undefined ? [] : [[id, { value, low: value, high: value }]];
  const estimated = (id: string, estimate: Estimate | undefined): typeof none =>
    estimate === undefined
      ? none
      : [[id, { value: estimate.value, low: estimate.low, high: estimate.high }]];
  const items = batch ?? 1;
  return {
    id: `${model} ${target.target.id} ${batch ?? ""}`,
    label: `${target.target.label}${batch === null ? "" : ` · batch ${batch}`}`,
    model,
    targetId: target.target.id,
    batch,
    fits: target.fits ?? null,
    metrics: Object.fromEntries([
      ...estimated("latency", latency),
      ...(latency === undefined
        ? none
        : ([
            [
              "throughput",
              {
                value: items / latency.value,
                low: items / latency.high,
                high: items / latency.low,
              },
            ],
          ] as const)),
      ...estimated("energy", energy),
      ...exact("memory", target.totalBytes),
      ...exact("activations", target.peakActivationBytes),
      ...exact("weights", target.weightBytes),
      ...exact("parameters", analysis.totals.parameterCount),
      ...exact("macs", analysis.totals.macs),
    ]),
  };
}

const none: readonly (readonly [string, Metric])[] = [];
