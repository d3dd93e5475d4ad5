import type { Analysis } from "../../analysis.js";
import type { Choice, LayerChoices, ModelChoices } from "../../quant/plan/choices.js";
import { jointRisk } from "../../quant/plan/joint-risk.js";
import { restOf, type Measure } from "../../quant/plan/problem.js";
import type { Quantity } from "../layer-cost.js";
import { nodeLabel } from "../layer-cost.js";
import type {
  ComparedLayer,
  ComparedSide,
  ComparedTotal,
  ComparisonView,
} from "./compare-analyses.js";

export interface PlanSide {
  readonly label: string;
  /** Scheme id by the layer's name; a layer that is not here keeps the target's own precision. */
  readonly formats: ReadonlyMap<string, string>;
}

/**
 * Two choices of a number format for each layer, side by side, on one target and by the same calibration. What a plan asks
 * for and the target does not take stays in the target's own precision, and says so.
 */
export function comparePlans(
  analysis: Analysis,
  choices: ModelChoices,
  left: PlanSide,
  right: PlanSide,
  limit: number,
): ComparisonView {
  const { graph } = analysis.model;
  const nameOf = (nodeId: number): string => graph.nodes[nodeId]?.name ?? "";
  const pick = (layer: LayerChoices, { formats }: PlanSide): Picked => {
    const wanted = formats.get(nameOf(layer.nodeId)) ?? "";
    const choice = layer.choices.find(({ schemeId }) => schemeId === wanted);
    return { choice: choice ?? layer.choices[0], wanted, isTaken: choice !== undefined };
  };
  const picked = choices.layers.map((layer) => ({
    layer,
    before: pick(layer, left),
    after: pick(layer, right),
  }));
  const own = choices.target.precision.id;
  const sideOf = (nodeId: number, { choice, wanted, isTaken }: Picked): ComparedSide => ({
    nodeId,
    name: nodeLabel(analysis, nodeId),
    op: graph.nodes[nodeId]?.op ?? "?",
    shape: isTaken ? wanted || own : `${own}, not ${wanted}`,
    parameterCount: analysis.layers[nodeId]?.parameterCount ?? null,
    macs: analysis.layers[nodeId]?.macs ?? null,
    seconds:
      choice === undefined
        ? null
        : { value: choice.seconds, low: choice.low, high: choice.high, method: methodOf(choices) },
    isFused: false,
    bound: null,
  });
  const rows = picked.map(({ layer: { nodeId }, before, after }): ComparedLayer => {
    const [a, b] = [sideOf(nodeId, before), sideOf(nodeId, after)];
    return {
      name: a.name,
      op: a.op,
      state: a.shape === b.shape ? "same" : "changed",
      left: a,
      right: b,
      deltaSeconds:
        a.seconds === null || b.seconds === null ? null : b.seconds.value - a.seconds.value,
    };
  });
  const total = (
    id: Measure,
    label: string,
    unit: ComparedTotal["unit"],
    of: (choices: readonly Choice[]) => Spread,
  ): ComparedTotal => {
    const sum = (side: "before" | "after"): Quantity => {
      const { value, low, high } = of(picked.flatMap(({ [side]: { choice } }) => choice ?? []));
      const rest = restOf(choices, id);
      const method = methodOf(choices);
      return { value: value + rest, low: low + rest, high: high + rest, method };
    };
    const [a, b] = [sum("before"), sum("after")];
    return {
      id,
      label,
      unit,
      left: a,
      right: b,
      isClear: a.value === b.value || a.high < b.low || b.high < a.low,
    };
  };
  const exactly = (value: number): Spread => ({ value, low: value, high: value });
  const sumOf = (all: readonly Choice[], of: (choice: Choice) => number): number =>
    all.reduce((whole, choice) => whole + of(choice), 0);
  const title = ({ label }: PlanSide): ComparisonView["left"] => ({
    model: label,
    target: choices.target.label,
    batch: null,
    nodeCount: graph.nodes.length,
  });
  const changed = rows.filter(({ state }) => state === "changed").length;
  return {
    left: title(left),
    right: title(right),
    totals: [
      total("latency", "Latency", "s", (all) => ({
        value: sumOf(all, ({ seconds }) => seconds),
        low: sumOf(all, ({ low }) => low),
        high: sumOf(all, ({ high }) => high),
      })),
      total("size", "Weights", "B", (all) => exactly(sumOf(all, ({ bytes }) => bytes))),
      total("risk", "Risk (relative square error of the outputs)", "", (all) =>
        exactly(jointRisk(all)),
      ),
      ...(choices.layers.every(({ choices: all }) =>
        all.every(({ joules }) => joules !== undefined),
      )
        ? [
            total("energy", "Energy", "J", (all) =>
              exactly(sumOf(all, ({ joules }) => joules ?? 0)),
            ),
          ]
        : []),
    ],
    counts: { same: rows.length - changed, changed, added: 0, removed: 0 },
    rows: [...rows]
      .sort(
        (a, b) =>
          Math.abs(b.deltaSeconds ?? 0) - Math.abs(a.deltaSeconds ?? 0) ||
          Number(a.state === "same") - Number(b.state === "same"),
      )
      .slice(0, limit),
    rowCount: rows.length,
  };
}

type Spread = Pick<Quantity, "value" | "low" | "high">;

interface Picked {
  readonly choice: Choice | undefined;
  readonly wanted: string;
  readonly isTaken: boolean;
}

function methodOf({ target }: ModelChoices): Quantity["method"] {
  return target.calibration?.() === undefined ? "roofline" : "calibrated";
}
