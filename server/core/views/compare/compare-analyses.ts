import type { Analysis, TargetAnalysis } from "../../analysis.js";
import { nodeLabel, quantity, targetById, type Quantity } from "../layer-cost.js";
import { factsOf, outputText } from "../layer-order.js";
import { matchLayers } from "./match-layers.js";

/** Two models, two revisions or two targets of one model, side by side. */
export function compareAnalyses(
  left: Analysis,
  right: Analysis,
  params: CompareParams,
): ComparisonView {
  const leftTarget = targetById(left, params.leftTarget);
  const rightTarget = targetById(right, params.rightTarget);
  const rows = matchLayers(left, right).flatMap(([leftId, rightId]): ComparedLayer[] => {
    const before = leftId < 0 ? null : sideOf(left, leftTarget, leftId);
    const after = rightId < 0 ? null : sideOf(right, rightTarget, rightId);
    const some = before ?? after;
    if (some === null || (isNothing(before) && isNothing(after))) return [];
    return [
      {
        name: some.name,
        op:
          before !== null && after !== null && before.op !== after.op
            ? `${before.op} → ${after.op}`
            : some.op,
        state: stateOf(before, after),
        left: before,
        right: after,
        deltaSeconds:
          (before !== null && before.seconds === null) || (after !== null && after.seconds === null)
            ? null
            : (after?.seconds?.value ?? 0) - (before?.seconds?.value ?? 0),
      },
    ];
  });
  const order = [...rows].sort(
    (a, b) =>
      Math.abs(b.deltaSeconds ?? 0) - Math.abs(a.deltaSeconds ?? 0) ||
      Number(a.state === "same") - Number(b.state === "same"),
  );
  const count = (state: ComparedLayer["state"]): number =>
    rows.filter((row) => row.state === state).length;
  return {
    left: titleOf(left, leftTarget),
    right: titleOf(right, rightTarget),
    totals: totalsOf(left, leftTarget, right, rightTarget),
    counts: {
      same: count("same"),
      changed: count("changed"),
      added: count("added"),
      removed: count("removed"),
    },
    rows: order.slice(0, params.limit),
    rowCount: rows.length,
  };
}

export interface CompareParams {
  readonly leftTarget: string | null;
  readonly rightTarget: string | null;
  /** Layers at most, those whose time moved most. */
  readonly limit: number;
}

export interface ComparisonView {
  readonly left: ComparedTitle;
  readonly right: ComparedTitle;
  readonly totals: readonly ComparedTotal[];
  readonly counts: Readonly<Record<ComparedLayer["state"], number>>;
  readonly rows: readonly ComparedLayer[];
  readonly rowCount: number;
}

export interface ComparedTitle {
  readonly model: string;
  readonly target: string | null;
  readonly batch: number | null;
  readonly nodeCount: number;
}

export interface ComparedTotal {
  readonly id: string;
  readonly label: string;
  readonly unit: "s" | "J" | "B" | "MAC" | "count" | "";
  readonly left: Quantity | null;
  readonly right: Quantity | null;
  /** The intervals do not meet: the difference is more than what is not known. Null while one side is not known. */
  readonly isClear: boolean | null;
}

export interface ComparedLayer {
  readonly name: string;
  readonly op: string;
  readonly state: "same" | "changed" | "added" | "removed";
  readonly left: ComparedSide | null;
  readonly right: ComparedSide | null;
  /** Right less left; what is not there takes no time. Null while one is not known. */
  readonly deltaSeconds: number | null;
}

export interface ComparedSide {
  readonly nodeId: number;
  readonly name: string;
  readonly op: string;
  readonly shape: string;
  readonly parameterCount: number | null;
  readonly macs: number | null;
  readonly seconds: Quantity | null;
  /** Its time stands with the node whose kernel does its work. */
  readonly isFused: boolean;
  readonly bound: string | null;
}

function sideOf(
  analysis: Analysis,
  target: TargetAnalysis | undefined,
  nodeId: number,
): ComparedSide {
  const cost = factsOf(analysis, target).costs[nodeId];
  const layer = analysis.layers[nodeId];
  const nothing: Quantity = { value: 0, low: 0, high: 0, method: "roofline" };
  return {
    nodeId,
    name: nodeLabel(analysis, nodeId),
    op: analysis.model.graph.nodes[nodeId]?.op ?? "?",
    shape: outputText(analysis, nodeId),
    parameterCount: layer?.parameterCount ?? null,
    macs: layer?.macs ?? null,
    seconds:
      cost?.state === "kernel"
        ? quantity(cost.cost.seconds)
        : cost?.state === "uncosted" || cost?.state === "untargeted" || cost === undefined
          ? null
          : nothing,
    isFused: cost?.state === "fused",
    bound: cost?.state === "kernel" ? cost.cost.bound : null,
  };
}

/** Folded on both sides, or views: nobody compares what does not run. */
function isNothing(side: ComparedSide | null): boolean {
  return (
    side === null ||
    (side.seconds?.value === 0 && !side.isFused && side.macs === 0 && side.parameterCount === 0)
  );
}

function stateOf(left: ComparedSide | null, right: ComparedSide | null): ComparedLayer["state"] {
  if (left === null) return "added";
  if (right === null) return "removed";
  return left.op === right.op &&
    left.shape === right.shape &&
    left.parameterCount === right.parameterCount &&
    left.macs === right.macs &&
    left.seconds?.value === right.seconds?.value
    ? "same"
    : "changed";
}

function titleOf(analysis: Analysis, target: TargetAnalysis | undefined): ComparedTitle {
  const { model } = analysis;
  return {
    model: model.name === "" ? model.graph.name : model.name,
    target: target?.target.label ?? null,
    batch: target?.batch ?? null,
    nodeCount: model.graph.nodes.length,
  };
}

function totalsOf(
  left: Analysis,
  leftTarget: TargetAnalysis | undefined,
  right: Analysis,
  rightTarget: TargetAnalysis | undefined,
): readonly ComparedTotal[] {
  const total = (
    id: string,
    label: string,
    unit: ComparedTotal["unit"],
    of: (
      analysis: Analysis,
      target: TargetAnalysis | undefined,
    ) => Quantity | number | null | undefined,
  ): ComparedTotal => {
    const [a, b] = [asQuantity(of(left, leftTarget)), asQuantity(of(right, rightTarget))];
    return {
      id,
      label,
      unit,
      left: a,
      right: b,
      isClear:
        a === null || b === null ? null : a.value === b.value || a.high < b.low || b.high < a.low,
    };
  };
  return [
    total("latency", "Latency", "s", (_, target) => quantity(target?.latency)),
    total("energy", "Energy", "J", (_, target) => quantity(target?.energy)),
    total("memory", "Memory", "B", (_, target) => target?.totalBytes),
    total("activations", "Peak activations", "B", (_, target) => target?.peakActivationBytes),
    total(
      "weights",
      "Weights",
      "B",
      (analysis, target) => target?.weightBytes ?? analysis.totals.weightBytes,
    ),
    total("parameters", "Parameters", "count", ({ totals }) => totals.parameterCount),
    total("macs", "MACs", "MAC", ({ totals }) => totals.macs),
    total("kernels", "Kernels", "count", (_, target) => target?.lowered.kernels.length),
  ];
}

function asQuantity(value: Quantity | number | null | undefined): Quantity | null {
  if (value === undefined || value === null) return null;
  return typeof value === "number" ? { value, low: value, high: value, method: "measured" } : value;
}
