import type { Analysis, TargetAnalysis } from "../../analysis.js";
import { formatShare } from "../../base/units.js";
import {
  errorBehind,
  errorSummary,
  latencyErrors,
  publishedError,
} from "../../cost/calibrated/published-error.js";
import type { Method } from "../../cost/cost.js";
import type { NodeId } from "../../graph/graph.js";
import { summedCost } from "./summed-cost.js";
import { secondsWithInterval } from "./estimate-text.js";
import { codeCell, link, plain } from "./markdown.js";

/** What the nodes cost on every chosen target; the method leads to its published error. */
export function costTable(analysis: Analysis, nodeIds: readonly NodeId[]): string {
  if (analysis.targets.length === 0) return "No target is chosen.";
  return [
    "| target | time | bound | share | method |",
    "| :-- | :-- | :-- | --: | :-- |",
    ...analysis.targets.map((target) => `| ${costCells(analysis, target, nodeIds).join(" | ")} |`),
  ].join("\n");
}

function costCells(
  analysis: Analysis,
  target: TargetAnalysis,
  nodeIds: readonly NodeId[],
): readonly string[] {
  const label = target.target.label.replaceAll("|", "¦");
  const cost = summedCost(analysis, target, nodeIds);
  switch (cost.kind) {
    case "time": {
      const others = cost.engines.filter((engine) => engine !== target.target.runtime.engine);
      const elsewhere = others.length === 0 ? "" : ` on ${others.join(", ")}`;
      const missing = cost.unknownCount === 0 ? "" : ` + ? (${cost.unknownCount} not known)`;
      const share = cost.share === undefined ? "?" : formatShare(cost.share);
      const time = `${secondsWithInterval(cost.seconds)}${missing}${elsewhere}`;
      return [label, time, cost.bound, share, methodCell(target, cost.seconds.method)];
    }
    case "none":
      return [label, cost.word, "", "", ""];
    case "unknown":
      return [label, "?", "", "", codeCell(cost.reason)];
  }
}

function methodCell({ target }: TargetAnalysis, method: Method): string {
  const page = errorBehind(target, method)?.page;
  return page === undefined ? method : link(method, page);
}

/** How far the first target's predictions were from measurements, as a sentence; "" where nothing was measured. */
export function errorSentence({ targets }: Analysis): string {
  const [first] = targets;
  const error = first && publishedError(first.target);
  if (error === undefined) return "";
  const of = error.lender === undefined ? "" : ` of ${error.lender}, which lends its measurements`;
  const summary = `Median error${of}: ${errorSummary(latencyErrors(error.rows))}.`;
  return error.page === undefined
    ? plain(summary)
    : `${plain(summary)} ${link("How it was measured", error.page)}`;
}
