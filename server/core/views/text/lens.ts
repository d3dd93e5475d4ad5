import type { Analysis } from "../../analysis.js";
import { formatMacs, formatParameters } from "../../base/units.js";
import { lensTarget, lensTargetLine, moreTargets } from "./lens-target.js";
import { type TextState, oldNumbersText } from "./text-state.js";

export interface LensText {
  readonly title: string;
  readonly tooltip?: string;
}

/** `148 nodes · 3.2 M params · 301 MMAC · Pixel 8 TPU 1.1 ms · 2 on CPU`: the whole graph in one line. */
export function lensOf(state: TextState): LensText {
  const { numbers } = state;
  if (numbers === undefined)
    return { title: "No totals: the text has errors", tooltip: state.problems[0]?.message ?? "" };
  const { analysis, edit } = numbers;
  const { totals } = analysis;
  const nodeCount = analysis.model.graph.nodes.length;
  const title = [
    nodeCount === 1 ? "1 node" : `${nodeCount} nodes`,
    `${formatParameters(totals.parameterCount)} params`,
    totals.macs === undefined ? "? MAC" : formatMacs(totals.macs),
    ...analysis.targets.slice(0, shownTargets).map((target) => lensTarget(target, analysis.goals)),
    ...moreTargets(analysis.targets.length, shownTargets),
    ...(totals.uncostedCount > 0 ? [`${totals.uncostedCount} not costed`] : []),
  ].join(" · ");
  return {
    title: edit === undefined ? title : `was ${title}`,
    tooltip: tooltipOf(analysis, edit !== undefined),
  };
}

const shownTargets = 3;

function tooltipOf(analysis: Analysis, isOld: boolean): string {
  const lines = analysis.targets.map((target) => lensTargetLine(target, analysis.goals));
  const warning = isOld ? [oldNumbersText] : [];
  return [...warning, ...lines].join("\n");
}
