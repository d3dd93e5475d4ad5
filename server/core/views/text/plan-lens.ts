import { formatBytes, formatNumber, formatSeconds } from "../../base/units.js";
import { type Budget, budgetText } from "../../goals.js";
import type { Graph, NodeId } from "../../graph/graph.js";
import type { QuantizationFacts } from "../../quant/facts.js";
import type { ModelChoices } from "../../quant/plan/choices.js";
import type { Planning, PlanTotals } from "../../quant/plan/plan.js";
import type { LensText } from "./lens.js";

/** The plan that is proposed for a model on its first target, or why there is none. */
export type ProposedPlan =
  | {
      readonly kind: "plan";
      readonly name: string;
      readonly graph: Graph;
      readonly facts: QuantizationFacts;
      readonly choices: ModelChoices;
      readonly planning: Planning;
      readonly schemes: ReadonlyMap<NodeId, string>;
      readonly totals: PlanTotals;
      /** Layers whose format somebody has fixed. */
      readonly pinCount: number;
      /** What the plan is held to, where somebody has set it. */
      readonly budget?: Budget;
    }
  | { readonly kind: "none"; readonly reason: string };

/** `mixed int8/fp16: 1.8 ms −34 %, 12 MiB, risk low`: against the target's own precision. */
export function planLens(proposed: ProposedPlan): LensText {
  if (proposed.kind === "none") return { title: noPlanTitle, tooltip: proposed.reason };
  const { choices, planning, schemes, totals, facts, pinCount, budget } = proposed;
  const own = choices.target.precision.id;
  const layerCounts = new Map<string, number>();
  for (const scheme of schemes.values())
    layerCounts.set(scheme || own, (layerCounts.get(scheme || own) ?? 0) + 1);
  const formats = [...layerCounts].sort((left, right) => right[1] - left[1]);
  const names = formats.slice(0, shownFormats).map(([id]) => id);
  const more = formats.length > shownFormats ? "/…" : "";
  const before = planning.uniform.find(({ name }) => name === "")?.totals;
  const title = [
    `${formats.length > 1 ? "mixed " : ""}${names.join("/")}${more}: ${formatSeconds(totals.latency)}${changeText(before, totals)}`,
    formatBytes(totals.size),
    `risk ${riskOf(totals)}`,
  ].join(", ");
  const lines = [
    `${choices.target.label}: ${formats.map(([id, count]) => `${count} × ${id}`).join(", ")}`,
    ...(before === undefined
      ? []
      : [`All in ${own}: ${formatSeconds(before.latency)}, ${formatBytes(before.size)}`]),
    `Expected error of the outputs: ${errorText(totals.risk)}`,
    ...(pinCount > 0 ? [`${pinCount} layers are fixed by the plan file or by pins`] : []),
    budget === undefined
      ? "The least error at the speed of the fastest single format; the setting ridgepoint.budget sets another limit"
      : `The least error within the budget of ${budgetText(budget)}`,
    facts.result.sensitivitySource,
  ];
  return { title, tooltip: lines.join("\n") };
}

export const noPlanTitle = "No quantization plan";

const shownFormats = 2;

function changeText(before: PlanTotals | undefined, { latency }: PlanTotals): string {
  if (before === undefined || before.latency === 0) return "";
  const percent = Math.round((latency / before.latency - 1) * 100);
  return percent === 0 ? "" : ` ${percent < 0 ? "−" : "+"}${Math.abs(percent)} %`;
}

/** A judgement: an error of a hundredth of the outputs' squares (20 dB) seldom changes what a model decides, a tenth does. */
function riskOf({ risk }: PlanTotals): string {
  return risk <= 0.01 ? "low" : risk <= 0.1 ? "medium" : "high";
}

function errorText(risk: number): string {
  return risk === 0 ? "none" : `${formatNumber(-10 * Math.log10(risk), 3)} dB below them`;
}
